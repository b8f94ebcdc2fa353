import type { AssembleTask } from './task.js';

/** A piece of a partition, put together at once: rows [first, first + rows). */
export interface Piece {
  readonly idx: number;
  readonly first: number;
  readonly rows: number;
}

export function piecesOf({ rows, pieceRows }: AssembleTask): Piece[] {
  const pieces: Piece[] = [];
  for (let first = 0; first < rows || pieces.length === 0; first += pieceRows) {
    pieces.push({ idx: pieces.length, first, rows: Math.min(pieceRows, rows - first) });
  }
  return pieces;
}
