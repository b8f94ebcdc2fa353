import { type KeyTimeOrder, openArena, sortByKeyTime } from '@tessera/columnar';
import { memo } from '../lazy.js';

/** Left rows by key and query time. */
export interface SortedLeft {
  readonly sorted: KeyTimeOrder;
  /** Sorted position → row of the output. A left row without a key or a time is at no position. */
  readonly to: Int32Array;
}

/** Left rows sorted once for every lane of query times, however many sweeps ask for it. */
export interface LeftOrders {
  readonly of: (queryMs: Float64Array) => SortedLeft;
}

/**
 * @param code    key codes of left rows, -1 = null
 * @param arrange which row of the output each left row is, decided when rows were sorted first; default: its own
 */
export function leftOrders(
  code: Int32Array,
  arrange: ((first: KeyTimeOrder) => Int32Array) | null = null,
): LeftOrders {
  const known = new Map<Float64Array, SortedLeft>();
  let rowOf: Int32Array | null = null;
  const sort = (queryMs: Float64Array): SortedLeft => {
    const sorted = kept(sortByKeyTime(code, queryMs));
    if (arrange === null) return { sorted, to: sorted.order };
    rowOf ??= arrange(sorted);
    return { sorted, to: through(rowOf, sorted.order) };
  };
  return { of: (queryMs) => memo(known, queryMs, () => sort(queryMs)) };
}

/** Out of an arena, which other sweeps open anew. */
function kept(sorted: KeyTimeOrder): KeyTimeOrder {
  if (openArena() === null) return sorted;
  const { order, timeMs, keyCode, keyStart } = sorted;
  return {
    order: order.slice(),
    timeMs: timeMs.slice(),
    keyCode: keyCode.slice(),
    keyStart: keyStart.slice(),
  };
}

function through(rowOf: Int32Array, order: Int32Array): Int32Array {
  const to = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) to[i] = rowOf[order[i]!]!;
  return to;
}
