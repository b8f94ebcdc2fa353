import { DAY_MS } from '@tessera/api';
import { type Batch, gatherBatch } from '@tessera/columnar';
import { readColumns, run } from '@tessera/lake';
import { leftReadBytes } from '@tessera/planner';
import { type TaskContext, tableSql } from './context.js';
import { perBucket } from './per-bucket.js';
import type { LeftResult } from './result.js';
import type { LeftTask, Section } from './task.js';
import { leftCodesSql } from './task-sql.js';
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
  let sorted = true;
  for (let i = 1; i < pos.length && sorted; i++) sorted = pos[i - 1]! < pos[i]!;
  if (sorted) return batch;
  const order = new Int32Array(pos.length);
  for (let i = 0; i < pos.length; i++) order[pos[i]! - from] = i;
  return gatherBatch(batch, order);
}

/** Numbers rows inside their partitions, chunk after chunk. */
interface Numbering {
  readonly idxOfDay: ReadonlyMap<number, number>;
  readonly next: Map<number, number>;
}

function numberRows(batch: Batch, keySets: number, { idxOfDay, next }: Numbering): LeftRows {
  const day = numbers(batch, 'day');
  const keep: number[] = [];
  const partition = new Int32Array(batch.rows);
  const position = new Int32Array(batch.rows);
  for (let i = 0; i < batch.rows; i++) {
    // Map finds NaN under NaN: rows without a day belong to `__none__`.
    const idx = idxOfDay.get(day[i]!);
    if (idx === undefined) continue;
    const at = next.get(idx) ?? 0;
    partition[keep.length] = idx;
    position[keep.length] = at;
    keep.push(i);
    next.set(idx, at + 1);
  }
  const kept = keep.length === batch.rows ? batch : gatherBatch(batch, Int32Array.from(keep));
  return {
    partition: partition.subarray(0, keep.length),
    position: position.subarray(0, keep.length),
    timeMs: numbers(kept, 't'),
    codes: Array.from({ length: keySets }, (_, idx) => codes(kept, `c${idx}`)),
  };
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
    idxOfDay: new Map(
      task.partitions.map((p) => [
        p.ds === '__none__' ? Number.NaN : Date.parse(p.ds) / DAY_MS,
        p.idx,
      ]),
    ),
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
  for (const idx of left.partition) counts.rows[idx]! += 1;
  for (const t of left.timeMs) if (Number.isNaN(t)) counts.rowsWithoutTime++;
  for (const [at, { keySet }] of task.keySets.entries()) {
    const code = left.codes[at]!;
    let nulls = 0;
    const days = (counts.days[keySet.id] ??= new Set());
    for (let i = 0; i < code.length; i++) {
      const t = left.timeMs[i]!;
      // A row without a time has no snapshot day either, so its code is null whatever its key; it is counted above.
      if (code[i]! < 0) nulls += Number.isNaN(t) ? 0 : 1;
      else if (keySet.snapshotLagMs !== null)
        days.add(Math.floor((t - keySet.snapshotLagMs) / DAY_MS) - 1);
    }
    counts.nullKeys[keySet.id] = (counts.nullKeys[keySet.id] ?? 0) + nulls;
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
  let chunk = 0;
  for await (const left of readLeft(context, task, rowsAtOnce)) {
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
