import {
  type Column,
  columnLength,
  type RowCompare,
  rangeSorter,
  rowCompare,
} from '@tessera/columnar';
import { type Items, makeItems } from '../input/input.js';
import { lazy } from '../lazy.js';
import {
  both,
  gatherDoubles,
  type Lane,
  type LaneSource,
  pickRows,
  type Shape,
} from '../order/lane.js';
import { entryWeights } from '../order/weights.js';
import { concatNarrow, type StateItems } from './state-items.js';

/** A lane whose entries come from raw rows and from tiles' states. */
export interface MixedLane extends Lane {
  /** Items below are those of raw rows; item base + j is item j of the states. */
  readonly base: number;
}

export interface MixedSource extends LaneSource {
  readonly states: StateItems;
  /** Rows of the view from here on are states: row eventRows + s is state s. */
  readonly eventRows: number;
  /** Items that raw rows have. */
  readonly base: number;
  /** The tieBreaker of raw rows. */
  readonly tie: Column | null;
}

/**
 * As `makeLane`, over a timeline in which some rows are tiles: where a raw row has its values, a tile row has its state's
 * items.
 *
 * A window stays one range of rows, because it holds a tile's hop entirely or not at all, and a tile's row stands at its
 * hop's start. So it holds the row of a tile when, and only when, it holds every event in it.
 */
export function makeMixedLane(source: MixedSource): MixedLane {
  const { view, states, base } = source;
  const shape = pickItems(source);
  const { offsets, items } = shape;
  const input = mergedInput(source);
  return {
    view,
    ...shape,
    count: items.length,
    groupStart:
      offsets === null ? view.groupStart : view.groupStart.map((position) => offsets[position]!),
    base,
    input,
    weights:
      states.weights === null ? null : entryWeights(gatherBoth({ items, base }, 1, states.weights)),
    ordered: lazy(() => gatherDoubles(input!.ordered(), items)),
    doubles: lazy(() => gatherDoubles(input!.doubles(), items)),
    tiedItems: lazy(() => orderEvents(source, shape, input!)),
  };
}

/** One double per entry, from those per raw item and per state item, or one number for all of either. */
export function gatherBoth(
  { items, base }: Pick<MixedLane, 'items' | 'base'>,
  raw: Float64Array | number,
  state: Float64Array | number,
): Float64Array {
  const out = new Float64Array(items.length);
  for (let j = 0; j < out.length; j++) {
    const item = items[j]!;
    if (item < base) out[j] = typeof raw === 'number' ? raw : raw[item]!;
    else out[j] = typeof state === 'number' ? state : state[item - base]!;
  }
  return out;
}

/** Entries of rows and of tiles, in the order of the view. */
function pickItems(source: MixedSource): Shape {
  const { items, itemOffsets, rowMask, states, eventRows, base } = source;
  const { span } = states;
  if (span.kind === 'own' && itemOffsets === null && base === eventRows) {
    // Then the item of a row of the view is the row's own number, whichever kind it is of.
    return pickRows(source.view.order, holding(items?.valid() ?? null, rowMask, span.holds, base));
  }
  return pickLists(source, span.kind === 'lists' ? spansOf(span.offsets) : ownSpans(span.holds));
}

/** 1 for each event and then each tile that is seen; null = all are. */
function holding(
  valid: Uint8Array | null,
  rowMask: Uint8Array | null,
  holds: Uint8Array,
  eventRows: number,
): Uint8Array | null {
  const events = both(valid, rowMask);
  if (events === null && !holds.includes(0)) return null;
  const mask = new Uint8Array(eventRows + holds.length);
  if (events === null) mask.fill(1, 0, eventRows);
  else mask.set(events);
  mask.set(holds, eventRows);
  return mask;
}

/** State s has items first[s] … end[s] - 1. */
interface Spans {
  readonly first: Int32Array;
  readonly end: Int32Array;
}

function spansOf(offsets: Int32Array): Spans {
  return { first: offsets.subarray(0, -1), end: offsets.subarray(1) };
}

function ownSpans(holds: Uint8Array): Spans {
  const first = Int32Array.from(holds, (_, s) => s);
  return { first, end: first.map((s) => s + holds[s]!) };
}

/** In one pass: no item of a raw row or of a state comes twice, so there is a bound to begin with. */
function pickLists(source: MixedSource, { first, end }: Spans): Shape {
  const { view, items: input, itemOffsets, rowMask, eventRows, base } = source;
  const valid = input?.valid() ?? null;
  const { order } = view;
  let most = itemOffsets === null ? order.length : base;
  for (let s = 0; s < first.length; s++) most += end[s]! - first[s]!;
  const offsets = new Int32Array(order.length + 1);
  const items = new Int32Array(most);
  const rows = new Int32Array(most);
  let to = 0;
  for (let p = 0; p < order.length; p++) {
    const row = order[p]!;
    const state = row - eventRows;
    if (state >= 0) {
      for (let j = first[state]!; j < end[state]!; j++) {
        items[to] = base + j;
        rows[to++] = row;
      }
    } else if (rowMask === null || rowMask[row] === 1) {
      const from = itemOffsets === null ? row : itemOffsets[row]!;
      const until = itemOffsets === null ? row + 1 : itemOffsets[row + 1]!;
      for (let j = from; j < until; j++) {
        if (valid !== null && valid[j] === 0) continue;
        items[to] = j;
        rows[to++] = row;
      }
    }
    offsets[p + 1] = to;
  }
  return { offsets, items: items.subarray(0, to), rows: rows.subarray(0, to) };
}

/** The input with the states' values after its own, where states hold values; else as it is. */
function mergedInput({ items, states: { content } }: MixedSource): Items | null {
  if (items === null || (content.kind !== 'values' && content.kind !== 'events')) return items;
  return makeItems(concatNarrow(items.column, content.column), items.type);
}

/**
 * Items in the order of their events (S5.4). A tile's events have times of their own, and tiles of one hop may stem from
 * several files, so each group is sorted by the events. Ranges of entries stay right: of every window all rows before its
 * first hold nothing but earlier events, and all rows from its head on nothing but later ones.
 */
function orderEvents(source: MixedSource, { offsets, items }: Shape, input: Items): Int32Array {
  const { view, base } = source;
  if (offsets === null) throw new TypeError('states of events have lists of them');
  const { content } = source.states;
  if (content.kind !== 'events') throw new TypeError(`states of ${content.kind} hold no events`);
  const compareValue = input.compare();
  const { compareTie, rawTies } = ties(source.tie, content.tie);
  const key = new Float64Array(items.length);
  const tieRow = new Int32Array(items.length);
  for (let p = 0; p < view.order.length; p++) {
    for (let j = offsets[p]!; j < offsets[p + 1]!; j++) {
      const fromState = items[j]! - base;
      key[j] = fromState < 0 ? view.timeMs[p]! : content.timeMs[fromState]!;
      tieRow[j] = fromState < 0 ? view.order[p]! : rawTies + fromState;
    }
  }
  const entries = items.map((_, j) => j);
  const sort = rangeSorter(
    { rows: entries, key },
    (a, b) => compareTie(tieRow[a]!, tieRow[b]!) || compareValue(items[a]!, items[b]!),
  );
  for (let g = 0; g + 1 < view.groupStart.length; g++) {
    sort(offsets[view.groupStart[g]!]!, offsets[view.groupStart[g + 1]!]!);
  }
  return entries.map((j) => items[j]!);
}

/** Order of tieBreakers: those of raw rows by row, those of the states' events after them. */
function ties(
  raw: Column | null,
  state: Column | null,
): { compareTie: RowCompare; rawTies: number } {
  if (raw === null && state === null) return { compareTie: () => 0, rawTies: 0 };
  if (raw === null || state === null) throw new TypeError('a tieBreaker of raw rows or tiles only');
  return { compareTie: rowCompare(concatNarrow(raw, state)), rawTies: columnLength(raw) };
}
