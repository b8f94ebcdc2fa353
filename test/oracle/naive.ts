import { type Feature, featuresOf } from './names.js';
import { type Contribution, emptyResult, fold, oracleError, takesWholeList } from './operations.js';
import { truth } from './predicate.js';
import { DAY_MS, dayOf, dsOfDay, headMs, isLegalTime, startMs, timeMs } from './time.js';
import type {
  DataType,
  JoinSpec,
  OracleRow,
  OutputValue,
  PartSpec,
  Row,
  SourceSpec,
  Tables,
  Value,
} from './types.js';
import { compareValues, countValues, normaliseRow, toDouble, typeOf } from './values.js';

/** A left row with the instant it asks about; null where it has none (S1.3). */
export interface LeftRow {
  readonly row: Row;
  readonly queryMs: number | null;
  readonly ds: string;
}

/** A source row that may count: its time is legal, its event is not a repeated one. */
export interface SourceRow {
  readonly row: Row;
  /** 0 for entities without a time column. */
  readonly tMs: number;
  readonly ds: string | null;
}

/** What the oracle saw for one left row and one feature: for counting edges, never for results. */
export interface Observation {
  readonly feature: Feature;
  /** Index of the left row in output order. */
  readonly leftIdx: number;
  readonly nullKey: boolean;
  readonly queryMs: number | null;
  readonly headMs: number;
  readonly startMs: number;
  /** Rows of the key, inside or outside the window. */
  readonly keyed: readonly SourceRow[];
  /** Rows inside the window, before `where`, `by` and nulls. */
  readonly inWindow: readonly SourceRow[];
  readonly counted: readonly Contribution[];
}

/**
 * What every feature of every left row must be, by SEMANTICS S1-S6 and S8, the slow and obvious way: for each of them,
 * filter all rows, sort, fold. Shares no code with any engine.
 *
 * Returns  left columns, `ds`, features; in the order of S8 (partition, then the given order).
 * Throws   SUM_OVERFLOW, VECTOR_LENGTH, VECTOR_NULL, DUPLICATE_KEY, MISSING_PARTITION (as `code`)
 * Cost     O(left × features × rows)
 */
export function naiveJoin(
  join: JoinSpec,
  tables: Tables,
  observe?: (o: Observation) => void,
): OracleRow[] {
  const features = featuresOf(join);
  const left = leftRows(join.left, tables[join.left.name] ?? []);
  const stored = join.parts.map(({ groupBy: { source } }) => store(source, tables[source.name]));
  join.parts.forEach((part, i) => {
    checkPartitions(part, left, stored[i]!);
  });
  return left.map(({ row, queryMs, ds }, leftIdx) => {
    const result: OracleRow = { ...row, ds };
    const keyedRows = join.parts.map((part, i) => {
      if (queryMs === null) return null;
      const rows = rowsFor(part, queryMs, stored[i]!);
      if (rows === 'missing') return null;
      return rows.filter((candidate) => sameKey(part, join.left, row, candidate.row));
    });
    for (const feature of features) {
      const { part } = feature;
      const nullKey = part.keys.some((key) => row[key.left] === null);
      const seen = {
        feature,
        leftIdx,
        nullKey,
        queryMs,
        headMs: 0,
        startMs: 0,
        keyed: [],
        inWindow: [],
        counted: [],
      };
      if (queryMs === null || nullKey) {
        result[feature.name] = null;
        observe?.(seen);
        continue;
      }
      const keyed = keyedRows[feature.partIdx] ?? null;
      if (keyed === null) {
        // S3.2: the partition is missing and the part allows it.
        result[feature.name] = null;
        observe?.(seen);
        continue;
      }
      if (feature.aggregation === undefined) {
        result[feature.name] = passThrough(feature, keyed);
        observe?.({ ...seen, keyed });
        continue;
      }
      const head = headMs(part, queryMs);
      const start = startMs(head, feature.window, feature.tail);
      const timeless = part.groupBy.source.time === undefined;
      const inWindow = keyed.filter(({ tMs }) => timeless || (start <= tMs && tMs < head));
      const counted = contributions(feature, inWindow);
      result[feature.name] = aggregate(feature, counted);
      observe?.({
        ...seen,
        headMs: head,
        startMs: start,
        keyed,
        inWindow,
        counted: counted.map((c) => c.contribution),
      });
    }
    return result;
  });
}

/** S8, S3.4, S1.3: the left in output order, each row with its instant. */
export function leftRows(source: SourceSpec, rows: readonly Row[]): LeftRow[] {
  const result: LeftRow[] = [];
  for (const raw of rows) {
    const row = normaliseRow(source, raw, 'keep');
    if (source.where !== undefined && truth(source, source.where, row) !== true) continue;
    const given = (raw.ds ?? null) as string | null;
    if (source.kind === 'entities') {
      if (given === null) throw new Error('a left that is entities has a ds');
      result.push({ row, ds: given, queryMs: Date.parse(`${given}T00:00:00Z`) + DAY_MS });
      continue;
    }
    const tMs = timeMs(typeOf(source, source.time!), row[source.time!] ?? null);
    // A time that does not count (S1.3) gives no day either.
    const counts = tMs !== null && isLegalTime(source, tMs);
    const ds = given ?? (counts ? dsOfDay(dayOf(tMs)) : '__none__');
    result.push({ row, ds, queryMs: counts ? tMs : null });
  }
  return result.sort((a, b) => (a.ds < b.ds ? -1 : a.ds > b.ds ? 1 : 0));
}

/** Rows of a source that contribute to anything (S1.3, S1.5, S1.6, S4.4). */
export function sourceRows(source: SourceSpec, rows: readonly Row[]): SourceRow[] {
  const legal: SourceRow[] = [];
  for (const raw of rows) {
    const row = normaliseRow(source, raw, 'null');
    if (source.where !== undefined && truth(source, source.where, row) !== true) continue;
    const given = (raw.ds ?? null) as string | null;
    if (source.time === undefined) {
      legal.push({ row, tMs: 0, ds: given });
      continue;
    }
    const tMs = timeMs(typeOf(source, source.time), row[source.time] ?? null);
    if (tMs === null || !isLegalTime(source, tMs)) continue;
    legal.push({ row, tMs, ds: given ?? dsOfDay(dayOf(tMs)) });
  }
  return source.eventId === undefined ? legal : withoutRepeats(source, source.eventId, legal);
}

/** S1.5: of the rows of one partition with one eventId the least is kept; a null eventId equals nothing. */
function withoutRepeats(
  source: SourceSpec,
  eventId: string,
  rows: readonly SourceRow[],
): SourceRow[] {
  const type = typeOf(source, eventId);
  const isEvent = (a: SourceRow, b: SourceRow): boolean =>
    a.ds === b.ds &&
    a.row[eventId] !== null &&
    b.row[eventId] !== null &&
    compareValues(type, a.row[eventId]!, b.row[eventId]!) === 0;
  return rows.filter((mine, i) =>
    rows.every((other, j) => {
      if (i === j || !isEvent(mine, other)) return true;
      const c = compareRows(source, mine, other);
      return c < 0 || (c === 0 && i < j);
    }),
  );
}

/** (t, tie, then the columns in the order of their names): S5.4's order and the row's canonical encoding. */
function compareRows(source: SourceSpec, a: SourceRow, b: SourceRow): number {
  if (a.tMs !== b.tMs) return a.tMs - b.tMs;
  const columns = source.columns.map((c) => c.name).sort(byBytes);
  for (const name of source.tieBreaker === undefined ? columns : [source.tieBreaker, ...columns]) {
    const c = compareValues(typeOf(source, name), a.row[name] ?? null, b.row[name] ?? null);
    if (c !== 0) return c;
  }
  return 0;
}

/** What a part can read. `days` is null where a partition cannot be missing (S1.6, S3.2). */
interface Stored {
  readonly rows: readonly SourceRow[];
  readonly days: ReadonlySet<string> | null;
}

function store(source: SourceSpec, table: readonly Row[] | undefined): Stored {
  const rows = sourceRows(source, table ?? []);
  const whole = source.kind === 'events' || source.static === true || table === undefined;
  return { rows, days: whole ? null : new Set(table.map((row) => String(row.ds))) };
}

/** All rows a part may read at q: every event, or one entity partition (S3.2). */
function rowsFor(
  part: PartSpec,
  queryMs: number,
  stored: Stored,
): readonly SourceRow[] | 'missing' {
  if (stored.days === null) return stored.rows;
  const ds = partitionRead(part, queryMs);
  return stored.days.has(ds) ? stored.rows.filter((row) => row.ds === ds) : 'missing';
}

/** S2.6, S3.2: `day(q - L) - 1`. */
function partitionRead(part: PartSpec, queryMs: number): string {
  return dsOfDay(dayOf(queryMs - part.lagMs) - 1);
}

/** S3.2 missing days, and S3.3 repeated keys, in the partitions that the left asks for. */
function checkPartitions(part: PartSpec, left: readonly LeftRow[], stored: Stored): void {
  const { source, aggregations, keys } = part.groupBy;
  if (source.kind !== 'entities') return;
  const missing = new Set<string>();
  for (const { queryMs } of left) {
    if (queryMs === null) continue;
    const rows = rowsFor(part, queryMs, stored);
    if (rows === 'missing') missing.add(partitionRead(part, queryMs));
    else if (aggregations.length === 0 && source.dedupe === undefined) {
      for (const [i, { row }] of rows.entries()) {
        const twin = rows
          .slice(0, i)
          .find((other) =>
            keys.every(
              (k) =>
                row[k] !== null &&
                compareValues(typeOf(source, k), row[k] ?? null, other.row[k] ?? null) === 0,
            ),
          );
        if (twin !== undefined)
          throw oracleError('DUPLICATE_KEY', keys.map((k) => String(row[k])).join(', '));
      }
    }
  }
  if (missing.size > 0 && part.missing === 'error') {
    throw oracleError('MISSING_PARTITION', `${source.name}: ${[...missing].sort().join(', ')}`);
  }
}

/** S4.1, S4.2: typed tuples; null equals nothing. */
export function sameKey(part: PartSpec, left: SourceSpec, leftRow: Row, row: Row): boolean {
  const { source } = part.groupBy;
  return part.keys.every((key) => {
    const [a, b] = [leftRow[key.left] ?? null, row[key.right] ?? null];
    return (
      a !== null &&
      b !== null &&
      typeOf(left, key.left).kind === typeOf(source, key.right).kind &&
      compareValues(typeOf(source, key.right), a, b) === 0
    );
  });
}

/** S3.3: the one row of the key, or the greatest by `dedupe.orderBy`. */
function passThrough(feature: Feature, keyed: readonly SourceRow[]): OutputValue {
  const { source } = feature.part.groupBy;
  const orderBy = source.dedupe?.orderBy;
  const ascending = [...keyed].sort((a, b) =>
    orderBy === undefined
      ? 0
      : compareValues(typeOf(source, orderBy), a.row[orderBy] ?? null, b.row[orderBy] ?? null),
  );
  return ascending.at(-1)?.row[feature.input!] ?? null;
}

export interface Bucketed {
  readonly bucket: Value;
  readonly contribution: Contribution;
}

/** S5, S5.6: the values that count, after `where`, `by`, explosion and nulls, in the order of S5.4. */
export function contributions(feature: Feature, rows: readonly SourceRow[]): Bucketed[] {
  const { source } = feature.part.groupBy;
  const aggregation = feature.aggregation!;
  const { input, by, where, weight } = aggregation;
  const result: Bucketed[] = [];
  for (const { row, tMs } of rows) {
    if (where !== undefined && truth(source, where, row) !== true) continue;
    const bucket = by === undefined ? null : (row[by] ?? null);
    if (by !== undefined && bucket === null) continue;
    const weightValue = weight === undefined ? 1 : (row[weight] ?? null);
    if (weightValue === null) continue;
    const w = weight === undefined ? 1 : toDouble(typeOf(source, weight), weightValue);
    const tie = source.tieBreaker === undefined ? null : (row[source.tieBreaker] ?? null);
    for (const value of inputValues(feature, row)) {
      result.push({ bucket, contribution: { tMs, tie, value, weight: w } });
    }
  }
  const type = valueType(feature);
  return result.sort(({ contribution: a }, { contribution: b }) => {
    if (a.tMs !== b.tMs) return a.tMs - b.tMs;
    const tie =
      source.tieBreaker === undefined
        ? 0
        : compareValues(typeOf(source, source.tieBreaker), a.tie, b.tie);
    return tie !== 0 || input === undefined ? tie : compareValues(type!, a.value, b.value);
  });
}

/** The values of one row: itself, or its list's elements; nulls are skipped. COUNT without input counts the row. */
function inputValues(feature: Feature, row: Row): Value[] {
  if (feature.input === undefined) return [null];
  const value = row[feature.input] ?? null;
  const explode = Array.isArray(value) && !takesWholeList(feature.aggregation!.operation);
  return (explode ? value : [value]).filter((v) => v !== null);
}

function valueType(feature: Feature): DataType | undefined {
  const type = feature.inputType;
  return type?.kind === 'list' && !takesWholeList(feature.aggregation!.operation)
    ? type.element
    : type;
}

export function aggregate(feature: Feature, counted: readonly Bucketed[]): OutputValue {
  const aggregation = feature.aggregation!;
  const type = valueType(feature);
  const { source, empty } = feature.part.groupBy;
  if (aggregation.by === undefined) {
    if (counted.length === 0) return emptyResult(aggregation.operation, empty);
    return fold(
      aggregation,
      type,
      counted.map((c) => c.contribution),
    );
  }
  if (counted.length === 0) return null;
  const byType = typeOf(source, aggregation.by);
  const result = new Map<Value, OutputValue>();
  for (const { value: bucket } of countValues(
    byType,
    counted.map((c) => c.bucket),
  )) {
    const own = counted.filter((c) => compareValues(byType, c.bucket, bucket) === 0);
    result.set(
      bucket,
      fold(
        aggregation,
        type,
        own.map((c) => c.contribution),
      ),
    );
  }
  return result;
}

/** UTF-8 order of column names. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
