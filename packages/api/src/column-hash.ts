import { formatType } from './data-type.js';
import { hashedForm } from './expression/hashed-form.js';
import { expressionColumns } from './expression/walk.js';
import { contentHash, type Rendered, rendered } from './hash.js';
import { isInputColumn } from './input-columns.js';
import { countsNothingAsZero } from './operation-rules.js';
import type { AggregationSpec, ColumnSpec, GroupBySpec, PartSpec, SourceSpec } from './spec.js';
import { parseWindow } from './window.js';

/** How a part asks a groupBy; null for the groupBy on its own. */
export type Asked = Pick<PartSpec, 'keys' | 'lagMs' | 'at' | 'missing' | 'ahead'> | null;

/**
 * `[name, type]` of columns, each once, in name order: the order of a declaration means nothing. Of a computed column also how,
 * and the columns that it is computed from.
 */
function typed(source: SourceSpec, names: readonly string[]): readonly (readonly unknown[])[] {
  const { byName } = indexOf(source);
  return withInputs(source, names)
    .flatMap((name) => byName.get(name) ?? [])
    .map(identityOf)
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

/** Columns of a source by name, and those that are computed, last first. */
interface ColumnIndex {
  readonly byName: ReadonlyMap<string, ColumnSpec>;
  readonly computed: readonly ColumnSpec[];
}

/** By the list itself: a wide source is asked for each of its columns. */
const indexes = new WeakMap<readonly ColumnSpec[], ColumnIndex>();

function indexOf({ columns }: Pick<SourceSpec, 'columns'>): ColumnIndex {
  const found = indexes.get(columns) ?? {
    byName: new Map(columns.map((column) => [column.name, column])),
    computed: columns.filter(({ expression }) => expression !== undefined).reverse(),
  };
  indexes.set(columns, found);
  return found;
}

/** What a column's values depend on beside its source. */
export function identityOf({ name, type, expression }: ColumnSpec): readonly unknown[] {
  const plain = [name, formatType(type)];
  return expression === undefined ? plain : [...plain, hashedForm(expression)];
}

/** The columns, and those that computed ones among them are made of. */
export function withInputs(source: SourceSpec, names: readonly string[]): readonly string[] {
  const wanted = new Set(names);
  // One that is computed stands behind what it reads.
  for (const { name, expression } of indexOf(source).computed)
    if (expression !== undefined && wanted.has(name))
      for (const read of expressionColumns(expression) ?? []) wanted.add(read);
  return [...wanted];
}

/** Its columns, without what aggregations compute: that says nothing of the rows there are. */
function declaredNames({ columns }: SourceSpec): readonly string[] {
  return columns.filter((column) => !isInputColumn(column)).map(({ name }) => name);
}

/** What is read from a source for the given columns, without its name: the rows are the same under another one. */
export function scanOf(
  source: SourceSpec,
  used: readonly (string | undefined)[],
  sees: 'used' | 'all',
) {
  const { kind, path, format, time, tieBreaker, eventId, where, dedupe } = source;
  const wanted = [...used, time, tieBreaker, eventId, dedupe?.orderBy];
  const filtered = where === undefined ? [] : expressionColumns(where);
  // Which of repeated rows stays is decided by all of their columns (S1.5, S3.3).
  const whole = eventId !== undefined || dedupe !== undefined;
  const all = sees === 'all' || filtered === null || whole;
  const known = all ? declaredNames(source) : filtered;
  const names = [...wanted, ...known].filter((name) => name !== undefined);
  return {
    kind,
    path,
    format,
    columns: typed(source, names),
    time,
    tieBreaker,
    eventId,
    where: where && hashedForm(where),
    dedupe,
    allowPre1970: source.allowPre1970 === true,
    static: source.static === true,
  };
}

/** By the source itself: features and conditions of many definitions look at the same few of its columns. */
const scans = new WeakMap<SourceSpec, Map<string, Rendered>>();

/** `scanOf`, for use inside of what is hashed. */
function renderedScan(
  source: SourceSpec,
  used: readonly (string | undefined)[],
  sees: 'used' | 'all',
): Rendered {
  const known = scans.get(source) ?? new Map<string, Rendered>();
  scans.set(source, known);
  const names = [...new Set(used.filter((name) => name !== undefined))].sort();
  const key = JSON.stringify([sees, ...names]);
  const found = known.get(key) ?? rendered(scanOf(source, names, sees));
  known.set(key, found);
  return found;
}

/** The side of a value that does not depend on the column: whose rows, at which instant. */
function askedOf(groupBy: GroupBySpec, asked: Asked) {
  const accuracy = groupBy.accuracy;
  if (asked === null) return { keys: groupBy.keys, accuracy };
  const { keys, lagMs, at, missing, ahead } = asked;
  // A missing day can only be asked of entities.
  return {
    keys,
    accuracy,
    lagMs,
    at,
    missing: groupBy.source.kind === 'entities' ? missing : undefined,
    // Absent where there is no label, which leaves other hashes as they were.
    ahead,
  };
}

/** Hashes of a groupBy's columns, as one part asks for them. */
export interface ColumnHashes {
  /**
   * What one feature column means (OutputColumn.hash): names, descriptions, owners, nullability and column order are not
   * in it; the source scan, keys on both sides, operation, arguments, window, tail, accuracy, lag and predicates are. Two
   * spellings of one window ('24h', '1d') mean the same.
   */
  readonly feature: (aggregation: AggregationSpec) => (window: string | null) => string;
  /** The same for a passed-through entity column. */
  readonly passedThrough: (column: string) => string;
}

export function columnHashes(groupBy: GroupBySpec, part: Asked): ColumnHashes {
  let known: Rendered | undefined;
  const askedOnce = (): Rendered => {
    known ??= rendered(askedOf(groupBy, part));
    return known;
  };
  return {
    feature(aggregation) {
      const { operation, input, k, percentiles, maxDistinct, weight, where, by } = aggregation;
      const filtered = where === undefined ? [] : expressionColumns(where);
      const zero = countsNothingAsZero(operation) && by === undefined;
      const used = [...groupBy.keys, input, weight, by, ...(filtered ?? [])];
      const scan = renderedScan(groupBy.source, used, filtered === null ? 'all' : 'used');
      const condition = where && rendered(hashedForm(where));
      const asked = askedOnce();
      return (window) =>
        contentHash({
          ...{ scan, asked, operation, input, k, percentiles, maxDistinct, weight, by },
          where: condition,
          windowMs: window === null ? null : parseWindow(window),
          tail: window === null ? undefined : (aggregation.tail ?? groupBy.tail),
          empty: zero ? groupBy.empty : undefined,
        });
    },
    passedThrough: (column) =>
      contentHash({
        scan: renderedScan(groupBy.source, [...groupBy.keys, column], 'used'),
        asked: askedOnce(),
        column,
      }),
  };
}

const sourceHashes = new WeakMap<SourceSpec, string>();

/** What a source's rows mean, all declared columns in order; neither its name nor what aggregations compute is in it. */
export function sourceHash(source: SourceSpec): string {
  const found = sourceHashes.get(source) ?? hashSource(source);
  sourceHashes.set(source, found);
  return found;
}

function hashSource(source: SourceSpec): string {
  return contentHash({
    scan: renderedScan(source, [], 'all'),
    order: declaredNames(source),
    keys: source.keys,
  });
}
