import type { Items } from '../input/input.js';
import { lazy } from '../lazy.js';
import { inArena } from '../wasm.js';
import type { EventView } from './view.js';
import type { EntryWeights } from './weights.js';

/**
 * What one family of features sees of the events: entries in view order, nulls and rows outside `where` left out, lists
 * opened. Kernels know only entries; group boundaries matter to none of them, because a window never spans two groups.
 */
export interface Lane {
  readonly view: EventView;
  /** Entries before each sorted position, E + 1 of them; null = one entry per position. */
  readonly offsets: Int32Array | null;
  readonly count: number;
  /** Entry → item of the input (its row, or its element when lists are opened). */
  readonly items: Int32Array;
  /** Entry → event row. */
  readonly rows: Int32Array;
  /** Group boundaries in entries. */
  readonly groupStart: Int32Array;
  /** Items; null for COUNT without an input. */
  readonly input: Items | null;
  /** How many values each entry stands for; null = one each. */
  readonly weights: EntryWeights | null;
  /** The input's ordered values, per entry. */
  readonly ordered: () => Float64Array;
  /** The nearest doubles, per entry. */
  readonly doubles: () => Float64Array;
  /** Items with ties in (time, tie) ordered by value (S5.4). */
  readonly tiedItems: () => Int32Array;
}

export interface LaneSource {
  readonly view: EventView;
  readonly items: Items | null;
  /** Row → its items, when lists are opened. */
  readonly itemOffsets: Int32Array | null;
  /** Rows that are seen at all (where, weight); null = all. */
  readonly rowMask: Uint8Array | null;
}

export function makeLane(source: LaneSource): Lane {
  const { view, items: input } = source;
  const shape =
    source.itemOffsets === null
      ? pickRows(view.order, both(input?.valid() ?? null, source.rowMask))
      : openLists(source, source.itemOffsets);
  const { offsets, items } = shape;
  const groupStart =
    offsets === null ? view.groupStart : view.groupStart.map((position) => offsets[position]!);
  return {
    view,
    ...shape,
    count: items.length,
    groupStart,
    input,
    weights: null,
    ordered: lazy(() => gatherDoubles(input!.ordered(), items)),
    doubles: lazy(() => gatherDoubles(input!.doubles(), items)),
    tiedItems: lazy(() => orderTies(view, offsets, items, source)),
  };
}

/** Values of items, in the order of the items. Where an arena is open, they lie in it. */
export function gatherDoubles(from: Float64Array, items: Int32Array): Float64Array {
  const n = items.length;
  return inArena(
    (arena, kernels) => {
      const out = arena.doubles(n);
      if (out === null) return null;
      return arena.scoped(() => {
        const [source, wanted] = [arena.addressOf(from), arena.addressOf(items)];
        if (source === 0 || wanted === 0) return null;
        kernels.gatherDoubles(source, wanted, n, out.byteOffset);
        return out;
      });
    },
    () => {
      const out = new Float64Array(n);
      for (let i = 0; i < n; i++) out[i] = from[items[i]!]!;
      return out;
    },
  );
}

export type Shape = Pick<Lane, 'offsets' | 'items' | 'rows'>;

/** Rows of a view where the mask is 1, each an entry; null = all. */
export function pickRows(order: Int32Array, mask: Uint8Array | null): Shape {
  if (mask === null) return { offsets: null, items: order, rows: order };
  const n = order.length;
  const offsets = new Int32Array(n + 1);
  let count = 0;
  for (let p = 0; p < n; p++) {
    count += mask[order[p]!]!;
    offsets[p + 1] = count;
  }
  const rows = new Int32Array(count);
  for (let p = 0; p < n; p++) if (mask[order[p]!] === 1) rows[offsets[p]!] = order[p]!;
  return { offsets, items: rows, rows };
}

function openLists({ view, items, rowMask }: LaneSource, itemOffsets: Int32Array): Shape {
  const { order } = view;
  const valid = items!.valid();
  const n = order.length;
  const offsets = new Int32Array(n + 1);
  let count = 0;
  for (let p = 0; p < n; p++) {
    const row = order[p]!;
    if (rowMask === null || rowMask[row] === 1) {
      const end = itemOffsets[row + 1]!;
      if (valid === null) count += end - itemOffsets[row]!;
      else for (let j = itemOffsets[row]!; j < end; j++) count += valid[j] === 0 ? 0 : 1;
    }
    offsets[p + 1] = count;
  }
  const picked = new Int32Array(count);
  const rows = new Int32Array(count);
  for (let p = 0; p < n; p++) {
    let to = offsets[p]!;
    if (offsets[p + 1] === to) continue;
    const row = order[p]!;
    for (let j = itemOffsets[row]!; j < itemOffsets[row + 1]!; j++) {
      if (valid !== null && valid[j] === 0) continue;
      picked[to] = j;
      rows[to++] = row;
    }
  }
  return { offsets, items: picked, rows };
}

/** 1 where both are; any non-zero counts as 1. Rows that only one tells of are out. */
export function both(a: Uint8Array | null, b: Uint8Array | null): Uint8Array | null {
  if (a === null || b === null) return a ?? b;
  const out = new Uint8Array(Math.max(a.length, b.length));
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) out[i] = a[i]! & b[i]!;
  return out;
}

/** Elements of one list are tied as well: they have the event's time. */
function orderTies(
  view: EventView,
  offsets: Int32Array | null,
  items: Int32Array,
  source: LaneSource,
): Int32Array {
  const compare = source.items!.compare();
  const ties = view.ties();
  let out = items;
  const sort = (start: number, end: number) => {
    if (end - start < 2) return;
    if (out === items) out = items.slice();
    out.subarray(start, end).sort(compare);
  };
  if (source.itemOffsets !== null && offsets !== null) {
    for (let p = 0; p + 1 < offsets.length; p++) sort(offsets[p]!, offsets[p + 1]!);
  }
  for (let r = 0; r < ties.length; r += 2) {
    const start = ties[r]!;
    const end = ties[r + 1]!;
    if (offsets === null) sort(start, end);
    else sort(offsets[start]!, offsets[end]!);
  }
  return out;
}
