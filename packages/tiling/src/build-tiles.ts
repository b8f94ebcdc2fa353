import { type Batch, type KeyTimeOrder, sortByKeyTime } from '@tessera/columnar';
import { splitByBucket, underTiles } from './by-bucket.js';
import { type Grid, levelGrid } from './grid.js';
import type { Level } from './hops.js';
import { type RowLane, sizes } from './kinds/kernel.js';
import { KERNELS } from './kinds/kernels.js';
import { inPhysicalKind } from './physical.js';
import { bad, laneOf, numbers, rowLanes, type StateInput } from './row-lanes.js';
import type { StateColumns } from './state-columns.js';
import { type Cells, inFieldOrder, type Tiles } from './tiles.js';

export interface CellInput {
  /** Lanes `code` (dense key code, -1 = null key), `timeMs` (f64, NaN = no time), and those that states name. */
  readonly events: Batch;
  readonly states: readonly StateInput[];
  /** Which of the events, in their order; default: all that have a key and a time. */
  readonly sorted?: KeyTimeOrder;
}

export interface TileInput extends CellInput {
  readonly level: Level;
}

/**
 * Tiles of raw events: per key and hop the states asked for.
 *
 * Shapes   events: N rows in any order; fastest by (code, timeMs), or in time order per key
 * Returns  T tiles sorted by (code, startMs), T ≤ N, fresh memory. Rows without key or time are left out.
 * Throws   INTERNAL when a lane is missing or of a kind that its family cannot read
 * Cost     O(N) for the order, then per family one pass over its lane; logarithms of a tile's rows where values are ordered
 * Laws     equal for every order of the rows, also among ties; `mergeTiles` of any split gives the same columns
 */
export function buildTiles({ level, events, states }: TileInput): Tiles {
  return { level, ...buildCells({ events, states }, levelGrid(level)) };
}

/** The same of any grid. */
export function buildCells(input: CellInput, grid: Grid): Cells {
  const { events, states, sorted = inOrder(events) } = input;
  const timeMs = numbers(events, 'timeMs');
  const tiles = cutTiles(sorted, grid);
  const lanes = rowLanes(events, timeMs, { order: sorted.order, tileStart: tiles.tileStart });
  return {
    rows: tiles.code.length,
    code: tiles.code,
    startMs: tiles.startMs,
    n: tiles.n,
    states: states.map((state) => buildState(events, state, lanes(state))),
  };
}

function inOrder(events: Batch): KeyTimeOrder {
  const code = laneOf(events, 'code');
  if (code.kind !== 'code') throw bad(`lane code is ${code.kind}`);
  return sortByKeyTime(code.values, numbers(events, 'timeMs'));
}

interface Cut {
  readonly code: Int32Array;
  readonly startMs: Float64Array;
  readonly n: Float64Array;
  /** Tile t holds sorted positions tileStart[t] … tileStart[t + 1] - 1. */
  readonly tileStart: Int32Array;
}

/** Where one tile ends and the next begins, in rows sorted by (code, time). */
function cutTiles(sorted: KeyTimeOrder, grid: Grid): Cut {
  const rows = sorted.timeMs.length;
  const starts = new Int32Array(rows + 1);
  const codes = new Int32Array(rows);
  const startMs = new Float64Array(rows);
  const tiles = cutKeys(sorted, grid, { starts, codes, startMs });
  starts[tiles] = rows;
  const tileStart = starts.slice(0, tiles + 1);
  return {
    code: codes.slice(0, tiles),
    startMs: startMs.slice(0, tiles),
    n: sizes({ start: tileStart }),
    tileStart,
  };
}

interface Cutting {
  readonly starts: Int32Array;
  readonly codes: Int32Array;
  readonly startMs: Float64Array;
}

/** By itself, for V8 compiles a long loop before it has seen what follows. Returns how many tiles there are. */
function cutKeys(
  { timeMs, keyCode, keyStart }: KeyTimeOrder,
  { cellOf, endOf }: Grid,
  { starts, codes, startMs }: Cutting,
): number {
  let tiles = 0;
  for (let k = 0; k < keyCode.length; k++) {
    let end = Number.NEGATIVE_INFINITY;
    for (let p = keyStart[k]!; p < keyStart[k + 1]!; p++) {
      const t = timeMs[p]!;
      if (t < end) continue;
      end = endOf(t);
      starts[tiles] = p;
      codes[tiles] = keyCode[k]!;
      startMs[tiles++] = cellOf(t);
    }
  }
  return tiles;
}

function buildState(events: Batch, { family, by }: StateInput, lane: RowLane): StateColumns {
  const kernel = KERNELS[family.kind];
  if (family.by === undefined || by === undefined) {
    return inFieldOrder({ family, columns: kernel.fromRows(lane, family) });
  }
  const column = inPhysicalKind(laneOf(events, by), family.by.type);
  const buckets = splitByBucket(lane.start, column, lane.rows);
  const { order, start } = buckets;
  const columns = kernel.fromRows(
    {
      ...lane,
      start,
      items: order.map((entry) => lane.items[entry]!),
      rows: order.map((entry) => lane.rows[entry]!),
      doubles() {
        const doubles = lane.doubles();
        return Float64Array.from(order, (entry) => doubles[entry]!);
      },
    },
    family,
  );
  return inFieldOrder({ family, columns: underTiles(buckets, columns) });
}
