import { DAY_MS } from '@tessera/api';
import { type Batch, gatherBatch } from '@tessera/columnar';
import type { LeftScan, LeftTask } from './task.js';
import { labelsByFile } from './task-sql.js';
import { codes, numbers } from './typed.js';

/** Rows in left order, each with its partition and position; `codes[k]` per key set. */
export interface LeftRows {
  readonly partition: Int32Array;
  readonly position: Int32Array;
  readonly timeMs: Float64Array;
  readonly codes: readonly Int32Array[];
}

/** Numbers rows inside their partitions, chunk after chunk. */
export interface Numbering {
  /** Partitions by what a row tells as its `day`. */
  readonly idxOfDay: ReadonlyMap<number, number>;
  readonly next: Map<number, number>;
  /** Memory for a chunk: which rows are kept, their partitions and positions. */
  readonly room: (rows: number) => readonly [Int32Array, Int32Array, Int32Array];
}

/** @param room default: each chunk has memory of its own */
export function numbering(
  task: LeftTask,
  from: LeftScan,
  room: Numbering['room'] = freshRoom,
): Numbering {
  return { idxOfDay: partitionsByDay(task, from), next: new Map(), room };
}

const freshRoom: Numbering['room'] = (rows) => [
  new Int32Array(rows),
  new Int32Array(rows),
  new Int32Array(rows),
];

/** Memory that the next chunk is written to. */
export function sameRoom(): Numbering['room'] {
  let held = freshRoom(0);
  return (rows) => {
    if (held[0].length < rows) held = freshRoom(rows);
    return held;
  };
}

export function numberRows(
  batch: Batch,
  keySets: number,
  { idxOfDay, next, room }: Numbering,
): LeftRows {
  const day = numbers(batch, 'day');
  const [keep, partition, position] = room(batch.rows);
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
