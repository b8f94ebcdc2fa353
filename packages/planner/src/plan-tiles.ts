import type { FileFacts, TileFacts } from './facts.js';
import type { ScanPlan, TileLevel, TileRead } from './plan.js';
import type { PlannedTiles } from './plan-options.js';
import { blockReads, missingBlocks } from './tile-blocks.js';
import { builds, type TilePlanning, takesAll } from './tile-planning.js';
import { buildOf, bytesOf, NEVER, type Unit, unitsOf } from './tile-units.js';
import type { Timeline } from './timeline.js';

/** What reading and sweeping a tile costs, in rows: it has a state where a row has a value. */
const ROWS_PER_TILE = 1.5;

/** Less than this share of a scan's rows is not worth the second kind of input. */
const LEAST_SAVING = 0.3;

/**
 * Which partitions of a scan are read as tiles, of which level, and which as rows.
 *
 * A partition is read in one way: as the coarsest tiles that no bound of a window cuts, as long as they are fewer than its
 * rows; blocks of partitions as coarser tiles still. Rows and tiles of any level may stand beside each other.
 *
 * Returns  `tiles` null when only rows are read and nothing is built; `whyRows` why no tiles are read, null where some are
 */
export function planTiles(planning: TilePlanning): Pick<ScanPlan, 'fileIdx' | 'tiles' | 'whyRows'> {
  const { source, fileIdx, timeline, facts, policy } = planning;
  if (policy === 'off') return { fileIdx, tiles: null, whyRows: 'tiles are off' };
  if (fileIdx.length === 0) return { fileIdx, tiles: null, whyRows: null };
  const units = unitsOf(source, fileIdx, facts);
  const isBuilding = builds(policy);
  const ownBuilds = isBuilding ? units.flatMap(buildOf) : [];
  const reads = new Map<string, TileRead>();
  const whys = new Map<string, number>();
  for (const unit of units) {
    const read = timeline === null ? NO_TIMES : readOf(unit, timeline, facts, policy);
    if (typeof read !== 'string') reads.set(unit.ds, read);
    const why = typeof read === 'string' ? read : TOO_FEW;
    whys.set(why, (whys.get(why) ?? 0) + unit.rows);
  }
  const byDs = new Map(units.map((unit) => [unit.ds, unit]));
  const blockBuilds = isBuilding ? missingBlocks(planning, byDs) : [];
  const blocks = blockReads(planning, byDs, reads, blockBuilds);
  const chosen = [...reads.values(), ...blocks];
  if (policy === 'auto' && !pays(source.files, fileIdx, chosen))
    return { fileIdx, tiles: null, whyRows: ofMostRows(whys) };
  const whyRows = chosen.length > 0 ? null : ofMostRows(whys);
  if (chosen.length + ownBuilds.length + blockBuilds.length === 0)
    return { fileIdx, tiles: null, whyRows };
  const covered = new Set(chosen.flatMap((read) => read.fileIdx));
  return {
    fileIdx: fileIdx.filter((idx) => !covered.has(idx)),
    tiles: {
      set: facts.set,
      states: facts.states,
      reads: inOrder(chosen),
      builds: ownBuilds,
      blockBuilds,
    },
    whyRows,
  };
}

/** Why a partition is read as rows, in words. */
const NO_TIMES = 'times are not known';
const TOO_FEW = 'tiles would spare too few rows';
const CUT = 'windows begin or end on these days';
const INFINITE = 'infinite values are told of rows';

function ofMostRows(whys: ReadonlyMap<string, number>): string | null {
  const [most] = [...whys].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? null;
}

/** The tiles that stand for a partition, or why its rows are read. */
function readOf(
  unit: Unit,
  timeline: Timeline,
  { states }: TileFacts,
  policy: PlannedTiles,
): TileRead | string {
  const { ds, fileIdx, rows, minMs, maxMs, missing, known } = unit;
  if (rows === 0 || minMs === null || maxMs === null || minMs > maxMs) return NO_TIMES;
  if (known?.hasInfinite === true) return INFINITE;
  const level = timeline.levelOf(minMs, maxMs);
  if (level === null) return CUT;
  if (missing !== null)
    return builds(policy)
      ? { level, label: ds, rows: null, bytes: null, fileIdx }
      : missing.reason === NEVER
        ? 'tiles were never built'
        : `tiles are stale: ${missing.reason}`;
  const there = known!.levels[level]!;
  if (ROWS_PER_TILE * there.rows > rows && !takesAll(policy)) return TOO_FEW;
  return { level, label: ds, rows: there.rows, bytes: bytesOf(there, states), fileIdx };
}

function pays(
  files: readonly FileFacts[],
  fileIdx: readonly number[],
  reads: readonly TileRead[],
): boolean {
  const rowsOf = (idxs: readonly number[]) => idxs.reduce((n, idx) => n + files[idx]!.rows, 0);
  const saved = reads.reduce(
    (n, read) => n + rowsOf(read.fileIdx) - ROWS_PER_TILE * (read.rows ?? 0),
    0,
  );
  return saved >= LEAST_SAVING * rowsOf(fileIdx);
}

const LEVELS: readonly TileLevel[] = ['5m', '1h', '1d', '8d', '64d'];

function inOrder(reads: readonly TileRead[]): TileRead[] {
  return [...reads].sort(
    (a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || (a.label < b.label ? -1 : 1),
  );
}
