import type { Case } from './case.js';
import type { Entry } from './contest.js';
import type { BenchData } from './data.js';
import { type Figures, figures, figuresOf } from './figures.js';
import { type Foretold, ratioOf } from './foretold.js';
import { rivalFields } from './rivals.js';
import { type Field, whereAndWhen } from './where-and-when.js';

export interface Outline {
  readonly benchmark: string;
  readonly of: Case;
  readonly scale: number;
  readonly data: BenchData;
  readonly runs: number;
  readonly workers: number;
  /** Load average of one minute before anything ran. */
  readonly loadBefore: number;
  /** Budget in bytes by contender; those without one are absent. */
  readonly budgets: Readonly<Record<string, number>>;
}

/** What a run foretold of itself, with a contender's name in front. */
export function foretoldFields(name: string, told: Foretold): Record<string, Field> {
  const { seconds, peakBytes, routes } = told;
  return {
    [`${name}_routes`]: routes.join(', '),
    [`${name}_foretold_s`]: round(seconds.estimate),
    [`${name}_run_s`]: round(seconds.actual),
    [`${name}_foretold_ratio`]: round(ratioOf(seconds)),
    [`${name}_foretold_peak_bytes`]: Math.round(peakBytes.estimate),
    [`${name}_foretold_peak_ratio`]: round(ratioOf(peakBytes)),
  };
}

/**
 * Everything measured, as one flat object: a benchmark's fields, then those of every contender with its name in front.
 * `ratio_<name>` is its time divided by that of `tessera`; null where there is no time, and then
 * `ratio_<name>_at_least` may say how far it got before it was stopped.
 */
export function jsonLine(outline: Outline, entries: readonly Entry[]): Record<string, Field> {
  const { data } = outline;
  const { events, leftRows, keys, hotShare, days, seed } = data.spec;
  const line: Record<string, Field> = {
    benchmark: outline.benchmark,
    scale: outline.scale,
    seed,
    events,
    left_rows: leftRows,
    keys,
    hot_share: hotShare,
    days,
    data: data.id,
    input_bytes: data.bytes,
    input_files: data.files,
    runs: outline.runs,
    workers: outline.workers,
  };
  const [reference] = entries;
  const ours = reference === undefined ? null : figuresOf(reference);
  for (const entry of entries) Object.assign(line, entryFields(entry, outline, ours));
  if (ours !== null) {
    Object.assign(line, rivalFields(entries, ours));
    line.tessera_events_per_s = Math.round(events / ours.seconds);
    line.tessera_left_rows_per_s = Math.round(leftRows / ours.seconds);
  }
  return { ...line, ...whereAndWhen(outline.loadBefore) };
}

function entryFields(
  { contender, outcome, agreed }: Entry,
  { budgets, data }: Outline,
  ours: Figures | null,
): Record<string, Field> {
  const { name } = contender;
  const isReference = name === 'tessera';
  const fields: Record<string, Field> = {};
  if ('version' in contender && typeof contender.version === 'function')
    fields[`${name}_made_with`] = contender.version();
  if (outcome.kind === 'skipped') return { [`${name}_skipped`]: outcome.why };
  if (!isReference) {
    fields[`${name}_agreed_rows`] = agreed?.rows ?? null;
    fields[`${name}_cached_on`] = outcome.kept?.on ?? null;
    fields[`${name}_cached_at_load`] = outcome.kept?.load ?? null;
  }
  if (outcome.kind === 'stopped') {
    fields[`${name}_stopped_after_s`] = outcome.seconds;
    fields[`ratio_${name}`] = null;
    if (ours !== null) fields[`ratio_${name}_at_least`] = round(outcome.seconds / ours.seconds);
    return fields;
  }
  const own = figures(outcome.runs);
  if (own === null) return fields; // only compared
  fields[`${name}_s`] = round(own.seconds);
  fields[`${name}_min_s`] = round(own.minSeconds);
  fields[`${name}_max_s`] = round(own.maxSeconds);
  fields[`${name}_times`] = outcome.runs.length;
  fields[`${name}_peak_bytes`] = own.peakBytes;
  fields[`${name}_cpu_s`] = own.cpuSeconds === null ? null : round(own.cpuSeconds);
  fields[`${name}_read_bytes`] = own.readBytes;
  fields[`${name}_disk_read_bytes`] = own.diskReadBytes;
  for (const [figure, value] of Object.entries(own.told ?? {}))
    fields[`${name}_${figure}`] = round(value);
  if (own.foretold !== null) Object.assign(fields, foretoldFields(name, own.foretold));
  if (!isReference && ours !== null) fields[`ratio_${name}`] = round(own.seconds / ours.seconds);
  const budget = budgets[name];
  if (budget !== undefined) {
    fields[`${name}_budget_bytes`] = budget;
    fields[`${name}_peak_of_budget`] =
      own.peakBytes === null ? null : round(own.peakBytes / budget);
  }
  if (!isReference) fields[`${name}_events_per_s`] = Math.round(data.spec.events / own.seconds);
  return fields;
}

const round = (value: number) => Number(value.toFixed(3));
