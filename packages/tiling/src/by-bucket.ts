import { type Column, gather, rowCompare } from '@tessera/columnar';
import { identity, lists, type NamedColumns } from './kinds/kernel.js';

/** Members of tiles, split by bucket (S5.6). */
export interface Buckets {
  /** Members in their new order: by tile, then bucket. */
  readonly order: Int32Array;
  /** Group g (one bucket of one tile) holds order[start[g]] … order[start[g + 1] - 1]. */
  readonly start: Int32Array;
  /** Tile t has groups tileOffsets[t] … tileOffsets[t + 1] - 1. */
  readonly tileOffsets: Int32Array;
  /** The bucket of each group. */
  readonly bucket: Column;
}

/**
 * Shapes   start: members of T tiles; column: buckets, none null; of: member → row of `column`
 */
export function splitByBucket(start: Int32Array, column: Column, of: Int32Array): Buckets {
  const compare = rowCompare(column);
  const order = identity(of.length);
  const byBucket = (a: number, b: number): number => compare(of[a]!, of[b]!);
  const starts = new Int32Array(of.length + 1);
  const tileOffsets = new Int32Array(start.length);
  let groups = 0;
  for (let t = 0; t + 1 < start.length; t++) {
    const end = start[t + 1]!;
    let i = start[t]! + 1;
    while (i < end && byBucket(i - 1, i) <= 0) i++;
    if (i < end) order.subarray(start[t]!, end).sort(byBucket);
    for (let p = start[t]!; p < end; p++) {
      if (p === start[t]! || byBucket(order[p - 1]!, order[p]!) !== 0) starts[groups++] = p;
    }
    tileOffsets[t + 1] = groups;
  }
  starts[groups] = of.length;
  const groupStart = starts.slice(0, groups + 1);
  const firsts = groupStart.subarray(0, groups).map((p) => of[order[p]!]!);
  return { order, start: groupStart, tileOffsets, bucket: gather(column, firsts) };
}

/** States of groups as states of tiles: every column one list deeper, beside `buckets`. */
export function underTiles({ tileOffsets, bucket }: Buckets, inner: NamedColumns): NamedColumns {
  const columns: Record<string, Column> = { buckets: lists(tileOffsets, bucket) };
  for (const [name, column] of Object.entries(inner)) columns[name] = lists(tileOffsets, column);
  return columns;
}
