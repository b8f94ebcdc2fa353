import { during } from '../profile/phase-clock.js';
import type { TaskContext } from './context.js';
import { type Blocks, columnsInLeftOrder, type SweptColumns } from './left-order.js';
import { type Piece, piecesOf } from './partition-pieces.js';
import type { AssembleTask, Task } from './task.js';

const ahead = new WeakMap<AssembleTask, SweptColumns>();

type Reading = Pick<TaskContext, 'exchange' | 'clock' | 'cancelled'>;

/**
 * While DuckDB writes a partition its thread's own loop has nothing to do: it can read what the next one is made of.
 *
 * Only where the two together have no more rows than one may have. What the clock tells of it counts for the one that runs.
 */
export function readAhead(context: Reading, running: Task, next: Task): void {
  if (running.type !== 'assemble' || next.type !== 'assemble') return;
  if (running.rows + next.rows > next.pieceRows || context.cancelled()) return;
  const [piece] = piecesOf(next);
  if (piece === undefined) return;
  try {
    ahead.set(
      next,
      during(context, 'read', () => readPiece(context, next, piece)),
    );
  } catch {
    // Left for the task itself to meet.
  }
}

/** Columns of a piece of a partition, which may have been read already. */
export function sweptColumns(
  context: Pick<TaskContext, 'exchange'>,
  task: AssembleTask,
  piece: Piece,
): SweptColumns {
  const read = ahead.get(task);
  // Should it fail and be tried again, everything is read again.
  ahead.delete(task);
  return read ?? readPiece(context, task, piece);
}

function readPiece(
  context: Pick<TaskContext, 'exchange'>,
  task: AssembleTask,
  piece: Piece,
): SweptColumns {
  const swept = columnsInLeftOrder(context, task.features, (scan) => [blocksOf(task, scan, piece)]);
  // The first feature of some blocks reads them.
  for (const feature of task.features) swept(feature);
  return swept;
}

function blocksOf(task: AssembleTask, scan: string, piece: Piece): Blocks {
  return {
    sections: task.blocks[scan]?.[piece.idx] ?? [],
    rows: piece.rows,
    shift: -piece.first,
    of: task.partition.ds,
  };
}
