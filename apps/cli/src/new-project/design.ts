import type { DescribedColumn } from '@tessera/lake';
import { suggestInputs } from '@tessera/lake';
import { sourceName } from '../commands/schema.js';
import type { LookedAt } from '../describe/look.js';
import { identifier } from '../describe/ts-text.js';

/** A table with the names it gets. */
export interface NamedTable extends LookedAt {
  readonly constant: string;
  readonly name: string;
}

/** A first training set over real tables. Plain data. */
export interface ProjectDesign {
  readonly tables: readonly NamedTable[];
  /** The events whose rows ask, and which features are made of. */
  readonly events: NamedTable;
  readonly key: DescribedColumn;
  readonly amount: DescribedColumn | null;
  readonly category: DescribedColumn | null;
  readonly groupBy: { readonly constant: string; readonly name: string };
  readonly join: { readonly constant: string; readonly name: string };
  /** Entities that the left has the keys of. */
  readonly entities: readonly NamedTable[];
}

/** Choose what a first join is over, or null when no table can be its left. */
export function designProject(tables: readonly LookedAt[]): ProjectDesign | null {
  const used = new Set<string>();
  const names = new Set<string>();
  const named = tables
    .filter(({ suggestion }) => suggestion.possible.includes(suggestion.kind))
    .map(
      (one): NamedTable => ({
        ...one,
        constant: identifier(one.table.name, used),
        name: freeName(sourceName(one.table.name), names),
      }),
    );
  const choices = named.flatMap((one) => {
    const key = one.suggestion.kind === 'events' ? keyOf(one) : null;
    if (key === null) return [];
    const { amount, category } = suggestInputs(one.table, one.suggestion, key.name);
    const score =
      (one.suggestion.keys.length > 0 ? 2 : 0) +
      (one.suggestion.eventId === null ? 0 : 1) +
      (amount === null ? 0 : 1) +
      Math.log10(1 + (one.table.rows ?? one.table.bytes / 100)) / 4;
    return [{ one, key, amount, category, score }];
  });
  const [best] = choices.sort((a, b) => b.score - a.score);
  if (best === undefined) return null;
  const { one: events, key, amount, category } = best;
  const subject = sourceName(key.name.replace(/[^\p{L}\p{Nd}]*(id|key|code)$/iu, '') || key.name);
  const groupByName = freeName(subject, names);
  return {
    tables: named,
    events,
    key,
    amount,
    category,
    groupBy: { name: groupByName, constant: identifier(`${subject} features`, used) },
    join: {
      name: `${events.name}_training`,
      constant: identifier(`${events.table.name} training`, used),
    },
    entities: named.filter((one) => one.suggestion.kind === 'entities' && canBePart(one, events)),
  };
}

/** The likeliest key, else the first column that could be one. */
function keyOf({ table, suggestion }: LookedAt): DescribedColumn | null {
  const [first] = suggestion.keys;
  const times = suggestion.times.map(({ column }) => column);
  return (
    table.columns.find(({ name }) => name === first) ??
    table.columns.find(
      ({ name, type }) =>
        !times.includes(name) && ['string', 'int32', 'int64', 'boolean'].includes(type.kind),
    ) ??
    null
  );
}

function canBePart(entities: NamedTable, events: NamedTable): boolean {
  return entities.suggestion.entityKeys.every((key) => {
    const own = entities.table.columns.find(({ name }) => name === key);
    const left = events.table.columns.find(({ name }) => name === key);
    return own !== undefined && own.type.kind === left?.type.kind;
  });
}

function freeName(name: string, used: Set<string>): string {
  let free = name;
  for (let n = 2; used.has(free); n++) free = `${name}_${n}`;
  used.add(free);
  return free;
}
