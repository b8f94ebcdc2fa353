import { type Batch, type Column, type KeyTimeOrder, place, sliceBatch } from '@tessera/columnar';
import type { Exchange } from '../exchange.js';
import type { SweepTask, SweptPiece } from './task.js';
import { codes } from './typed.js';

/**
 * Where swept rows stand in what is written of them.
 *
 * A partition's rows are put together a piece at a time: rows [0, pieceRows) of it, then the next as many, …. Every
 * block belongs to one piece. Inside of it rows are in the order of keys in which they were swept: the next of a key is
 * soon the next of its piece too, so that a column is written in as many places as there are pieces and nowhere else.
 */
export interface PieceLayout {
  /** Row of the output of every left row, given an order of those that have a key and a time. */
  readonly arrange: (first: KeyTimeOrder | null) => Int32Array;
  /** Leave columns, in the order that was arranged, where the writing of their partition finds them. */
  readonly write: (
    exchange: Exchange,
    id: string,
    columns: Readonly<Record<string, Column>>,
  ) => SweptPiece[];
}

export function pieceLayout(left: Batch, { pieceRows }: Pick<SweepTask, 'pieceRows'>): PieceLayout {
  const { groups, groupOf } = groupsOf(
    codes(left, 'partition'),
    codes(left, 'position'),
    pieceRows,
  );
  let arranged: Int32Array | null = null;
  const arrange = (first: KeyTimeOrder | null): Int32Array => {
    arranged ??= rowsOf(groups, groupOf, first?.order ?? new Int32Array(0));
    return arranged;
  };
  return {
    arrange,
    write(exchange, id, columns) {
      const position = place([left.columns.position!], [arrange(null)], left.rows);
      const batch: Batch = { rows: left.rows, columns: { position, ...columns } };
      const sections = exchange.write(
        `swept/${id}`,
        groups.map(({ start, end }) => sliceBatch(batch, start, end)),
      );
      return groups.map(({ partition, piece }, idx) => ({
        partition,
        piece,
        section: sections[idx]!,
      }));
    },
  };
}

/** Rows of a piece of a partition: start … end - 1 of the output. */
interface Group {
  readonly partition: number;
  readonly piece: number;
  readonly start: number;
  readonly end: number;
}

interface Run {
  readonly group: number;
  readonly start: number;
  readonly end: number;
}

/** Left rows stand together by partition and position in few runs, being in their order in each block. */
function groupsOf(
  partition: Int32Array,
  position: Int32Array,
  pieceRows: number,
): { groups: Group[]; groupOf: Int32Array } {
  const n = partition.length;
  const found = new Map<string, { partition: number; piece: number; idx: number; rows: number }>();
  const runs: Run[] = [];
  for (let start = 0; start < n; ) {
    const of = partition[start]!;
    const piece = Math.floor(position[start]! / pieceRows);
    const end = endOfRun(partition, position, start, (piece + 1) * pieceRows);
    const key = `${of}/${piece}`;
    const known = found.get(key) ?? { partition: of, piece, idx: found.size, rows: 0 };
    found.set(key, known);
    known.rows += end - start;
    runs.push({ group: known.idx, start, end });
    start = end;
  }
  let start = 0;
  const groups = [...found.values()].map(({ rows, partition: of, piece }): Group => {
    start += rows;
    return { partition: of, piece, start: start - rows, end: start };
  });
  const groupOf = new Int32Array(n);
  for (const run of runs) groupOf.fill(run.group, run.start, run.end);
  return { groups, groupOf };
}

/** Where the rows that begin with `start` leave its partition, or its piece; positions rise in a run or begin another. */
function endOfRun(
  partition: Int32Array,
  position: Int32Array,
  start: number,
  endPosition: number,
): number {
  const of = partition[start]!;
  const first = position[start]!;
  let end = start + 1;
  while (
    end < partition.length &&
    partition[end] === of &&
    position[end]! >= first &&
    position[end]! < endPosition
  ) {
    end++;
  }
  return end;
}

/** Rows in the order given, group by group, then those that are not in it. */
function rowsOf(groups: readonly Group[], groupOf: Int32Array, order: Int32Array): Int32Array {
  const rowOf = new Int32Array(groupOf.length).fill(-1);
  const next = Int32Array.from(groups, ({ start }) => start);
  for (let i = 0; i < order.length; i++) rowOf[order[i]!] = next[groupOf[order[i]!]!]!++;
  if (order.length < rowOf.length) placeOthers(rowOf, groupOf, next);
  return rowOf;
}

function placeOthers(rowOf: Int32Array, groupOf: Int32Array, next: Int32Array): void {
  for (let row = 0; row < rowOf.length; row++)
    if (rowOf[row]! < 0) rowOf[row] = next[groupOf[row]!]!++;
}
