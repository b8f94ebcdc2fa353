import { scannedRowsPerTask } from '@tessera/planner';
import type { Executor } from '../executor.js';
import { NOT_COUNTED } from '../stages/scatter-tasks.js';
import type { ReadTilesResult, ScatterResult } from '../tasks/result.js';
import type { RangeBlocks, ReadTilesTask, ScatterTask, Section } from '../tasks/task.js';
import { type KeyRange, readsTogether, type Unranged } from './key-ranges.js';
import type { PartReads } from './part-work.js';

/** What the entries of one part, or of one partition of it, are made of, and how its keys are cut. */
export interface RangedUnit {
  /** Unlike those of others. */
  readonly id: string;
  readonly reads: PartReads;
  readonly base: Unranged;
  readonly ranges: readonly KeyRange[];
}

interface Reading {
  readonly executor: Executor;
  readonly taskBytes: number;
}

/**
 * Read rows and tiles of every unit once, into blocks by range of its keys.
 *
 * Returns  by unit, then by range; null for a unit whose ranges read for themselves
 */
export async function readIntoRanges(
  units: readonly RangedUnit[],
  { executor, taskBytes }: Reading,
  onDone: (done: number, total: number) => void,
): Promise<(readonly RangeBlocks[] | null)[]> {
  const reading = { taskBytes, workers: executor.workers };
  const wanted = units.map((unit) =>
    unit.ranges.length > 1 && readsTogether(unit.base) ? readTasks(unit, reading) : null,
  );
  const tasks = wanted.flatMap((own) => own ?? []);
  let done = 0;
  const results = await executor.run<ScatterResult | ReadTilesResult>(tasks, () =>
    onDone(++done, tasks.length),
  );
  const answers = new Map(tasks.map((task, at) => [task, results[at]!.sections]));
  return wanted.map((own, at) => {
    if (own === null) return null;
    // In the order of tasks: files, and the times in them, follow one another.
    const blocksOf = (type: (ScatterTask | ReadTilesTask)['type'], range: number): Section[] =>
      own.flatMap((task) => (task.type === type ? answers.get(task)![range]! : []));
    return units[at]!.ranges.map((_, range) => ({
      events: blocksOf('scatter', range),
      tiles: blocksOf('read-tiles', range),
    }));
  });
}

function readTasks(
  { id, reads, base, ranges }: RangedUnit,
  { workers, taskBytes }: { readonly workers: number; readonly taskBytes: number },
): (ScatterTask | ReadTilesTask)[] {
  const { keys, scan } = base;
  const buckets = ranges.length;
  const codesPerBucket = ranges[0]!.to;
  const size = scannedRowsPerTask(scan.lanes, { rows: reads.rows, workers, taskBytes });
  const rows = reads.cut(size).map(
    (files, at): ScatterTask => ({
      ...{ type: 'scatter', id: `upload-${id}.${at}`, scan, keys, buckets, codesPerBucket },
      ...{ dictionaries: {}, counts: NOT_COUNTED, ...files },
    }),
  );
  const tiles = reads.tiles.map(
    (of, at): ReadTilesTask => ({
      ...{ type: 'read-tiles', id: `upload-${id}.${at}`, scan: of, keys, buckets, codesPerBucket },
      dictionaries: {},
    }),
  );
  return [...rows, ...tiles];
}
