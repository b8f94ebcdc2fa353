import type { DataType } from '@tessera/api';
import type { LanePlan, PhysicalPlan } from '../plan.js';
import { LEAST_SCANNED_ROWS, LEFT_ROWS_PER_TASK } from '../task-rows.js';
import { type Amounts, amounts, type Unit } from './costs.js';
import type { Counted, CountedScan } from './count-work.js';
import { operationCosts } from './operation-costs.js';

/** Stages of a run as its progress names them, what runs beside them, and what follows the last. */
export type Stage =
  | 'contents'
  | 'tiles'
  | 'keys'
  | 'dictionaries'
  | 'left'
  | 'scan'
  | 'join'
  | 'write'
  | 'publish'
  | 'summary';

/** What a stage does: in how many tasks at most, and how much of what. */
export interface StageWork {
  readonly tasks: number;
  readonly amounts: Amounts;
}

/** How much of what each stage does. */
export function stageWork(
  plan: PhysicalPlan,
  counted: Counted,
  { workers, summary }: { readonly workers: number; readonly summary: boolean },
): Readonly<Partial<Record<Stage, StageWork>>> {
  const { leftRows, leftFiles, partitions, scans, builds, bytesToHash } = counted;
  const before = {
    contents: { tasks: Number.POSITIVE_INFINITY, amounts: { hashedByte: bytesToHash } },
    tiles: tilesWork(builds),
  };
  if (partitions === 0) return before;
  const isGrid = plan.left.kind === 'grid';
  const [one] = scans;
  const keyRows = isGrid ? (one?.rows ?? 0) : leftRows;
  const keyFiles = isGrid ? (one?.files ?? 0) : leftFiles;
  const keySets = plan.keySets.length;
  return {
    ...before,
    keys: {
      tasks: keySets,
      amounts: amounts({
        task: keySets,
        file: keySets * keyFiles,
        keyCell: plan.keySets.reduce((sum, { columns }) => sum + columns.length * keyRows, 0),
      }),
    },
    dictionaries: dictionariesWork(plan, scans),
    left: {
      tasks: Math.max(1, Math.ceil(leftRows / LEFT_ROWS_PER_TASK)),
      amounts: amounts({
        file: isGrid ? 0 : leftFiles,
        leftRow: leftRows,
        leftCode: leftRows * keySets,
      }),
    },
    scan: {
      tasks: scans.reduce((sum, scan) => sum + scanTasks(scan), 0),
      amounts: amounts(...scans.map(scanAmounts)),
    },
    join: {
      tasks: plan.buckets * Math.max(1, scans.length),
      amounts: amounts(
        leftAmounts(scans, leftRows, plan.buckets),
        ...scans.map((scan) => joinAmounts(scan, leftRows)),
      ),
    },
    write: { tasks: Math.max(1, partitions), amounts: writeAmounts(plan, counted) },
    publish: { tasks: 1, amounts: { published: partitions } },
    summary: { tasks: workers, amounts: summary ? summaryAmounts(plan, counted) : {} },
  };
}

/** At most: scans are cut into some for every worker too. */
function scanTasks({ rows, tilePlaces }: CountedScan): number {
  return Math.ceil(rows / LEAST_SCANNED_ROWS) + (tilePlaces > 0 ? 1 : 0);
}

/** Levels up to a day that the tiles of a partition are built on. */
const LEVELS = 3;

function tilesWork(builds: Counted['builds']): StageWork {
  const list = builds.map(({ files, rows, states }) => ({
    ...{ file: files, builtPlace: files > 0 ? LEVELS : 1 },
    ...{ builtRow: rows, builtState: states * (rows > 0 ? rows : 1) },
  }));
  return { tasks: Math.max(1, builds.length), amounts: amounts(...list) };
}

function dictionariesWork(plan: PhysicalPlan, scans: readonly CountedScan[]): StageWork {
  const of = new Map(scans.map((one) => [one.scan.id, one]));
  // Scans of one source share the strings of a column.
  const shared = new Map<string, Partial<Record<Unit, number>>>();
  for (const { scan: id, column } of plan.dictionaries) {
    const { scan, rows = 0, files = 0 } = of.get(id) ?? {};
    const key = JSON.stringify([scan?.sourceId ?? id, column]);
    const known = shared.get(key)?.dictionaryRow ?? -1;
    if (rows > known) shared.set(key, { task: 1, file: files, dictionaryRow: rows });
  }
  const list = [...shared.values()];
  return { tasks: Math.max(1, list.length), amounts: amounts(...list) };
}

function scanAmounts({ scan, rows, kept, files, tiles, tilePlaces }: CountedScan): Amounts {
  const lanes: Partial<Record<Unit, number>>[] = scan.lanes.map((lane) => ({
    [laneUnit(lane)]: kept,
  }));
  return amounts(
    { file: files, scanRow: rows, keptRow: kept },
    { file: tilePlaces, tile: tiles, tileState: tiles * (scan.tiles?.states.length ?? 0) },
    ...lanes,
  );
}

function laneUnit({ read, type }: LanePlan): Unit {
  if (type.kind === 'list') return 'listLane';
  if (read.how === 'code') return 'codeLane';
  return read.how === 'hll' ? 'sketchLane' : 'plainLane';
}

/** Parts of the same keys and instants are swept in one task, so their left rows are put in order once. */
function leftAmounts(scans: readonly CountedScan[], leftRows: number, buckets: number): Amounts {
  const queries = new Map(
    scans.map(({ scan }) => [JSON.stringify([scan.keySet, scan.queries]), scan.queries.length]),
  );
  const orders = [...queries.values()].reduce((sum, one) => sum + one, 0);
  return { task: buckets * queries.size, sortedLeft: leftRows * orders };
}

function joinAmounts(
  { features, kept, tiles, tilePlaces }: CountedScan,
  leftRows: number,
): Amounts {
  const events = kept + tiles;
  const windows = new Set(
    features.map(({ query, windowMs, tail }) => `${query} ${windowMs} ${tail}`),
  ).size;
  const families = new Set(
    features.map(({ input, where, by, weight }) => JSON.stringify([input, where, by, weight])),
  ).size;
  const list: Partial<Record<Unit, number>>[] = features.map((feature) => {
    const costs = operationCosts(feature);
    return {
      operation: costs.eventNanos * events + costs.leftNanos * leftRows,
    };
  });
  return amounts(
    {
      sortedEvent: events,
      windowRow: windows * (events + leftRows),
      laneEvent: families * events,
      tileFeature: features.length * tiles,
      leftOfTiles: tilePlaces > 0 ? features.length * leftRows : 0,
    },
    ...list,
  );
}

function writeAmounts(plan: PhysicalPlan, { leftRows, partitions }: Counted): Amounts {
  const cells: Partial<Record<Unit, number>>[] = plan.features.map(({ outputType }) => ({
    [cellUnit(outputType)]: leftRows,
  }));
  return amounts({ partition: partitions, leftCell: leftRows * leftCells(plan) }, ...cells);
}

/** As the engine reads them at a time. */
const COLUMNS_SUMMED_UP_AT_ONCE = 4;

function summaryAmounts(plan: PhysicalPlan, { leftRows, partitions }: Counted): Amounts {
  const columns = plan.features.length + leftCells(plan);
  const passes = Math.ceil(columns / COLUMNS_SUMMED_UP_AT_ONCE);
  return { file: passes * partitions, summaryCell: columns * leftRows };
}

/** Columns of an output row that are no features. */
function leftCells({ left, keySets }: PhysicalPlan): number {
  return left.kind === 'grid' ? (keySets[0]?.columns.length ?? 1) : left.source.columns.length;
}

function cellUnit({ kind }: DataType): Unit {
  if (kind === 'string') return 'stringCell';
  if (kind === 'map') return 'mapCell';
  return kind === 'list' ? 'listCell' : 'plainCell';
}
