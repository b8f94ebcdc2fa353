import type { DataType } from '@tessera/api';
import type { FileFacts, LakeFacts } from '../facts.js';
import type { FeaturePlan, LanePlan, PhysicalPlan, ScanPlan } from '../plan.js';
import { type Amounts, amounts, type Unit } from './costs.js';
import { operationCosts } from './operation-costs.js';

/** Stages of a run, as its progress names them, and what follows the last. */
export type Stage =
  | 'tiles'
  | 'keys'
  | 'dictionaries'
  | 'left'
  | 'scan'
  | 'join'
  | 'write'
  | 'publish';

/** What a stage does: in how many tasks at most, and how much of what. */
export interface StageWork {
  readonly tasks: number;
  readonly amounts: Amounts;
}

/** Files and rows of a plan, counted from footers. */
export interface Counted {
  readonly leftRows: number;
  readonly leftFiles: number;
  readonly partitions: number;
  readonly scans: readonly CountedScan[];
  /** Tiles of partitions, and of blocks of them, that are built before; those of two scans over one set once. */
  readonly builds: readonly {
    readonly files: number;
    readonly rows: number;
    readonly states: number;
  }[];
}

export interface CountedScan {
  readonly scan: ScanPlan;
  readonly features: readonly FeaturePlan[];
  readonly files: number;
  readonly rows: number;
  readonly tiles: number;
  readonly tilePlaces: number;
}

/** Keys of a backfill are not known before they are read: so many rows are taken to be of one. */
const ROWS_PER_KEY = 20;

export function countWork(plan: PhysicalPlan, facts: LakeFacts, what: 'tiles' | 'all'): Counted {
  const building = what === 'tiles' ? [] : plan.partitions.filter(({ reason }) => reason !== null);
  const scans = plan.scans.map((scan): CountedScan => {
    const files = facts.sources[scan.sourceId]?.files ?? [];
    const reads = building.length === 0 ? [] : (scan.tiles?.reads ?? []);
    const fileIdx = building.length === 0 ? [] : scan.fileIdx;
    return {
      scan,
      features: plan.features.filter((feature) => feature.scan === scan.id),
      files: fileIdx.length,
      rows: rowsOf(files, fileIdx),
      tiles: reads.reduce((sum, read) => sum + (read.rows ?? rowsOf(files, read.fileIdx)), 0),
      tilePlaces: reads.length,
    };
  });
  const leftFiles = new Set(building.flatMap(({ fileIdx }) => fileIdx));
  return {
    leftRows:
      plan.left.kind === 'grid'
        ? gridRows(building.length, scans)
        : building.reduce((sum, { rows }) => sum + rows, 0),
    leftFiles: leftFiles.size,
    partitions: building.length,
    scans,
    builds: countBuilds(plan, facts),
  };
}

function countBuilds(plan: PhysicalPlan, facts: LakeFacts): Counted['builds'] {
  const builds = new Map<string, Counted['builds'][number]>();
  for (const { sourceId, tiles } of plan.scans) {
    if (tiles === null) continue;
    const files = facts.sources[sourceId]?.files ?? [];
    const note = (place: string, states: number, fileIdx: readonly number[]) => {
      const key = `${tiles.set} ${place}`;
      const before = builds.get(key);
      builds.set(key, {
        files: fileIdx.length,
        rows: rowsOf(files, fileIdx),
        states: Math.max(states, before?.states ?? 0),
      });
    };
    for (const { ds, fileIdx, states } of tiles.builds) note(ds, states.length, fileIdx);
    for (const { level, label, states } of tiles.blockBuilds)
      note(`${level} ${label}`, states.length, []);
  }
  return [...builds.values()];
}

function rowsOf(files: readonly FileFacts[], fileIdx: readonly number[]): number {
  let rows = 0;
  for (const idx of fileIdx) rows += files[idx]?.rows ?? 0;
  return rows;
}

/** One row per key and day; a dump has one per key. */
function gridRows(days: number, [one]: readonly CountedScan[]): number {
  if (one === undefined) return 0;
  const rows = one.rows + one.tiles;
  if (one.scan.byPartition) return rows;
  return days * Math.max(1, Math.round(rows / ROWS_PER_KEY));
}

/** How much of what each stage does. */
export function stageWork(
  plan: PhysicalPlan,
  counted: Counted,
): Readonly<Partial<Record<Stage, StageWork>>> {
  const { leftRows, leftFiles, partitions, scans, builds } = counted;
  const tiles = tilesWork(builds);
  if (partitions === 0) return { tiles };
  const isGrid = plan.left.kind === 'grid';
  const [one] = scans;
  const keyRows = isGrid ? (one?.rows ?? 0) : leftRows;
  const keyFiles = isGrid ? (one?.files ?? 0) : leftFiles;
  const keySets = plan.keySets.length;
  return {
    tiles,
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
      tasks: Number.POSITIVE_INFINITY,
      amounts: amounts(...scans.map(scanAmounts)),
    },
    join: {
      tasks: plan.buckets * Math.max(1, scans.length),
      amounts: amounts(...scans.map((scan) => joinAmounts(scan, leftRows, plan.buckets))),
    },
    write: { tasks: Math.max(1, partitions), amounts: writeAmounts(plan, counted) },
    publish: { tasks: 1, amounts: { published: partitions } },
  };
}

/** As the engine cuts them. */
const LEFT_ROWS_PER_TASK = 250_000;

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
  const list = plan.dictionaries.map(({ scan }) => {
    const { rows = 0, files = 0 } = of.get(scan) ?? {};
    return { task: 1, file: files, dictionaryRow: rows };
  });
  return { tasks: Math.max(1, list.length), amounts: amounts(...list) };
}

function scanAmounts({ scan, rows, files, tiles, tilePlaces }: CountedScan): Amounts {
  const lanes: Partial<Record<Unit, number>>[] = scan.lanes.map((lane) => ({
    [laneUnit(lane)]: rows,
  }));
  return amounts(
    { file: files, scanRow: rows },
    { file: tilePlaces, tile: tiles, tileState: tiles * (scan.tiles?.states.length ?? 0) },
    ...lanes,
  );
}

function laneUnit({ read, type }: LanePlan): Unit {
  if (type.kind === 'list') return 'listLane';
  if (read.how === 'code') return 'codeLane';
  return read.how === 'hll' ? 'sketchLane' : 'plainLane';
}

function joinAmounts(
  { scan, features, rows, tiles }: CountedScan,
  leftRows: number,
  buckets: number,
): Amounts {
  const events = rows + tiles;
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
      task: buckets,
      sortedEvent: events,
      sortedLeft: leftRows * scan.queries.length,
      windowRow: windows * (events + leftRows),
      laneEvent: families * events,
    },
    ...list,
  );
}

function writeAmounts({ left, features }: PhysicalPlan, counted: Counted): Amounts {
  const { leftRows, partitions } = counted;
  const leftCells = left.kind === 'grid' ? 1 : left.source.columns.length;
  const cells: Partial<Record<Unit, number>>[] = features.map(({ outputType }) => ({
    [cellUnit(outputType)]: leftRows,
  }));
  return amounts({ partition: partitions, leftCell: leftRows * leftCells }, ...cells);
}

function cellUnit({ kind }: DataType): Unit {
  if (kind === 'string') return 'stringCell';
  if (kind === 'map') return 'mapCell';
  return kind === 'list' ? 'listCell' : 'plainCell';
}
