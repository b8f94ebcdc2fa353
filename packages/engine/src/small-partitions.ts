import { rowGroupRows } from '@tessera/lake';
import { rowsWrittenTogether, SMALL_PARTITION_ROWS } from '@tessera/planner';
import type { AssembleFewTask, AssembleTask } from './tasks/task.js';

const MOST_MEMBERS = 64;
/** Fewer are not worth a second way. */
const FEWEST = 16;

/**
 * Cut the writing of partitions into tasks: small ones together, several tasks for each worker, in order; all others alone.
 *
 * Returns  tasks, and the positions of the partitions that each writes
 */
export function writeTasks(
  partitions: readonly AssembleTask[],
  workers: number,
): readonly { readonly task: AssembleTask | AssembleFewTask; readonly of: readonly number[] }[] {
  const small = partitions.filter(isSmall).length;
  const size =
    small < FEWEST * workers ? 1 : Math.min(MOST_MEMBERS, Math.ceil(small / (2 * workers)));
  // All are of one plan.
  const [any] = partitions;
  const most = any === undefined ? 0 : rowsWrittenTogether(any.features, any.pieceRows);
  const groups: { readonly of: number[]; rows: number; isSmall: boolean }[] = [];
  for (const [idx, task] of partitions.entries()) {
    const last = groups.at(-1);
    const fits = last && last.of.length < size && last.rows + task.rows <= most;
    if (fits && last.isSmall && isSmall(task)) {
      last.of.push(idx);
      last.rows += task.rows;
    } else groups.push({ of: [idx], rows: task.rows, isSmall: isSmall(task) });
  }
  return groups.map(({ of }) => {
    const [first, ...others] = of.map((idx) => partitions[idx]!);
    if (first === undefined) throw new Error('no partition');
    const few: AssembleFewTask = { type: 'assemble-few', members: [first, ...others] };
    return { task: others.length === 0 ? first : few, of };
  });
}

/** What `AssembleFewTask` says of its members. */
function isSmall({ partition, rows, left, grid, kept, limit, derived, ...task }: AssembleTask) {
  if (left === null || grid !== null || kept !== undefined || limit !== null) return false;
  const { source, relation } = left;
  const written = task.features.filter(({ outputIdx }) => outputIdx >= 0).length;
  // Where a file's second row group begins depends on how rows come: of a table of many partitions otherwise than alone.
  const oneGroup = rowGroupRows(task.leftColumns.length + written);
  return (
    rows > 0 &&
    rows <= Math.min(SMALL_PARTITION_ROWS, task.pieceRows, oneGroup) &&
    derived.length === 0 &&
    written > 0 &&
    source.eventId === undefined &&
    source.dedupe === undefined &&
    relation.kind === 'parquet' &&
    relation.files.every(({ ds }) => ds === partition.ds)
  );
}
