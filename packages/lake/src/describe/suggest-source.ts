import { isNumeric, isScalar } from '@tessera/api';
import type { DescribedColumn, DescribedTable } from './describe-table.js';
import { epochUnit, isIdName, isTimeName } from './profile.js';

export type TimeType = DescribedColumn['type'];

export interface TimeCandidate {
  readonly column: string;
  /** What to declare the column as. */
  readonly type: TimeType;
}

/** How a table would be declared, and why. Plain data. */
export interface SourceSuggestion {
  readonly kind: 'events' | 'entities';
  readonly why: string;
  /** What the table can be declared as; a table without a time is no events. */
  readonly possible: readonly ('events' | 'entities')[];
  /** The likeliest first. */
  readonly times: readonly TimeCandidate[];
  /** Columns of text or integers that hold instants no source can read, with the SQL that makes them times. */
  readonly unreadableTimes: readonly { readonly column: string; readonly fix: string }[];
  /** Columns that rows repeat and that features can be grouped by; the likeliest first. */
  readonly keys: readonly string[];
  /** Entities: the columns that identify a row. */
  readonly entityKeys: readonly string[];
  readonly isStatic: boolean;
  /** A column without repeats, by which events tie and repeated deliveries would be told. */
  readonly eventId: string | null;
  readonly allowPre1970: boolean;
}

/** Decide from a table's description. Pure: the same facts, the same answer. */
export function suggestSource(table: DescribedTable): SourceSuggestion {
  const times = timeCandidates(table);
  const unique = table.columns.filter((column) => isUnique(column, table.sampledRows));
  const [time] = times;
  const eventId = unique.find((column) => isIdName(column.name) && column.name !== time?.column);
  const keys = groupingKeys(table, times, eventId?.name);
  const entityKeys = table.snapshots?.keys ?? (eventId === undefined ? [] : [eventId.name]);
  const { kind, why } = decide(table, { times, keys, entityKeys });
  const oldest = table.columns.find(({ name }) => name === time?.column)?.min;
  return {
    kind,
    why,
    possible: [
      ...(times.length > 0 ? (['events'] as const) : []),
      ...(entityKeys.length > 0 ? (['entities'] as const) : []),
    ],
    times,
    unreadableTimes: unreadableTimes(table),
    keys,
    entityKeys,
    isStatic: table.layout !== 'hive',
    eventId: eventId?.name ?? null,
    allowPre1970: oldest != null && /^\d{4}-/.test(oldest) && oldest < '1970',
  };
}

interface Found {
  readonly times: readonly TimeCandidate[];
  readonly keys: readonly string[];
  readonly entityKeys: readonly string[];
}

function decide(
  table: DescribedTable,
  { times, keys, entityKeys }: Found,
): Pick<SourceSuggestion, 'kind' | 'why'> {
  const { snapshots } = table;
  const [time] = times;
  if (snapshots?.keys != null && snapshots.days !== null) {
    const [first, last] = snapshots.days;
    const shared = `${Math.floor(100 * snapshots.shared)} %`;
    return {
      kind: 'entities',
      why: `ds=${first} and ds=${last} each hold one row per ${snapshots.keys.join(', ')}, and ${shared} of the keys are in both: a dump per day`,
    };
  }
  if (time === undefined) {
    return entityKeys.length > 0
      ? {
          kind: 'entities',
          why: `no column says when a row happened; ${entityKeys} is one row each`,
        }
      : { kind: 'entities', why: 'no column says when a row happened, and none identifies a row' };
  }
  // One row per id and no other: users with the day they signed up, not what they did.
  if (
    table.layout === 'file' &&
    entityKeys.length > 0 &&
    !keys.some(isIdName) &&
    STATE_TIME.test(time.column) &&
    isNamedAfter(table.name, entityKeys[0]!)
  ) {
    return {
      kind: 'entities',
      why: `one row per ${entityKeys}, after which the table is called, and no other id repeats`,
    };
  }
  return { kind: 'events', why: `${time.column} says when each row happened` };
}

const STATE_TIME = /sign|regist|join|creat|updat|modif|open|birth|since|first|valid|active/i;

/** `users` and `user_id`, `customer_profiles` and `customer_id`. */
function isNamedAfter(table: string, key: string): boolean {
  const what = key.toLowerCase().replace(/[^\p{L}\p{Nd}]*(id|key|code|uuid|nr|number)$/u, '');
  return what !== '' && table.toLowerCase().includes(what);
}

function timeCandidates({ columns, sampledRows }: DescribedTable): TimeCandidate[] {
  const scored = columns.flatMap((column) => {
    const { name, type, min, nulls } = column;
    if (min === null) return [];
    const unit = isIdName(name) ? null : epochUnit(name, type, column);
    const isInstant = type.kind.startsWith('timestamp');
    if (unit === 'epoch_ns' || (!isInstant && type.kind !== 'date' && unit === null)) return [];
    const score =
      (isInstant ? 5 : type.kind === 'date' ? 2 : 1) +
      (isTimeName(name) ? 2 : 0) +
      (/event|occur|happen|^(ts|time|timestamp)$/i.test(name) ? 3 : 0) +
      (/create|order|start|sent|sold|paid/i.test(name) ? 1 : 0) -
      (/updat|modif|load|ingest|insert|expir|valid|birth|due|end|export/i.test(name) ? 4 : 0) -
      (nulls > 0.5 * sampledRows ? 3 : nulls > 0 ? 1 : 0);
    return [{ column: name, type: unit === null ? type : { kind: unit }, score }];
  });
  // A stable sort: of equals the first in the file.
  return scored.sort((a, b) => b.score - a.score).map(({ column, type }) => ({ column, type }));
}

function unreadableTimes(table: DescribedTable): SourceSuggestion['unreadableTimes'] {
  return table.columns.flatMap((column) => {
    const { name, type, timeTexts, nulls } = column;
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const values = table.sampledRows - nulls;
    if (type.kind === 'string' && values > 0 && timeTexts >= 0.9 * values) {
      return [{ column: name, fix: `TRY_CAST(${quoted} AS TIMESTAMPTZ)` }];
    }
    if (epochUnit(name, type, column) === 'epoch_ns') {
      return [{ column: name, fix: `make_timestamp_ns(${quoted})` }];
    }
    const isDayNumber =
      isNumeric(type) &&
      isTimeName(name) &&
      /^(19|20)\d{6}$/.test(column.min ?? '') &&
      /^(19|20)\d{6}$/.test(column.max ?? '');
    if (!isDayNumber) return [];
    return [{ column: name, fix: `CAST(strptime(CAST(${quoted} AS VARCHAR), '%Y%m%d') AS DATE)` }];
  });
}

function isUnique({ distinct, nulls, type }: DescribedColumn, rows: number): boolean {
  return isKeyType(type) && rows > 1 && nulls === 0 && distinct === rows;
}

function isKeyType(type: TimeType): boolean {
  return type.kind === 'string' || type.kind === 'int32' || type.kind === 'int64';
}

/** Ids that repeat, fewest nulls first; then texts of some, not too many, values; then texts of a few. */
function groupingKeys(
  table: DescribedTable,
  times: readonly TimeCandidate[],
  eventId: string | undefined,
): string[] {
  const rows = table.sampledRows;
  const usable = table.columns.filter(({ name, type, distinct, nulls }) => {
    if (!isKeyType(type) || name === eventId) return false;
    if (times.some(({ column }) => column === name)) return false;
    const values = rows - nulls;
    return distinct !== null && distinct > 1 && distinct < 0.8 * values && nulls < 0.9 * rows;
  });
  const ids = usable.filter(({ name }) => isIdName(name));
  const texts = usable.filter(({ name, type }) => type.kind === 'string' && !isIdName(name));
  const many = texts.filter(({ distinct }) => (distinct ?? 0) >= 20);
  const few = texts.filter(({ distinct }) => (distinct ?? 0) < 20);
  // Few nulls are as good as none; then the order of the file speaks.
  const tier = ({ nulls }: DescribedColumn) =>
    nulls <= 0.05 * rows ? 0 : nulls <= 0.5 * rows ? 1 : 2;
  const byNulls = (a: DescribedColumn, b: DescribedColumn) => tier(a) - tier(b);
  return [ids.sort(byNulls), many.sort(byNulls), few].flat().map(({ name }) => name);
}

/** Columns to average and to count the different values of, for a first groupBy. */
export function suggestInputs(
  table: DescribedTable,
  suggestion: SourceSuggestion,
  key: string,
): { readonly amount: DescribedColumn | null; readonly category: DescribedColumn | null } {
  const taken = new Set([key, suggestion.eventId, ...suggestion.times.map(({ column }) => column)]);
  const free = table.columns.filter(
    ({ name, type, nulls }) =>
      !taken.has(name) && isScalar(type) && nulls < 0.95 * table.sampledRows,
  );
  const numbers = free.filter(
    ({ name, type, min, max }) =>
      isNumeric(type) &&
      !isIdName(name) &&
      min !== null &&
      Math.max(-Number(min), Number(max)) < 1e12,
  );
  const isFraction = ({ type }: DescribedColumn) =>
    type.kind === 'double' || type.kind === 'decimal' || type.kind === 'float';
  const varied = numbers.filter(({ distinct }) => (distinct ?? 0) > 2);
  const categories = free.filter(
    ({ type, distinct }) =>
      isKeyType(type) && (type.kind === 'string' || distinct !== null) && (distinct ?? 0) > 1,
  );
  const text = categories.filter(({ type }) => type.kind === 'string');
  const ids = categories.filter(({ name }) => isIdName(name));
  return {
    amount: varied.find(isFraction) ?? varied[0] ?? null,
    category: ids[0] ?? text[0] ?? null,
  };
}
