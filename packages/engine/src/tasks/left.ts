import { DAY_MS } from '@tessera/api';
import { type Batch, bucketCollector, gatherBatch, mostPagedRows } from '@tessera/columnar';
import { readColumns, run } from '@tessera/lake';
import { leftReadBytes } from '@tessera/planner';
import { type TaskContext, tableSql } from './context.js';
import { type LeftLookup, leftLookups, lookUpLeft } from './left-lookup.js';
import { type LeftRows, numbering, numberRows } from './left-rows.js';
import { perBucket } from './per-bucket.js';
import type { LeftResult } from './result.js';
import type { LeftTask, Section } from './task.js';
import { leftCodesSql } from './task-sql.js';
import { codes, numbers } from './typed.js';

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
  const numbered = numbering(task, task.from);
  if (task.rowsAtMost <= rowsAtOnce) {
    const batch = inPositionOrder(await readColumns(context.session, sql, kinds), 0);
    yield numberRows(batch, keySets.length, numbered);
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
      yield numberRows(inPositionOrder(batch, from), keySets.length, numbered);
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

/** What a sweep needs of left rows. */
function batchOf({ partition, position, timeMs, codes: code }: LeftRows, keySet: number): Batch {
  return {
    rows: partition.length,
    columns: {
      partition: { kind: 'code', values: partition },
      position: { kind: 'code', values: position },
      code: { kind: 'code', values: code[keySet]! },
      t: { kind: 'f64', values: timeMs },
    },
  };
}

/** Leaves the blocks of all buckets of a key set, one chunk of left rows after the other. */
type WriteBlocks = (keySet: string, chunk: number, batches: Iterable<Batch>) => void;

interface Scattering {
  readonly counts: LeftCounts;
  readonly rowsAtOnce: number;
  readonly write: WriteBlocks;
}

async function scatterJoined(
  context: TaskContext,
  task: LeftTask,
  { counts, rowsAtOnce, write }: Scattering,
): Promise<void> {
  let chunk = 0;
  for await (const left of readLeft(context, task, rowsAtOnce)) {
    const before = context.clock.enter('scatter');
    countRows(counts, left, task);
    task.keySets.forEach(({ keySet }, at) => {
      write(keySet.id, chunk, perBucket(batchOf(left, at), left.codes[at]!, task.buckets));
    });
    chunk++;
    context.clock.enter(before);
  }
}

async function scatterLookedUp(
  context: TaskContext,
  task: LeftTask,
  lookups: readonly LeftLookup[],
  { counts, rowsAtOnce, write }: Scattering,
): Promise<void> {
  const { keySets, buckets, rowsAtMost } = task;
  // Partition, position, code and time.
  const most = Math.min(rowsAtOnce, mostPagedRows(buckets, [4, 4, 4, 8]));
  const rows = Math.min(most, rowsAtMost);
  const isReused = !context.exchange.keepsBatches;
  const held = keySets.map(() => bucketCollector({ codeColumn: 'code', buckets, rows, isReused }));
  let chunk = 0;
  const flush = () => {
    keySets.forEach(({ keySet }, at) => {
      write(keySet.id, chunk, held[at]!.take());
    });
    chunk++;
  };
  try {
    await lookUpLeft(context, task, lookups, (left) => {
      countRows(counts, left, task);
      held.forEach((collector, at) => {
        collector.add(batchOf(left, at));
      });
      if (held.some((collector) => collector.rows >= most)) flush();
    });
    if (held.some((collector) => collector.rows > 0)) flush();
  } finally {
    for (const collector of held) collector.close();
  }
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
  const write: WriteBlocks = (keySet, chunk, batches) => {
    const written = context.exchange.write(`left/${task.id}.${keySet}.${chunk}`, batches);
    written.forEach((section, bucket) => {
      if (section.rows > 0) sections[keySet]![bucket]!.push(section);
    });
  };
  const lookups = await leftLookups(context, task);
  const left = { counts, rowsAtOnce, write };
  if (lookups === null) await scatterJoined(context, task, left);
  else await scatterLookedUp(context, task, lookups, left);
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
