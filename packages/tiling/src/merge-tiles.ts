import { type Column, concat, sortByKeyTime } from '@tessera/columnar';
import { splitByBucket, underTiles } from './by-bucket.js';
import type { StateFamily } from './families.js';
import { type Grid, levelGrid } from './grid.js';
import { type Level, levelMs } from './hops.js';
import { type Groups, identity, openLists, type StateLane } from './kinds/kernel.js';
import { KERNELS } from './kinds/kernels.js';
import { bad } from './row-lanes.js';
import { noStates, type StateColumns, stateColumn } from './state-columns.js';
import { type Cells, inFieldOrder, stateOfTiles, type Tiles } from './tiles.js';

/**
 * Tiles put together: of several partitions (a late row lies in another file than its neighbours), of finer levels, or
 * both.
 *
 * @param families the states of the result; every part has them, and may have others
 *
 * Returns  tiles of `level`, fresh memory
 * Throws   INTERNAL when a part is coarser than `level` or lacks a state
 * Laws     associative, commutative, no parts = no tiles; merging what was built of parts of the events equals, column for
 *          column, what is built of all of them
 * Cost     O(tiles) for the order, then per family one pass
 */
export function mergeTiles(
  parts: readonly Tiles[],
  level: Level,
  families: readonly StateFamily[],
): Tiles {
  const length = levelMs(level);
  for (const part of parts) {
    if (levelMs(part.level) > length) throw bad(`${part.level} tiles cannot make ${level} tiles`);
  }
  return { level, ...mergeCells(parts, levelGrid(level), families) };
}

/**
 * The same of any grid, from cells that it does not cut.
 *
 * @param grid of the parts' `startMs`, NaN for what is left out; null = the parts are cells of one grid already
 */
export function mergeCells(
  parts: readonly Cells[],
  grid: Pick<Grid, 'cellOf'> | null,
  families: readonly StateFamily[],
): Cells {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const code = new Int32Array(rows);
  const startMs = new Float64Array(rows);
  const counts = new Float64Array(rows);
  let at = 0;
  for (const part of parts) {
    code.set(part.code, at);
    counts.set(part.n, at);
    if (grid === null) startMs.set(part.startMs, at);
    else for (let i = 0; i < part.rows; i++) startMs[at + i] = grid.cellOf(part.startMs[i]!);
    at += part.rows;
  }
  const { order, start, keys, starts } = groupTiles(code, startMs);
  const n = new Float64Array(keys.length);
  for (let g = 0; g < n.length; g++) {
    for (let p = start[g]!; p < start[g + 1]!; p++) n[g]! += counts[order[p]!]!;
  }
  return {
    rows: keys.length,
    code: keys,
    startMs: starts,
    n,
    states: families.map((family) => mergeState(family, parts, { order, start })),
  };
}

/** Rows of equal (code, start), in that order. */
function groupTiles(code: Int32Array, startMs: Float64Array) {
  const sorted = sortByKeyTime(code, startMs);
  const { order, timeMs, keyCode, keyStart } = sorted;
  const start = new Int32Array(order.length + 1);
  const keys = new Int32Array(order.length);
  const starts = new Float64Array(order.length);
  let groups = 0;
  for (let k = 0; k < keyCode.length; k++) {
    for (let p = keyStart[k]!; p < keyStart[k + 1]!; p++) {
      if (p > keyStart[k]! && timeMs[p] === timeMs[p - 1]) continue;
      start[groups] = p;
      keys[groups] = keyCode[k]!;
      starts[groups++] = timeMs[p]!;
    }
  }
  start[groups] = order.length;
  return {
    order,
    start: start.slice(0, groups + 1),
    keys: keys.slice(0, groups),
    starts: starts.slice(0, groups),
  };
}

interface Merging extends Groups {
  readonly order: Int32Array;
}

function mergeState(family: StateFamily, parts: readonly Cells[], merging: Merging): StateColumns {
  const states = parts.map((part) => stateOfTiles(part, family.hash));
  if (states.length === 0) return noStates(family);
  const column = (name: string): Column => concat(states.map((state) => stateColumn(state, name)));
  const kernel = KERNELS[family.kind];
  if (family.by === undefined) {
    return inFieldOrder({ family, columns: kernel.fromStates({ ...merging, column }, family) });
  }
  const opened = openLists(column('buckets'), merging);
  const own = identity(opened.start[opened.start.length - 1]!);
  const buckets = splitByBucket(opened.start, opened.child, own);
  const lane: StateLane = {
    order: buckets.order,
    start: buckets.start,
    column: (name) => openLists(column(name), merging).child,
  };
  return inFieldOrder({
    family,
    columns: underTiles(buckets, kernel.fromStates(lane, family)),
  });
}
