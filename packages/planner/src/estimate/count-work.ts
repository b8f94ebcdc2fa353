import type { FileFacts, LakeFacts } from '../facts.js';
import type { FeaturePlan, PhysicalPlan, ScanPlan } from '../plan.js';
import { mergeRuns, positionsOf } from '../runs.js';

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
  /** Of files whose content is not known yet: all of it is hashed. */
  readonly bytesToHash: number;
}

export interface CountedScan {
  readonly scan: ScanPlan;
  readonly features: readonly FeaturePlan[];
  readonly files: number;
  readonly rows: number;
  /** Of them those of keys that are asked for, about. */
  readonly kept: number;
  /** Those that are there, and for one yet to be built its rows. */
  readonly tiles: number;
  readonly tilePlaces: number;
  /** Rows that tiles stand for which are yet to be built. */
  readonly rowsOfNewTiles: number;
}

/** Keys of a backfill are not known before they are read: so many rows are taken to be of one. */
const ROWS_PER_KEY = 20;
/** Nor are those of the left: so many rows are taken to be of the key of each of its rows, and those of others left out. */
const ROWS_PER_LEFT_ROW = 5000;

/** @param what `tiles`: they are built and nothing is read for values */
export function countWork(plan: PhysicalPlan, facts: LakeFacts, what: 'tiles' | 'all'): Counted {
  const building = what === 'tiles' ? [] : plan.partitions.filter(({ reason }) => reason !== null);
  const isReading = building.length > 0;
  const sourceRows = building.reduce((sum, { rows }) => sum + rows, 0);
  const isGrid = plan.left.kind === 'grid';
  const most = isGrid ? Number.POSITIVE_INFINITY : ROWS_PER_LEFT_ROW * sourceRows;
  const scans = plan.scans.map((scan): CountedScan => {
    const files = facts.sources[scan.sourceId]?.files ?? [];
    const reads = isReading ? (scan.tiles?.reads ?? []) : [];
    const fileIdx = isReading ? scan.fileIdx : [];
    const sumOf = (of: (read: (typeof reads)[number]) => number) =>
      reads.reduce((sum, read) => sum + of(read), 0);
    return {
      scan,
      features: plan.features.filter((feature) => feature.scan === scan.id),
      files: fileIdx.length,
      rows: rowsOf(files, fileIdx),
      kept: Math.min(most, rowsOf(files, fileIdx)),
      tiles: sumOf((read) => read.rows ?? rowsOf(files, read.fileIdx)),
      tilePlaces: reads.length,
      rowsOfNewTiles: sumOf((read) => (read.rows === null ? rowsOf(files, read.fileIdx) : 0)),
    };
  });
  const leftFiles = new Set(building.flatMap(({ fileIdx }) => fileIdx));
  return {
    leftRows: isGrid ? gridRows(building.length, scans) : sourceRows,
    leftFiles: leftFiles.size,
    partitions: building.length,
    scans,
    builds: countBuilds(plan, facts),
    bytesToHash: bytesToHash(plan, facts, building),
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

/** A partition's inputs are hashed once, before they are recorded; so are those of tiles. */
function bytesToHash(
  plan: PhysicalPlan,
  facts: LakeFacts,
  building: PhysicalPlan['partitions'],
): number {
  const inputs = positionsOf(mergeRuns(building.flatMap((partition) => partition.inputs)));
  const wanted = new Set(inputs.flatMap((at) => plan.files[at]?.path ?? []));
  const bytes = new Map<string, number>();
  for (const { files } of Object.values(facts.sources))
    for (const file of files)
      if (file.content === null && wanted.has(file.path)) bytes.set(file.path, file.bytes);
  for (const { sourceId, tiles } of plan.scans)
    for (const idx of (tiles?.builds ?? []).flatMap((build) => build.fileIdx)) {
      const file = facts.sources[sourceId]?.files[idx];
      if (file?.content === null) bytes.set(file.path, file.bytes);
    }
  return [...bytes.values()].reduce((sum, n) => sum + n, 0);
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
