import type { Family } from './contender.js';
import type { Entry } from './contest.js';
import { type Figures, figuresOf } from './figures.js';
import type { Field } from './where-and-when.js';

/** The best of one tool's forms. */
export interface Rival {
  readonly family: Family;
  /** The form. */
  readonly name: string;
  readonly title: string;
  /** Its time divided by ours. */
  readonly ratio: number;
  /** Every form was stopped: the ratio is at least this. */
  readonly isAtLeast: boolean;
}

/** Per tool, its quickest form; a tool without any that ran is absent. What is only compared has no time. */
export function rivals(entries: readonly Entry[], ours: Figures): Rival[] {
  const families = [...new Set(entries.flatMap(({ contender }) => contender.family ?? []))];
  return families.flatMap((family) => {
    const forms = entries
      .filter(({ contender }) => contender.family === family)
      .flatMap((entry) => formOf(entry, ours))
      // Who was stopped is slower than whoever was not.
      .sort((a, b) => Number(a.isAtLeast) - Number(b.isAtLeast) || a.ratio - b.ratio);
    return forms[0] === undefined ? [] : [{ family, ...forms[0] }];
  });
}

function formOf(entry: Entry, ours: Figures): Omit<Rival, 'family'>[] {
  const { name, title } = entry.contender;
  const { outcome } = entry;
  if (outcome.kind === 'stopped')
    return [{ name, title, ratio: outcome.seconds / ours.seconds, isAtLeast: true }];
  const own = figuresOf(entry);
  return own === null ? [] : [{ name, title, ratio: own.seconds / ours.seconds, isAtLeast: false }];
}

/** The rival that is nearest to us: against it we are measured. Null = nobody took part. */
export function nearest(all: readonly Rival[]): Rival | null {
  const peers = all.filter(({ family }) => family !== 'floor');
  return peers.sort((a, b) => a.ratio - b.ratio)[0] ?? null;
}

/**
 * `ratio_duckdb` and `ratio_polars`, each against its best form, and `ratio`, the least of them; where all forms were stopped
 * the ratio is null and `…_at_least` says how far they got. `times_of_scan` is the other way round: ours divided by the floor.
 */
export function rivalFields(entries: readonly Entry[], ours: Figures): Record<string, Field> {
  const all = rivals(entries, ours);
  const fields: Record<string, Field> = {};
  const tell = (field: string, { ratio, isAtLeast, name }: Rival) => {
    fields[field] = isAtLeast ? null : round(ratio);
    if (isAtLeast) fields[`${field}_at_least`] = round(ratio);
    fields[`${field}_of`] = name;
  };
  for (const rival of all)
    if (rival.family === 'floor') fields.times_of_scan = round(1 / rival.ratio);
    else tell(`ratio_${rival.family}`, rival);
  const headline = nearest(all);
  if (headline !== null) tell('ratio', headline);
  return fields;
}

const round = (value: number) => Number(value.toFixed(3));
