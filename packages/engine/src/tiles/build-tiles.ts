import { contentHash } from '@tessera/api';
import { acquireLock, beginRun, contentOf, endRun, type PublishRun, WORK } from '@tessera/lake';
import type { BlockBuild, FileFacts, PhysicalPlan, ScanPlan, TileBuild } from '@tessera/planner';
import {
  type BlockLevel,
  blockDays,
  labelsBelow,
  publishTiles,
  removeTiles,
  type StagedTiles,
  type StateFamily,
  type TileSet,
  tileSetPath,
} from '@tessera/tiling';
import type { Executor } from '../executor.js';
import type { Gathered } from '../gather.js';
import { checkUnchanged } from '../inputs.js';
import { checkSignal, leavesTasks } from '../process-state.js';
import { recorded } from '../resume/recorded.js';
import { TILES_KEY } from '../resume/run-key.js';
import { openTaskRecord, type TaskRecord } from '../resume/task-record.js';
import { footerCounts } from '../stages/footer-counts.js';
import type { BuildTilesResult } from '../tasks/result.js';
import type { BuildTilesTask, MergeTilesTask } from '../tasks/task.js';
import { buildLanes } from './build-lanes.js';
import type { ScanStates } from './scan-states.js';
import { openSet } from './tile-sets.js';

export interface TileBuilding {
  readonly store: string;
  readonly owner: string;
  readonly executor: Executor;
  readonly gathered: Gathered;
  readonly states: Readonly<Record<string, ScanStates>>;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (done: number, total: number, rows: number) => void;
}

/** What was built, in exact numbers. */
export interface TilesBuilt {
  /** Those that an earlier run had done too. */
  readonly tasks: number;
  readonly resumed: number;
  readonly partitions: number;
  readonly blocks: number;
  /** Rows and files of the source that were read for it, before any filter. */
  readonly rowsRead: number;
  readonly filesRead: number;
}

export const NOTHING_BUILT: TilesBuilt = {
  tasks: 0,
  resumed: 0,
  partitions: 0,
  blocks: 0,
  rowsRead: 0,
  filesRead: 0,
};

/** Partitions whose tiles are put in place together: what a killed run loses at most. */
const PUBLISHED_AT_ONCE = 32;

/** What scans of one source over one tile set ask for, together. */
interface SetBuild {
  readonly set: string;
  readonly scan: ScanPlan;
  readonly families: ReadonlyMap<string, StateFamily>;
  readonly builds: ReadonlyMap<string, TileBuild>;
  /** In the order of levels. */
  readonly blocks: ReadonlyMap<string, BlockBuild>;
}

/**
 * Build the tiles that a plan misses and put them in place: partitions from their rows, then blocks from the tiles.
 *
 * Throws  DATASET_LOCKED when another run builds tiles of the same set; FILE_CHANGED when a file changed meanwhile
 */
export async function buildMissingTiles(
  plan: PhysicalPlan,
  building: TileBuilding,
): Promise<TilesBuilt> {
  const sets = setBuilds(plan, building.states);
  const total = sets.reduce((n, { builds, blocks }) => n + builds.size + blocks.size, 0);
  let done = 0;
  let rows = 0;
  const advance = (own: number) => {
    rows += own;
    building.onProgress(++done, total, rows);
  };
  building.onProgress(0, total, 0);
  const built = { ...NOTHING_BUILT };
  for (const one of sets) {
    const own = await buildSet(one, building, advance);
    built.tasks += own.tasks;
    built.resumed += own.resumed;
    built.partitions += one.builds.size;
    built.blocks += own.blocks;
    built.rowsRead += own.rowsRead;
    built.filesRead += own.filesRead;
  }
  return built;
}

/**
 * Scans that read the same rows under the same keys want tiles of one set. Sources that declare, or compute, other columns of
 * these rows build their states apart: one name may mean two things.
 */
function setBuilds(plan: PhysicalPlan, states: Readonly<Record<string, ScanStates>>): SetBuild[] {
  const sets = new Map<string, SetBuild>();
  for (const scan of plan.scans) {
    const { tiles } = scan;
    if (tiles === null || (tiles.builds.length === 0 && tiles.blockBuilds.length === 0)) continue;
    const own = `${tiles.set} ${scan.sourceId}`;
    const before = sets.get(own);
    const builds = new Map(before?.builds);
    for (const build of tiles.builds) {
      const also = builds.get(build.ds);
      const wanted = new Set([...(also?.states ?? []), ...build.states]);
      builds.set(build.ds, { ...build, states: [...wanted] });
    }
    const families = new Map(before?.families);
    for (const family of states[scan.id]?.families ?? []) families.set(family.hash, family);
    const blocks = new Map(before?.blocks);
    for (const block of tiles.blockBuilds) {
      const name = `${block.level} ${block.label}`;
      const wanted = new Set([...(blocks.get(name)?.states ?? []), ...block.states]);
      blocks.set(name, { ...block, states: [...wanted] });
    }
    sets.set(own, { set: tiles.set, scan: before?.scan ?? scan, families, builds, blocks });
  }
  return [...sets.values()];
}

async function buildSet(
  one: SetBuild,
  building: TileBuilding,
  advance: (rows: number) => void,
): Promise<Omit<TilesBuilt, 'partitions'>> {
  const { store, owner } = building;
  const path = tileSetPath(store, one.set);
  const lock = await acquireLock(path, owner);
  let run: PublishRun | null = null;
  let record: TaskRecord | null = null;
  try {
    run = await beginRun(path, WORK);
    record = await openTaskRecord(run.staging, TILES_KEY);
    const worked = { ...building, executor: recorded(building.executor, record) };
    // Under the lock nobody else changes it.
    let set = await withoutGone(await openSet(store, one.set), one.scan, building.gathered);
    const counts = { tasks: 0, resumed: 0, blocks: 0, rowsRead: 0, filesRead: 0 };
    const builds = [...one.builds.values()];
    for (let at = 0; at < builds.length; at += PUBLISHED_AT_ONCE) {
      const some = builds.slice(at, at + PUBLISHED_AT_ONCE);
      const made = await buildPartitions(one, some, { run, set }, worked, advance);
      set = await publishTiles(run, set, made.staged);
      counts.tasks += some.length;
      counts.rowsRead += made.rowsRead;
      counts.filesRead += made.filesRead;
    }
    for (const level of ['8d', '64d'] as const) {
      const blocks = [...one.blocks.values()].filter((block) => block.level === level);
      if (blocks.length === 0) continue;
      const staged = await mergeBlocks(one, blocks, { run, set }, worked, advance);
      set = await publishTiles(run, set, staged);
      counts.tasks += blocks.length;
      counts.blocks += blocks.length;
    }
    return { ...counts, resumed: record.found() };
  } finally {
    record?.close();
    try {
      if (run !== null && !leavesTasks(building.signal)) await endRun(run);
    } finally {
      await lock.release();
    }
  }
}

/** Tiles of partitions that are no more, or empty now, are in no block. */
async function withoutGone(set: TileSet, scan: ScanPlan, gathered: Gathered): Promise<TileSet> {
  const files = gathered.facts.sources[scan.sourceId]?.files ?? [];
  const there = new Set(files.flatMap(({ ds, rows }) => (ds === null || rows === 0 ? [] : [ds])));
  const gone = Object.keys(set.manifest.partitions).filter((ds) => !there.has(ds));
  return gone.length === 0 ? set : removeTiles(set, gone);
}

async function buildPartitions(
  { scan, families }: SetBuild,
  builds: readonly TileBuild[],
  { run, set }: { readonly run: PublishRun; readonly set: TileSet },
  { gathered, executor, signal }: TileBuilding,
  advance: (rows: number) => void,
): Promise<{ staged: StagedTiles[]; rowsRead: number; filesRead: number }> {
  const facts = gathered.facts.sources[scan.sourceId]?.files ?? [];
  const filesOf = ({ fileIdx }: TileBuild) => fileIdx.map((idx) => facts[idx]!);
  const tasks = builds.map((build): BuildTilesTask => {
    const wanted = build.states.map((hash) => families.get(hash)!);
    const { lanes, states, strings } = buildLanes(wanted);
    const { fileIdx: _, tiles: __, ...rest } = scan;
    const own = { ...rest, lanes, startMs: null, endMs: null, byPartition: false };
    return {
      type: 'build-tiles',
      ds: build.ds,
      input: inputOf(build, filesOf(build), set),
      scan: own,
      relation: gathered.relation(scan.sourceId, build.fileIdx),
      states,
      strings,
      withBase: build.isFresh,
      staging: run.staging,
      rows: filesOf(build).reduce((sum, { rows }) => sum + rows, 0),
      counts: footerCounts({ ...own, fileIdx: build.fileIdx, tiles: null }, filesOf(build)),
    };
  });
  const hashes = hashContents(builds.flatMap(filesOf), gathered, signal);
  // Should a task fail first, nobody waits for it.
  hashes.catch(() => undefined);
  const results = await executor.run<BuildTilesResult>(tasks, ({ counts }) => {
    advance(counts.rowsRead);
  });
  const contents = await hashes;
  checkSignal(signal);
  const fileIdx = builds.flatMap((build) => build.fileIdx);
  await checkUnchanged([gathered.files(scan.sourceId, fileIdx)]);
  const staged = builds.flatMap((build, idx) => {
    const { staged: own, counts } = results[idx]!;
    const files = filesOf(build).map(({ path, fingerprint, content, stat }) => ({
      path,
      fingerprint,
      content: content ?? contents.get(path) ?? null,
      stat,
    }));
    return own.map((tiles) => ({ ...tiles, made: { files, counts } }));
  });
  return {
    staged,
    rowsRead: tasks.reduce((n, { rows }) => n + rows, 0),
    filesRead: fileIdx.length,
  };
}

/**
 * A name for what a partition is now: tiles of another state of it never lie in the same folder. States that join others
 * lie where those do, whatever is known of the files by now.
 */
function inputOf(
  { ds, isFresh }: TileBuild,
  files: readonly FileFacts[],
  { manifest }: TileSet,
): string {
  const known = isFresh ? undefined : manifest.partitions[ds]?.input;
  if (known !== undefined) return known;
  // Not of the content: whether that is known by now is chance, and a file with these times has only one.
  return contentHash(files.map(({ path, fingerprint, stat }) => [path, fingerprint, stat]));
}

/** Hashes of all bytes, where they are not known: so that a later run can tell an edit from a copy. */
async function hashContents(
  files: readonly FileFacts[],
  gathered: Gathered,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string | null>> {
  const contents = new Map<string, string | null>();
  for (const { path, content, stat } of files)
    if (content === null)
      contents.set(path, await contentOf(gathered.absolute(path), stat, signal));
  return contents;
}

async function mergeBlocks(
  { scan, families }: SetBuild,
  blocks: readonly BlockBuild[],
  { run, set }: { readonly run: PublishRun; readonly set: TileSet },
  { executor }: TileBuilding,
  advance: (rows: number) => void,
): Promise<StagedTiles[]> {
  const tasks = blocks.map(
    ({ level, label, states, isFresh }): MergeTilesTask => ({
      type: 'merge-tiles',
      merge: {
        set: onlyBlock(set, label, level),
        level,
        label,
        families: states.map((hash) => families.get(hash)!),
        keyCount: scan.keys.length,
        staging: run.staging,
        withBase: isFresh,
      },
    }),
  );
  return executor.run<StagedTiles>(tasks, () => advance(0));
}

/** As much of a set as a block is made of: a task need not carry the rest. */
function onlyBlock({ path, manifest }: TileSet, label: string, level: BlockLevel): TileSet {
  const pick = <T>(from: Readonly<Record<string, T>>, labels: readonly string[]) =>
    Object.fromEntries(labels.flatMap((at) => (from[at] === undefined ? [] : [[at, from[at]]])));
  const below = level === '8d' ? [] : labelsBelow(label, level);
  return {
    path,
    manifest: {
      ...manifest,
      partitions: pick(manifest.partitions, blockDays(label, level)),
      blocks: { '8d': pick(manifest.blocks['8d'], below), '64d': {} },
    },
  };
}
