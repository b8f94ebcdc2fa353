import { DAY_MS, formatDay, parseDay } from '@tessera/api';
import type {
  FileFacts,
  SourceFacts,
  TileBlockFacts,
  TileFacts,
  TileLevelFacts,
  TilePartitionFacts,
} from './facts.js';
import type { BlockBuild, ScanPlan, TileBuild, TileLevel, TileRead } from './plan.js';
import type { PlannedTiles } from './plan-options.js';
import { isSameFile } from './same-file.js';
import { BLOCK_DAYS, type BlockLevel, type Timeline } from './timeline.js';

export interface TilePlanning {
  readonly source: SourceFacts;
  /** Files that the windows reach. */
  readonly fileIdx: readonly number[];
  readonly timeline: Timeline | null;
  readonly facts: TileFacts;
  /** Of the scan's features; null = unbounded. */
  readonly longestWindowMs: number | null;
  readonly policy: PlannedTiles;
}

/** What reading and sweeping a tile costs, in rows: it has a state where a row has a value. */
const ROWS_PER_TILE = 1.5;

/** Less than this share of a scan's rows is not worth the second kind of input. */
const LEAST_SAVING = 0.3;

/** One partition as the plan sees it. */
interface Unit {
  readonly ds: string;
  readonly fileIdx: readonly number[];
  readonly rows: number;
  readonly minMs: number | null;
  readonly maxMs: number | null;
  /** Why tiles of it have to be built before they are read; null = they are there. */
  readonly missing: Omit<TileBuild, 'ds' | 'fileIdx'> | null;
  readonly known: TilePartitionFacts | undefined;
}

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
  const units = unitsOf(planning);
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

function builds(policy: PlannedTiles): boolean {
  return policy === 'build' || policy === 'always';
}

/** Whether tiles are read where they do not pay. */
function takesAll(policy: PlannedTiles): boolean {
  return policy === 'always' || policy === 'present';
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

function unitsOf({ source, fileIdx, facts }: TilePlanning): Unit[] {
  const all = new Map<string, number[]>();
  for (const [idx, { ds }] of source.files.entries()) {
    if (ds === null) continue;
    const own = all.get(ds);
    if (own === undefined) all.set(ds, [idx]);
    else own.push(idx);
  }
  const labels = new Set(fileIdx.map((idx) => source.files[idx]!.ds));
  return [...labels].flatMap((ds) => {
    const own = ds === null || parseDay(ds) === null ? undefined : all.get(ds);
    return ds === null || own === undefined ? [] : [unitOf(ds, own, source.files, facts)];
  });
}

function unitOf(
  ds: string,
  fileIdx: readonly number[],
  all: readonly FileFacts[],
  facts: TileFacts,
): Unit {
  const files = fileIdx.map((idx) => all[idx]!);
  let minMs: number | null = Number.POSITIVE_INFINITY;
  let maxMs: number | null = Number.NEGATIVE_INFINITY;
  for (const { rows, minTimeMs, maxTimeMs } of files) {
    if (rows === 0) continue;
    minMs = minMs === null || minTimeMs === null ? null : Math.min(minMs, minTimeMs);
    maxMs = maxMs === null || maxTimeMs === null ? null : Math.max(maxMs, maxTimeMs);
  }
  const known = facts.partitions[ds];
  const rows = files.reduce((n, file) => n + file.rows, 0);
  return { ds, fileIdx, rows, minMs, maxMs, known, missing: missingOf(known, files, facts) };
}

const NEVER = 'never built';

function newStates(n: number): string {
  return n === 1 ? '1 new aggregation' : `${n} new aggregations`;
}

/** What is to be built before the tiles of a partition can be read. */
function missingOf(
  known: TilePartitionFacts | undefined,
  files: readonly FileFacts[],
  { states }: TileFacts,
): Unit['missing'] {
  const anew = (reason: string) => ({ states, isFresh: true, reason });
  if (known === undefined) return anew(NEVER);
  const before = new Map(known.files.map((file) => [file.path, file]));
  const added = files.find(({ path }) => !before.has(path));
  if (added) return anew(`input added: ${added.path}`);
  const changed = files.find((file) => !isSameFile(before.get(file.path)!, file));
  if (changed) return anew(`input changed: ${changed.path}`);
  const now = new Set(files.map(({ path }) => path));
  const removed = known.files.find(({ path }) => !now.has(path));
  if (removed) return anew(`input removed: ${removed.path}`);
  const levels = BUILT.map((level) => known.levels[level]);
  if (levels.some((level) => level === undefined)) return anew('a file is missing or damaged');
  const lacking = states.filter((state) => levels.some((level) => !(state in level!.states)));
  return lacking.length === 0
    ? null
    : { states: lacking, isFresh: false, reason: newStates(lacking.length) };
}

/** Levels that are built together, each of the one before. */
const BUILT = ['5m', '1h', '1d'] as const;

function buildOf({ ds, fileIdx, missing }: Unit): TileBuild[] {
  return missing === null ? [] : [{ ds, fileIdx, ...missing }];
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

/** Size of the files that hold keys, starts and the wanted states. */
function bytesOf({ base, files, states }: TileLevelFacts, wanted: readonly string[]): number {
  const names = new Set([base, ...wanted.map((state) => states[state]!)]);
  return [...names].reduce((sum, name) => sum + (files[name] ?? 0), 0);
}

/** Levels in blocks, and the days that each is made of. */
const BLOCK_LEVELS = Object.keys(BLOCK_DAYS) as readonly BlockLevel[];

/**
 * Blocks that are not there as their days are now, of all days that are read: another run's windows may begin elsewhere. A
 * block is built once the source has gone beyond it, so that no day of it is still to come.
 */
function missingBlocks(
  { source, facts, longestWindowMs }: TilePlanning,
  units: ReadonlyMap<string, Unit>,
): BlockBuild[] {
  const labels = labelsOf(source);
  const lastDay = Math.max(...[...labels].map((ds) => parseDay(ds) ?? Number.NEGATIVE_INFINITY));
  return BLOCK_LEVELS.flatMap((level) => {
    const length = BLOCK_DAYS[level];
    // A window that is not much longer holds no block as a whole.
    if (longestWindowMs !== null && longestWindowMs < 2 * length * DAY_MS) return [];
    const blocks = new Set([...units.keys()].map((ds) => blockOf(ds, level)));
    return [...blocks].sort().flatMap((label): BlockBuild[] => {
      if (lastDay < parseDay(label)! + length) return [];
      const days = daysOfBlock(label, level).filter((ds) => labels.has(ds));
      const own = days.map((ds) => units.get(ds));
      if (!own.every((unit) => unit !== undefined)) return [];
      const missing = missingOfBlock(facts.blocks[level][label], own, facts);
      return missing === null ? [] : [{ level, label, ...missing }];
    });
  });
}

/** Partitions that have rows. */
function labelsOf(source: SourceFacts): Set<string> {
  return new Set(source.files.flatMap(({ ds, rows }) => (ds === null || rows === 0 ? [] : [ds])));
}

/** Days that stand together in blocks that no bound cuts: they leave `reads` for the block. */
function blockReads(
  { source, timeline, facts, policy }: TilePlanning,
  units: ReadonlyMap<string, Unit>,
  reads: Map<string, TileRead>,
  builds: readonly BlockBuild[],
): TileRead[] {
  if (timeline === null) return [];
  const labels = labelsOf(source);
  const toBuild = new Set(builds.map(({ level, label }) => `${level} ${label}`));
  let finer = new Map([...reads].filter(([, { level }]) => level === '1d'));
  const chosen = new Map<string, TileRead>();
  for (const level of BLOCK_LEVELS) {
    const made = new Map<string, TileRead>();
    for (const [label, members] of inBlocks(finer, level)) {
      const days = daysOfBlock(label, level).filter((ds) => labels.has(ds));
      const whole = new Set(members.flatMap((member) => daysOf(member, labels)));
      if (days.some((ds) => !whole.has(ds))) continue;
      const own = days.map((ds) => units.get(ds)!);
      const minMs = Math.min(...own.map((unit) => unit.minMs!));
      const maxMs = Math.max(...own.map((unit) => unit.maxMs!));
      if (!timeline.fits(level, minMs, maxMs)) continue;
      const known = facts.blocks[level][label];
      const fileIdx = own.flatMap((unit) => unit.fileIdx);
      if (toBuild.has(`${level} ${label}`))
        made.set(label, { level, label, rows: null, bytes: null, fileIdx });
      else {
        if (known === undefined || missingOfBlock(known, own, facts) !== null) continue;
        const finerRows = members.reduce((n, { rows }) => n + (rows ?? 0), 0);
        if (known.rows > finerRows && !takesAll(policy)) continue;
        const bytes = bytesOf(known, facts.states);
        made.set(label, { level, label, rows: known.rows, bytes, fileIdx });
      }
      for (const member of members) {
        reads.delete(member.label);
        chosen.delete(`${member.level} ${member.label}`);
      }
    }
    for (const [label, read] of made) chosen.set(`${level} ${label}`, read);
    finer = made;
  }
  return [...chosen.values()];
}

/** What is to be built before a block can be read; null when it is there as its days are now. */
function missingOfBlock(
  known: TileBlockFacts | undefined,
  days: readonly Unit[],
  { states }: TileFacts,
): Omit<BlockBuild, 'level' | 'label'> | null {
  const anew = (reason: string) => ({ states, isFresh: true, reason });
  if (known === undefined) return anew(NEVER);
  const isSame =
    known.members.length === days.length && days.every(({ ds }, i) => ds === known.members[i]);
  // New states leave what is there of a day as it is.
  if (!isSame || days.some(({ missing }) => missing?.isFresh === true)) return anew('days changed');
  const lacking = states.filter((state) => !(state in known.states));
  return lacking.length === 0
    ? null
    : { states: lacking, isFresh: false, reason: newStates(lacking.length) };
}

/** Reads by the block that they are in. */
function inBlocks(
  reads: ReadonlyMap<string, TileRead>,
  level: BlockLevel,
): Map<string, TileRead[]> {
  const blocks = new Map<string, TileRead[]>();
  for (const read of reads.values()) {
    const first = blockOf(read.label, level);
    const own = blocks.get(first);
    if (own === undefined) blocks.set(first, [read]);
    else own.push(read);
  }
  return blocks;
}

/** The block that a day, or a smaller block, lies in. */
function blockOf(label: string, level: BlockLevel): string {
  const length = BLOCK_DAYS[level];
  return formatDay(Math.floor(parseDay(label)! / length) * length);
}

function daysOfBlock(label: string, level: BlockLevel): string[] {
  const first = parseDay(label)!;
  return Array.from({ length: BLOCK_DAYS[level] }, (_, i) => formatDay(first + i));
}

/** Partitions that a read stands for. */
function daysOf({ level, label }: TileRead, labels: ReadonlySet<string>): string[] {
  if (level !== '8d' && level !== '64d') return [label];
  return daysOfBlock(label, level).filter((ds) => labels.has(ds));
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
