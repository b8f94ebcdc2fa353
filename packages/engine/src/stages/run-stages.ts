import type { PhysicalPlan } from '@tessera/planner';
import type { StageName } from '../run-types.js';
import { sum } from '../sum.js';
import type {
  KeysResult,
  LeftResult,
  ReadTilesResult,
  ScatterResult,
  SlicesResult,
  SweepResult,
} from '../tasks/result.js';
import { sweepBytes } from '../tasks/slices.js';
import type { TableRef, Task } from '../tasks/task.js';
import { assembleTasks } from './assemble-tasks.js';
import { dictionaryTasks } from './dictionary-tasks.js';
import { keysFrom, leftGroups } from './left-groups.js';
import { missingSnapshots } from './missing-snapshots.js';
import { scanRows, scatterTasks } from './scatter-tasks.js';
import { shareLeft } from './share-left.js';
import { type StageOptions, type StageOutcome, tableRef } from './stage-options.js';
import { inSlices, mergeSmall, sweepTasks } from './sweep-tasks.js';
import { readTilesTasks } from './tile-tasks.js';

/**
 * Run a plan up to the point where only the output has to be written: keys → left rows and dictionaries → events per
 * bucket → sweeps. Returns the assemble tasks and everything that was counted.
 */
export async function runStages(plan: PhysicalPlan, options: StageOptions): Promise<StageOutcome> {
  const { executor } = options;
  let tasks = 0;
  const stage = async <R>(
    name: StageName,
    list: readonly Task[],
    rowsOf: (result: R) => number,
  ): Promise<R[]> => {
    let done = 0;
    let rows = 0;
    options.onProgress({ stage: name, tasksDone: 0, tasksTotal: list.length, rows: 0 });
    tasks += list.length;
    return executor.run<R>(list, (result) => {
      done++;
      rows += rowsOf(result);
      options.onProgress({ stage: name, tasksDone: done, tasksTotal: list.length, rows });
    });
  };

  const groups = leftGroups(plan, options);
  const allLeft = groups.flatMap(({ from }) => (from ? [from] : []));
  const keys: Record<string, TableRef> = {};
  for (const keySet of plan.keySets) keys[keySet.id] = tableRef(options, `keys_${keySet.id}`);
  const keyTasks: Task[] = plan.keySets.map((keySet) => ({
    type: 'keys',
    keySet,
    out: keys[keySet.id]!,
    ...keysFrom(plan, keySet.id, allLeft, options),
  }));
  await stage<KeysResult>('keys', keyTasks, (result) => result.keys);

  const { tasks: dictionaryList, dictionaries } = dictionaryTasks(plan, options);
  if (dictionaryList.length > 0)
    await stage<{ strings: number }>('dictionaries', dictionaryList, (r) => r.strings);

  const leftTasks: Task[] = groups.map(({ partitions, from, rowsAtMost }, idx) => ({
    type: 'left',
    id: String(idx),
    from,
    keySets: plan.keySets.map((keySet) => ({ keySet, table: keys[keySet.id]! })),
    partitions,
    buckets: plan.buckets,
    limit: options.limit,
    rowsAtMost,
  }));
  const left = await stage<LeftResult>('left', leftTasks, (result) =>
    sum(Object.values(result.rows)),
  );
  const missing = missingSnapshots(plan, left, options);

  let rowsBehind = sum(plan.scans.map((scan) => scanRows(scan, options.facts)));
  const scatter = plan.scans.map((scan) => {
    rowsBehind -= scanRows(scan, options.facts);
    const beside = { keys, dictionaries, rowsBehind };
    return { scan, tasks: scatterTasks(plan, scan, beside, options) };
  });
  const tileTasks = plan.scans.map((scan) => ({
    scan,
    tasks: readTilesTasks(plan, scan, { keys, dictionaries }, options),
  }));
  const lists = [...scatter, ...tileTasks].map((s): readonly Task[] => s.tasks);
  const read = inLists(
    await stage<ScatterResult | ReadTilesResult>('scan', lists.flat(), (result) =>
      'rowsRead' in result ? result.rowsRead : result.rows,
    ),
    lists,
  );
  const scans: Record<string, ScatterResult[]> = {};
  const tiles: Record<string, ReadTilesResult[]> = {};
  for (const [idx, scan] of plan.scans.entries()) {
    // Results come in the order of tasks, and each list has tasks of one type.
    scans[scan.id] = read[idx] as ScatterResult[];
    tiles[scan.id] = read[plan.scans.length + idx] as ReadTilesResult[];
  }

  const made = { left, scans, tiles, nullDays: missing.nullDays };
  const asked = sweepTasks(plan, made, options);
  const { taskBytes } = options;
  const buckets = options.mergesBuckets
    ? mergeSmall(asked, { workers: executor.workers, taskBytes })
    : asked;
  const large = buckets.filter(
    (task) =>
      task.left.length > 0 &&
      task.endBucket === task.bucket + 1 &&
      sweepBytes(task) > options.taskBytes,
  );
  tasks += large.length;
  const cuts = await executor.run<SlicesResult>(
    large.map((of): Task => ({ type: 'slices', of })),
    () => undefined,
  );
  const sweepList = shareLeft(
    inSlices(
      buckets,
      new Map(large.map(({ id }, idx) => [id, cuts[idx]?.slices ?? []])),
      options.taskBytes,
    ),
    plan.scans,
    { workers: executor.workers, taskBytes },
  );
  const swept = await stage<SweepResult>('join', sweepList, ({ scans: own }) =>
    sum(own.map(({ counts }) => counts.leftRows)),
  );
  const done = sweepList.map((task, idx) => ({ task, result: swept[idx]! }));
  const sweeps = done.flatMap(({ task, result }) =>
    [task, ...task.others].map(({ scanId }, idx) => ({
      ...{ scanId, slice: task.slice },
      result: result.scans[idx]!,
    })),
  );
  const sliced = large.map((task, idx) => ({ task, infinite: cuts[idx]?.infinite ?? {} }));

  const rows = new Map<number, number>();
  for (const result of left)
    for (const [idx, n] of Object.entries(result.rows)) rows.set(Number(idx), n);
  const partitions = groups.flatMap(({ partitions: members, from }) =>
    members.map((member) => ({ ...member, rows: rows.get(member.idx) ?? 0, from })),
  );
  return {
    partitions,
    left,
    scans,
    tiles,
    sweeps,
    sliced,
    missingSnapshots: missing.reported,
    keys,
    dictionaries,
    tasks,
    assemble: assembleTasks(plan, partitions, { keys, dictionaries, done }, options),
  };
}

/** Results of several lists of tasks that were run as one. */
function inLists<R>(results: readonly R[], lists: readonly (readonly Task[])[]): R[][] {
  let at = 0;
  return lists.map(({ length }) => {
    at += length;
    return results.slice(at - length, at);
  });
}
