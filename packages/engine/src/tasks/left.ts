import { DAY_MS } from '@tessera/api';
import { type Batch, gatherBatch } from '@tessera/columnar';
import { readColumns, run } from '@tessera/lake';
import { leftReadBytes } from '@tessera/planner';
import { type TaskContext, tableSql } from './context.js';
import { perBucket } from './per-bucket.js';
import type { LeftResult } from './result.js';
import type { LeftScan, LeftTask, Section } from './task.js';
import { labelsByFile, leftCodesSql } from './task-sql.js';
import { codes, numbers } from './typed.js';

/** Rows in left order, each with its partition and position; `codes[k]` per key set. */
interface LeftRows {
  readonly partition: Int32Array;
  readonly position: Int32Array;
  readonly timeMs: Float64Array;
  readonly codes: readonly Int32Array[];
}

/** A hash join may hand rows back in another order than it was given them. Positions are `from`, `from` + 1, …. */
function inPositionOrder(batch: Batch, from: number): Batch {
  const pos = numbers(batch, 'pos');
  return isRising(pos) ? batch : gatherBatch(batch, rowAt(pos, from));
}

function isRising(pos: Float64Array): boolean {
  for (let i = 1; i < pos.length; i++) if (!(pos[i - 1]! < pos[i]!)) return false;
  return true;
}

function rowAt(pos: Float64Array, from: number): Int32Array {
  const order = new Int32Array(pos.length);
  for (let i = 0; i < pos.length; i++) order[pos[i]! - from] = i;
  return order;
}

/** Numbers rows inside their partitions, chunk after chunk. */
interface Numbering {
  /** Partitions by what a row tells as its `day`. */
  readonly idxOfDay: ReadonlyMap<number, number>;
  readonly next: Map<number, number>;
}

function numberRows(batch: Batch, keySets: number, { idxOfDay, next }: Numbering): LeftRows {
  const day = numbers(batch, 'day');
  const keep = new Int32Array(batch.rows);
  const partition = new Int32Array(batch.rows);
  const position = new Int32Array(batch.rows);
  let rows = 0;
  // Rows of a day stand together, so what is known of a day is looked up once for all of them.
  for (let first = 0; first < batch.rows; ) {
    const end = endOfRun(day, first);
    // Map finds NaN under NaN: rows without a day belong to `__none__`.
    const idx = idxOfDay.get(day[first]!);
    if (idx !== undefined) {
      const at = next.get(idx) ?? 0;
      next.set(idx, at + end - first);
      for (let i = first; i < end; i++, rows++) {
        partition[rows] = idx;
        position[rows] = at + i - first;
        keep[rows] = i;
      }
    }
    first = end;
  }
  const kept = rows === batch.rows ? batch : gatherBatch(batch, keep.subarray(0, rows));
  return {
    partition: partition.subarray(0, rows),
    position: position.subarray(0, rows),
    timeMs: numbers(kept, 't'),
    codes: Array.from({ length: keySets }, (_, idx) => codes(kept, `c${idx}`)),
  };
}

/** Where the rows that begin with `first` stop being of its day; NaN is a day of its own. */
function endOfRun(day: Float64Array, first: number): number {
  const of = day[first]!;
  let end = first + 1;
  if (Number.isNaN(of)) while (end < day.length && Number.isNaN(day[end]!)) end++;
  else while (end < day.length && day[end] === of) end++;
  return end;
}

/** By days since 1970, or by files. */
function partitionsByDay({ partitions, limit }: LeftTask, from: LeftScan): Map<number, number> {
  const labels = labelsByFile(from, limit);
  if (labels === null)
    return new Map(
      partitions.map(({ ds, idx }) => [
        ds === '__none__' ? Number.NaN : Date.parse(ds) / DAY_MS,
        idx,
      ]),
    );
  const idxOf = new Map(partitions.map(({ ds, idx }) => [ds, idx]));
  return new Map(
    labels.flatMap((ds, file): [number, number][] => {
      const idx = idxOf.get(ds);
      return idx === undefined ? [] : [[file, idx]];
    }),
  );
}

/** Left rows in order, as many at a time as fit. */
async function* readLeft(
  context: TaskContext,
  task: LeftTask,
  rowsAtOnce: number,
): AsyncGenerator<LeftRows> {
  if (!task.from) {
    yield* gridRows(context, task, rowsAtOnce);
    return;
  }
  const keySets = task.keySets.map(({ keySet, table }) => ({
    keySet,
    table: tableSql(context, table),
  }));
  const kinds = Object.fromEntries(keySets.map((_, idx) => [`c${idx}`, 'code' as const]));
  const sql = leftCodesSql(task.from, keySets, task.limit);
  const numbering: Numbering = {
    idxOfDay: partitionsByDay(task, task.from),
    next: new Map(),
  };
  if (task.rowsAtMost <= rowsAtOnce) {
    const batch = inPositionOrder(await readColumns(context.session, sql, kinds), 0);
    yield numberRows(batch, keySets.length, numbering);
    return;
  }
  // DuckDB keeps on disk what does not fit; here a slice of it is held at a time. It is nearly in order already, so a
  // slice is found without looking at the rest.
  await run(context.session, `CREATE TEMP TABLE left_rows AS ${sql}`);
  try {
    for (let from = 0; ; from += rowsAtOnce) {
      const slice = `SELECT * FROM left_rows WHERE pos >= ${from} AND pos < ${from + rowsAtOnce}`;
      const batch = await readColumns(context.session, slice, kinds);
      if (batch.rows === 0) break;
      yield numberRows(inPositionOrder(batch, from), keySets.length, numbering);
    }
  } finally {
    await run(context.session, 'DROP TABLE left_rows');
  }
}

/** Backfill: every key once per day, in key order, asked at the midnight that ends the day (S3.4). */
async function* gridRows(
  context: TaskContext,
  task: LeftTask,
  rowsAtOnce: number,
): AsyncGenerator<LeftRows> {
  const [first] = task.keySets;
  if (!first) throw new Error('a grid has one key set');
  const perDay = first.keySet.snapshotLagMs !== null;
  const table = tableSql(context, first.table);
  for (const { idx, ds } of task.partitions) {
    const today = Date.parse(ds) / DAY_MS;
    const where = perDay ? ` WHERE day = ${today}` : '';
    let position = 0;
    let last = -1;
    for (;;) {
      const next = `${where === '' ? ' WHERE' : `${where} AND`} code > ${last}`;
      const sql = `SELECT code FROM ${table}${next} ORDER BY code LIMIT ${rowsAtOnce}`;
      const code = codes(await readColumns(context.session, sql, { code: 'code' }), 'code');
      if (code.length === 0) break;
      last = code[code.length - 1]!;
      yield {
        partition: new Int32Array(code.length).fill(idx),
        position: Int32Array.from(code, () => position++),
        timeMs: new Float64Array(code.length).fill((today + 1) * DAY_MS),
        codes: [code],
      };
    }
  }
}

/** What is counted of left rows as they pass. */
interface LeftCounts {
  readonly rows: Record<number, number>;
  readonly nullKeys: Record<string, number>;
  readonly days: Record<string, Set<number>>;
  rowsWithoutTime: number;
}

function countRows(counts: LeftCounts, left: LeftRows, task: LeftTask): void {
  countRuns(left.partition, counts.rows);
  counts.rowsWithoutTime += withoutTime(left.timeMs);
  for (const [at, { keySet }] of task.keySets.entries()) {
    const code = left.codes[at]!;
    counts.nullKeys[keySet.id] = (counts.nullKeys[keySet.id] ?? 0) + withNullKey(code, left.timeMs);
    const days = (counts.days[keySet.id] ??= new Set());
    if (keySet.snapshotLagMs !== null)
      addSnapshotDays(days, code, left.timeMs, keySet.snapshotLagMs);
  }
}

function countRuns(partition: Int32Array, rows: Record<number, number>): void {
  for (let first = 0; first < partition.length; ) {
    const of = partition[first]!;
    let end = first + 1;
    while (end < partition.length && partition[end] === of) end++;
    rows[of]! += end - first;
    first = end;
  }
}

function withoutTime(timeMs: Float64Array): number {
  let rows = 0;
  for (let i = 0; i < timeMs.length; i++) if (Number.isNaN(timeMs[i]!)) rows++;
  return rows;
}

/** A row without a time has no snapshot day either, so its code is null whatever its key; it is counted by itself. */
function withNullKey(code: Int32Array, timeMs: Float64Array): number {
  let rows = 0;
  for (let i = 0; i < code.length; i++) if (code[i]! < 0 && !Number.isNaN(timeMs[i]!)) rows++;
  return rows;
}

function addSnapshotDays(
  days: Set<number>,
  code: Int32Array,
  timeMs: Float64Array,
  lagMs: number,
): void {
  for (let i = 0; i < code.length; i++)
    if (code[i]! >= 0) days.add(Math.floor((timeMs[i]! - lagMs) / DAY_MS) - 1);
}

/**
 * Read left partitions once and leave, per key set and bucket, what a sweep needs of each row: where it belongs, its key
 * code (-1 = null key) and its time. Null keys and times are counted on the way.
 */
export async function runLeft(context: TaskContext, task: LeftTask): Promise<LeftResult> {
  const rowsAtOnce = Math.max(
    context.memory.leastRows,
    Math.floor(context.memory.taskBytes / leftReadBytes(task.keySets.length)),
  );
  const counts: LeftCounts = {
    rows: Object.fromEntries(task.partitions.map(({ idx }) => [idx, 0])),
    nullKeys: {},
    days: {},
    rowsWithoutTime: 0,
  };
  const sections: Record<string, Section[][]> = {};
  for (const { keySet } of task.keySets) {
    sections[keySet.id] = Array.from({ length: task.buckets }, () => []);
  }
  let chunk = 0;
  for await (const left of readLeft(context, task, rowsAtOnce)) {
    const before = context.clock.enter('scatter');
    countRows(counts, left, task);
    for (const [at, { keySet }] of task.keySets.entries()) {
      const code = left.codes[at]!;
      const batch: Batch = {
        rows: code.length,
        columns: {
          partition: { kind: 'code', values: left.partition },
          position: { kind: 'code', values: left.position },
          code: { kind: 'code', values: code },
          t: { kind: 'f64', values: left.timeMs },
        },
      };
      const name = `left/${task.id}.${keySet.id}.${chunk}`;
      const written = context.exchange.write(name, perBucket(batch, code, task.buckets));
      written.forEach((section, bucket) => {
        if (section.rows > 0) sections[keySet.id]![bucket]!.push(section);
      });
    }
    chunk++;
    context.clock.enter(before);
  }
  return {
    rows: counts.rows,
    rowsWithoutTime: counts.rowsWithoutTime,
    nullKeys: counts.nullKeys,
    snapshotDays: Object.fromEntries(
      task.keySets.flatMap(({ keySet }) =>
        keySet.snapshotLagMs === null
          ? []
          : [[keySet.id, [...(counts.days[keySet.id] ?? [])].sort((a, b) => a - b)]],
      ),
    ),
    sections,
  };
}
