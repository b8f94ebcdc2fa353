import { type Batch, gatherBatch } from '@tessera/columnar';
import { readColumns } from '@tessera/lake';
import { type TaskContext, tableSql } from './context.js';
import { perBucket } from './per-bucket.js';
import type { LeftResult } from './result.js';
import type { LeftTask, Section } from './task.js';
import { leftCodesSql } from './task-sql.js';
import { codes, numbers } from './typed.js';

const DAY_MS = 86_400_000;

/** Rows in left order, each with its partition and position; `codes[k]` per key set. */
interface LeftRows {
  readonly partition: Int32Array;
  readonly position: Int32Array;
  readonly timeMs: Float64Array;
  readonly codes: readonly Int32Array[];
}

/** A hash join may hand rows back in another order than it was given them. */
function inPositionOrder(batch: Batch): Batch {
  const pos = numbers(batch, 'pos');
  let sorted = true;
  for (let i = 1; i < pos.length && sorted; i++) sorted = pos[i - 1]! < pos[i]!;
  if (sorted) return batch;
  // Positions number the rows of this scan 0, 1, 2 …, so they are their own order.
  const order = new Int32Array(pos.length);
  for (let i = 0; i < pos.length; i++) order[pos[i]!] = i;
  return gatherBatch(batch, order);
}

async function readLeft(context: TaskContext, task: LeftTask): Promise<LeftRows> {
  if (!task.from) return gridRows(context, task);
  const keySets = task.keySets.map(({ keySet, table }) => ({
    keySet,
    table: tableSql(context, table),
  }));
  const kinds = Object.fromEntries(keySets.map((_, idx) => [`c${idx}`, 'code' as const]));
  const sql = leftCodesSql(task.from, keySets, task.limit);
  const batch = inPositionOrder(await readColumns(context.session, sql, kinds));
  const idxOfDay = new Map(
    task.partitions.map((p) => [
      p.ds === '__none__' ? Number.NaN : Date.parse(p.ds) / DAY_MS,
      p.idx,
    ]),
  );
  const day = numbers(batch, 'day');
  const keep: number[] = [];
  const partition = new Int32Array(batch.rows);
  const position = new Int32Array(batch.rows);
  const next = new Map<number, number>();
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
    codes: keySets.map((_, idx) => codes(kept, `c${idx}`)),
  };
}

/** Backfill: every key once per day, in key order, asked at the midnight that ends the day (S3.4). */
async function gridRows(context: TaskContext, task: LeftTask): Promise<LeftRows> {
  const [first] = task.keySets;
  if (!first) throw new Error('a grid has one key set');
  const perDay = first.keySet.snapshotLagMs !== null;
  const sql = `SELECT code${perDay ? ', day' : ''} FROM ${tableSql(context, first.table)} ORDER BY code`;
  const keys = await readColumns(context.session, sql, { code: 'code' });
  const code = codes(keys, 'code');
  const day = perDay ? numbers(keys, 'day') : null;
  const rows = code.length * task.partitions.length;
  const out = {
    partition: new Int32Array(rows),
    position: new Int32Array(rows),
    timeMs: new Float64Array(rows),
    code: new Int32Array(rows),
  };
  let at = 0;
  for (const { idx, ds } of task.partitions) {
    const today = Date.parse(ds) / DAY_MS;
    let position = 0;
    for (let i = 0; i < code.length; i++) {
      if (day && day[i] !== today) continue;
      out.partition[at] = idx;
      out.position[at] = position++;
      out.timeMs[at] = (today + 1) * DAY_MS;
      out.code[at] = code[i]!;
      at++;
    }
  }
  return {
    partition: out.partition.subarray(0, at),
    position: out.position.subarray(0, at),
    timeMs: out.timeMs.subarray(0, at),
    codes: [out.code.subarray(0, at)],
  };
}

/**
 * Read left partitions once and leave, per key set and bucket, what a sweep needs of each row: where it belongs, its key
 * code (-1 = null key) and its time. Null keys and times are counted on the way.
 */
export async function runLeft(context: TaskContext, task: LeftTask): Promise<LeftResult> {
  const left = await readLeft(context, task);
  const rows: Record<number, number> = {};
  for (const { idx } of task.partitions) rows[idx] = 0;
  for (const idx of left.partition) rows[idx]! += 1;
  let rowsWithoutTime = 0;
  for (const t of left.timeMs) if (Number.isNaN(t)) rowsWithoutTime++;
  const nullKeys: Record<string, number> = {};
  const snapshotDays: Record<string, number[]> = {};
  const sections: Record<string, Section[]> = {};
  for (const [at, { keySet }] of task.keySets.entries()) {
    const code = left.codes[at]!;
    let nulls = 0;
    const days = new Set<number>();
    for (let i = 0; i < code.length; i++) {
      const t = left.timeMs[i]!;
      // A row without a time has no snapshot day either, so its code is null whatever its key; it is counted above.
      if (code[i]! < 0) nulls += Number.isNaN(t) ? 0 : 1;
      else if (keySet.snapshotLagMs !== null)
        days.add(Math.floor((t - keySet.snapshotLagMs) / DAY_MS) - 1);
    }
    nullKeys[keySet.id] = nulls;
    if (keySet.snapshotLagMs !== null) snapshotDays[keySet.id] = [...days].sort((a, b) => a - b);
    const batch: Batch = {
      rows: code.length,
      columns: {
        partition: { kind: 'code', values: left.partition },
        position: { kind: 'code', values: left.position },
        code: { kind: 'code', values: code },
        t: { kind: 'f64', values: left.timeMs },
      },
    };
    const blocks = perBucket(batch, code, task.buckets);
    sections[keySet.id] = context.exchange.write(`left/${task.id}.${keySet.id}`, blocks);
  }
  return { rows, rowsWithoutTime, nullKeys, snapshotDays, sections };
}
