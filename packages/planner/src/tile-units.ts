import { parseDay } from '@tessera/api';
import type {
  FileFacts,
  SourceFacts,
  TileFacts,
  TileLevelFacts,
  TilePartitionFacts,
} from './facts.js';
import type { TileBuild } from './plan.js';
import { isSameFile } from './same-file.js';

/** One partition as the plan sees it. */
export interface Unit {
  readonly ds: string;
  readonly fileIdx: readonly number[];
  readonly rows: number;
  readonly minMs: number | null;
  readonly maxMs: number | null;
  /** Why tiles of it have to be built before they are read; null = they are there. */
  readonly missing: Omit<TileBuild, 'ds' | 'fileIdx'> | null;
  readonly known: TilePartitionFacts | undefined;
}

/** Partitions that hold the given files. */
export function unitsOf(source: SourceFacts, fileIdx: readonly number[], facts: TileFacts): Unit[] {
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

export const NEVER = 'never built';

export function newStates(n: number): string {
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

export function buildOf({ ds, fileIdx, missing }: Unit): TileBuild[] {
  return missing === null ? [] : [{ ds, fileIdx, ...missing }];
}

/** Size of the files that hold keys, starts and the wanted states. */
export function bytesOf(
  { base, files, states }: TileLevelFacts,
  wanted: readonly string[],
): number {
  const names = new Set([base, ...wanted.map((state) => states[state]!)]);
  return [...names].reduce((sum, name) => sum + (files[name] ?? 0), 0);
}
