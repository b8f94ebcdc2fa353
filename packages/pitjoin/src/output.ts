import { expansionToBigInt } from '@tessera/algebra';
import { type Column, gather, writeInt128 } from '@tessera/columnar';
import type { ExactSum } from './exact/exact-sum.js';
import { sumReader } from './exact/read-sum.js';
import type { PickedLists } from './kernels/growable.js';
import type { Lane } from './order/lane.js';
import type { Ranges } from './order/ranges.js';

/**
 * Input values at the entries a kernel chose; -1 = null. The kind stays that of the input.
 *
 * @param items entry → row of the column; null = the same
 */
export function pickedColumn(
  column: Column,
  items: Int32Array | null,
  entries: Int32Array,
): Column {
  return gather(column, items === null ? entries : entriesToItems(items, entries));
}

/** Lists of input values; a row that got none is null. */
export function pickedLists(column: Column, items: Int32Array, lists: PickedLists): Column {
  return {
    kind: 'list',
    offsets: lists.offsets,
    valid: filledRows(lists.offsets),
    child: pickedColumn(column, items, lists.entries),
  };
}

/** Maps from input values to counts. */
export function histogramColumn(
  lane: Lane,
  lists: PickedLists & { readonly counts: Float64Array },
): Column {
  return {
    kind: 'map',
    offsets: lists.offsets,
    valid: filledRows(lists.offsets),
    keys: pickedColumn(lane.input!.column, lane.items, lists.entries),
    values: { kind: 'f64', values: lists.counts },
  };
}

/** 0 where a row has no children; null when all have. */
export function filledRows(offsets: Int32Array): Uint8Array | null {
  const valid = new Uint8Array(offsets.length - 1);
  return markFilled(offsets, valid) === valid.length ? null : valid;
}

/** Returns how many rows have children. */
function markFilled(offsets: Int32Array, valid: Uint8Array): number {
  let filled = 0;
  for (let i = 0; i < valid.length; i++) {
    if (offsets[i + 1]! > offsets[i]!) {
      valid[i] = 1;
      filled++;
    }
  }
  return filled;
}

/** Counts as they are (0 for nothing), or null for nothing. */
export function countColumn(values: Float64Array, empty: 'zero' | 'null'): Column {
  if (empty === 'zero') return { kind: 'f64', values };
  return { kind: 'f64', values: values.map((n) => (n === 0 ? Number.NaN : n)) };
}

/** Integer sums as the narrowest kind that holds them all; those beyond `limit` are null and told to `onOverflow`. */
export function integerSumColumn(
  sum: ExactSum,
  ranges: Ranges,
  rounded: Float64Array,
  limit: { readonly least: bigint; readonly greatest: bigint },
  onOverflow: (row: number, sum: bigint) => void,
): Column {
  const wide = wideSums(sum, ranges, rounded);
  if (wide.size === 0) return { kind: 'f64', values: rounded };
  let kind: 'i64' | 'i128' = 'i64';
  for (const [row, value] of wide) {
    if (value < limit.least || value > limit.greatest) {
      onOverflow(row, value);
      wide.delete(row);
    } else if (BigInt.asIntN(64, value) !== value) kind = 'i128';
  }
  const n = rounded.length;
  const values = new BigInt64Array(kind === 'i64' ? n : 2 * n);
  const valid = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const r = rounded[i]!;
    const exact = wide.get(i) ?? (Math.abs(r) < 2 ** 53 ? BigInt(r) : null);
    if (exact === null) continue;
    valid[i] = 1;
    if (kind === 'i64') values[i] = exact;
    else writeInt128(values, i, exact);
  }
  return { kind, values, valid };
}

/** Exact integer sums of the rows whose rounded sum is not below 2^53, where a double may have lost something. */
export function wideSums(
  sum: ExactSum,
  { start, end }: Ranges,
  rounded: Float64Array,
): Map<number, bigint> {
  const wide = new Map<number, bigint>();
  const reader = sumReader(sum);
  for (let i = 0; i < rounded.length; i++) {
    if (!(Math.abs(rounded[i]!) >= 2 ** 53)) continue;
    reader.seek(start[i]!, end[i]!);
    wide.set(i, expansionToBigInt(reader.parts));
  }
  return wide;
}

function entriesToItems(items: Int32Array, entries: Int32Array): Int32Array {
  const out = new Int32Array(entries.length);
  for (let i = 0; i < out.length; i++) out[i] = entries[i]! < 0 ? -1 : items[entries[i]!]!;
  return out;
}
