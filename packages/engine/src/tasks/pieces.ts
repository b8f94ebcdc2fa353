import { type Batch, type Column, gatherBatch, sliceBatch } from '@tessera/columnar';
import type { Exchange } from '../exchange.js';
import type { SweepTask, SweptPiece } from './task.js';
import { codes } from './typed.js';

/**
 * Leave swept columns where the writing of their partition finds them.
 *
 * A partition's rows are put together a piece at a time: rows [0, pieceRows) of it, then the next as many, …. Every
 * block belongs to one piece.
 */
export function writePieces(
  exchange: Exchange,
  task: Pick<SweepTask, 'id' | 'pieceRows'>,
  left: Batch,
  columns: Readonly<Record<string, Column>>,
): SweptPiece[] {
  const found = groups(codes(left, 'partition'), codes(left, 'position'), task.pieceRows);
  const all: Batch = { rows: left.rows, columns: { position: left.columns.position!, ...columns } };
  const batch = found.order === null ? all : gatherBatch(all, found.order);
  const sections = exchange.write(
    `swept/${task.id}`,
    found.groups.map(({ start, end }) => sliceBatch(batch, start, end)),
  );
  return found.groups.map(({ partition, piece }, idx) => ({
    partition,
    piece,
    section: sections[idx]!,
  }));
}

interface Group {
  readonly partition: number;
  readonly piece: number;
  readonly start: number;
  readonly end: number;
}

/** Rows that stand together per piece: as they are where that holds already (left blocks come in their order). */
function groups(
  partition: Int32Array,
  position: Int32Array,
  pieceRows: number,
): { order: Int32Array | null; groups: Group[] } {
  const n = partition.length;
  const pieceOf = (row: number) => Math.floor(position[row]! / pieceRows);
  const slots = new Map<string, number>();
  const runs: (Group & { readonly slot: number })[] = [];
  for (let start = 0; start < n; ) {
    const of = partition[start]!;
    const piece = pieceOf(start);
    let end = start + 1;
    while (end < n && partition[end] === of && pieceOf(end) === piece) end++;
    const key = `${of}/${piece}`;
    const slot = slots.get(key) ?? slots.size;
    slots.set(key, slot);
    runs.push({ partition: of, piece, start, end, slot });
    start = end;
  }
  if (runs.length === slots.size) return { order: null, groups: runs };
  const starts = new Int32Array(slots.size + 1);
  for (const { slot, start, end } of runs) starts[slot + 1]! += end - start;
  for (let slot = 0; slot < slots.size; slot++) starts[slot + 1]! += starts[slot]!;
  const cursor = starts.slice();
  const order = new Int32Array(n);
  const found: Group[] = [];
  for (const { slot, start, end, partition: of, piece } of runs) {
    for (let row = start; row < end; row++) order[cursor[slot]!++] = row;
    found[slot] ??= { partition: of, piece, start: starts[slot]!, end: starts[slot + 1]! };
  }
  return { order, groups: found };
}
