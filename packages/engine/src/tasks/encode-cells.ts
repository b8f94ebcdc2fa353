import { type Batch, gatherBatch, sortByKeyTime } from '@tessera/columnar';
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

/** Put in order once, rows are walked through from one end to the other for every axis and state. */
function inOrder(events: Batch): Batch {
  const { order } = sortByKeyTime(codes(events, 'code'), numbers(events, 'timeMs'));
  return gatherBatch(events, order);
}

interface AxisCollector {
  addTiles(tiles: Cells): void;
  addRows(sorted: Batch): void;
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
    addRows: (sorted) => add(buildCells({ events: onAxis(sorted, axis), states: own }, grid)),
    end: () => (lots.length === 1 ? lots[0]! : mergeCells(lots, null, families)),
  };
}

/** Rows that lie in no piece lose their key, and with it their place. */
function onAxis(events: Batch, { breaks, headMs, knownMs }: Axis): Batch {
  const firstMs = breaks[0] ?? headMs;
  const values = within(codes(events, 'code'), numbers(events, 'timeMs'), firstMs, knownMs);
  return { rows: events.rows, columns: { ...events.columns, code: { kind: 'code', values } } };
}

function within(
  code: Int32Array,
  timeMs: Float64Array,
  firstMs: number,
  endMs: number,
): Int32Array {
  const values = new Int32Array(code.length);
  for (let i = 0; i < values.length; i++) {
    const ms = timeMs[i]!;
    values[i] = ms >= firstMs && ms < endMs ? code[i]! : -1;
  }
  return values;
}
