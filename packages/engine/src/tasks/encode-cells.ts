import { type Batch, gatherBatch, type KeyTimeOrder, sortByKeyTime } from '@tessera/columnar';
import { type Axis, axisOf, pieceAt, pieceEndMs } from '@tessera/kv-writer';
import {
  buildCells,
  type Cells,
  type Grid,
  mergeCells,
  type StateFamily,
  type StateInput,
} from '@tessera/tiling';
import type { EncodeStatesTask } from './task.js';
import { codes, numbers } from './typed.js';

/** Cells are put together from this many lots at a time. */
const LOTS = 8;

/** Cells of every axis of a range of keys, from rows and tiles of any time as they come. */
export interface CellCollector {
  addTiles(tiles: Cells): void;
  /** @param events with `code` and `timeMs`, in any order */
  addRows(events: Batch): void;
  /** By axis. */
  end(): Cells[];
}

export function cellCollector({
  part,
  day,
  axes,
  states,
}: Pick<EncodeStatesTask, 'part' | 'day' | 'axes' | 'states'>): CellCollector {
  const collectors = axes.map((families, axis) =>
    cellsOf(families, axisOf(part, axis, day), states),
  );
  return {
    addTiles(tiles) {
      for (const collector of collectors) collector.addTiles(tiles);
    },
    addRows(events) {
      const sorted = inOrder(events);
      for (const collector of collectors) collector.addRows(sorted);
    },
    end: () => collectors.map((collector) => collector.end()),
  };
}

interface Sorted {
  readonly events: Batch;
  /** Of all of them: position is row. */
  readonly sorted: KeyTimeOrder;
}

/** Put in order once, rows are walked through from one end to the other for every axis and state. */
function inOrder(events: Batch): Sorted {
  const { order, ...sorted } = sortByKeyTime(codes(events, 'code'), numbers(events, 'timeMs'));
  const rows = order.length;
  return { events: gatherBatch(events, order), sorted: { ...sorted, order: identity(rows) } };
}

function identity(rows: number): Int32Array {
  const order = new Int32Array(rows);
  for (let row = 0; row < rows; row++) order[row] = row;
  return order;
}

interface AxisCollector {
  addTiles(tiles: Cells): void;
  addRows(rows: Sorted): void;
  end(): Cells;
}

/** Cells of one axis, of the families that are served from it. */
function cellsOf(
  families: readonly StateFamily[],
  axis: Axis,
  states: readonly StateInput[],
): AxisCollector {
  const wanted = new Set(families.map(({ hash }) => hash));
  const own = states.filter(({ family }) => wanted.has(family.hash));
  const grid: Grid = {
    cellOf(ms) {
      const piece = pieceAt(axis, ms);
      return piece < 0 ? Number.NaN : piece;
    },
    endOf: (ms) => pieceEndMs(axis, pieceAt(axis, ms)),
  };
  let lots: Cells[] = [];
  const add = (cells: Cells) => {
    lots.push(cells);
    if (lots.length === LOTS) lots = [mergeCells(lots, null, families)];
  };
  return {
    addTiles: (tiles) => add(mergeCells([tiles], grid, families)),
    addRows: ({ events, sorted }) =>
      add(buildCells({ events, states: own, sorted: onAxis(sorted, axis) }, grid)),
    end: () => (lots.length === 1 ? lots[0]! : mergeCells(lots, null, families)),
  };
}

/** Those of the rows that lie in some piece. */
function onAxis(sorted: KeyTimeOrder, { breaks, headMs, knownMs }: Axis): KeyTimeOrder {
  const rows = sorted.order.length;
  const keys = sorted.keyCode.length;
  const kept: KeyTimeOrder = {
    order: new Int32Array(rows),
    timeMs: new Float64Array(rows),
    keyCode: new Int32Array(keys),
    keyStart: new Int32Array(keys + 1),
  };
  const count = keepWithin(sorted, breaks[0] ?? headMs, knownMs, kept);
  const end = kept.keyStart[count]!;
  return {
    order: kept.order.subarray(0, end),
    timeMs: kept.timeMs.subarray(0, end),
    keyCode: kept.keyCode.subarray(0, count),
    keyStart: kept.keyStart.subarray(0, count + 1),
  };
}

/** Returns how many keys have any. */
function keepWithin(
  { timeMs, keyCode, keyStart }: KeyTimeOrder,
  firstMs: number,
  endMs: number,
  kept: KeyTimeOrder,
): number {
  let keys = 0;
  let rows = 0;
  for (let k = 0; k < keyCode.length; k++) {
    const before = rows;
    for (let p = keyStart[k]!; p < keyStart[k + 1]!; p++) {
      const ms = timeMs[p]!;
      if (!(ms >= firstMs && ms < endMs)) continue;
      kept.order[rows] = p;
      kept.timeMs[rows++] = ms;
    }
    if (rows === before) continue;
    kept.keyCode[keys++] = keyCode[k]!;
    kept.keyStart[keys] = rows;
  }
  return keys;
}
