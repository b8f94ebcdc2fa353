import { PARTITION_LEVELS, type TileLevelSummary, tilesOfManifest } from '@tessera/tiling';
import type { Gathered } from '../gather.js';
import type { Subject } from '../subject.js';
import { planTiled } from '../tiles/plan-tiled.js';
import { setOfScan } from '../tiles/tile-facts.js';
import { type OpenTileSet, setsOf, type TileSets } from '../tiles/tile-sets.js';
import { partitionsOfScan } from '../tiles/tiles-summary.js';
import { type DatasetStatus, LOOKING, type PartitionStatus } from './dataset-status.js';

/** What there is of the tiles of one source under one set of keys, and what building them would do: plain data. */
export interface TileSetStatus {
  readonly set: string;
  /** Absolute folder. */
  readonly path: string;
  readonly source: string;
  readonly keys: readonly string[];
  /** Joins and groupBys that can read it, by name. */
  readonly usedBy: readonly string[];
  /** Those of them that ask for aggregations which the tiles of some day do not have. */
  readonly lackedBy: readonly string[];
  /** Partitions of events that their windows reach, and leftovers, by `ds`; rows are tiles. */
  readonly partitions: readonly PartitionStatus[];
  /** What is there, from the finest; of 8 and 64 days the places are blocks. */
  readonly levels: readonly TileLevelSummary[];
  readonly blocksToBuild: number;
  readonly states: number;
  readonly tiles: number;
  readonly bytes: number;
  /** Why it counts as empty, where it is damaged. */
  readonly problem: DatasetStatus['problem'];
}

/** What definitions ask of one set. */
interface Asked {
  readonly set: OpenTileSet;
  readonly source: string;
  readonly keys: readonly string[];
  readonly usedBy: Set<string>;
  readonly lackedBy: Set<string>;
  /** Why the tiles of a partition would be built; null = they are there, with all that one of the definitions asks for. */
  readonly reasons: Map<string, string | null>;
  readonly blocks: Set<string>;
  /** Blocks that are there, without all that a definition asks for. */
  readonly lackingBlocks: Set<string>;
  /** Partitions that the source has; null while it could not be looked at. */
  inSource: ReadonlySet<string> | null;
}

/** Tile sets of several definitions, each told once. */
export interface TileStatuses {
  /** @param gathered null where the sources could not be looked at */
  readonly add: (subject: Subject, sets: TileSets, gathered: Gathered | null) => void;
  readonly statuses: () => TileSetStatus[];
}

export function tileStatuses(): TileStatuses {
  const asked = new Map<string, Asked>();
  return {
    add(subject, sets, gathered) {
      for (const [hash, { source, keys }] of setsOf(subject)) {
        const one: Asked = asked.get(hash) ?? {
          ...{ set: sets.get(hash)!, source, keys },
          ...{ usedBy: new Set(), lackedBy: new Set(), reasons: new Map(), inSource: null },
          ...{ blocks: new Set(), lackingBlocks: new Set() },
        };
        one.usedBy.add(subject.name);
        asked.set(hash, one);
      }
      if (gathered !== null) ask(asked, subject, sets, gathered);
    },
    statuses: () =>
      [...asked].flatMap(([hash, one]) => {
        const { partitions } = one.set.manifest;
        // A source whose files lie in no folders has no tiles.
        const isAny = one.reasons.size + Object.keys(partitions).length > 0;
        return isAny || one.set.damage !== null ? [statusOf(hash, one)] : [];
      }),
  };
}

/** The plan that builds all of a definition's tiles says which are missing or stale, and why. */
function ask(
  asked: ReadonlyMap<string, Asked>,
  subject: Subject,
  sets: TileSets,
  gathered: Gathered,
): void {
  const facts = { ...gathered.facts, published: null };
  const options = { ...LOOKING, tiles: 'build' } as const;
  const { plan, states } = planTiled(subject, { ...gathered, facts }, options, sets);
  for (const scan of plan.scans) {
    const one = asked.get(setOfScan(scan));
    if (states[scan.id] === undefined || one === undefined) continue;
    const builds = new Map((scan.tiles?.builds ?? []).map((build) => [build.ds, build]));
    for (const ds of partitionsOfScan(scan, facts)) {
      const build = builds.get(ds);
      // What was made of other files is of no use to anybody; what lacks aggregations may be, to others.
      if (build === undefined) one.reasons.set(ds, null);
      else if (one.reasons.get(ds) !== null) one.reasons.set(ds, build.reason);
      if (build?.isFresh === false) one.lackedBy.add(subject.name);
    }
    for (const { level, label, isFresh } of scan.tiles?.blockBuilds ?? [])
      (isFresh ? one.blocks : one.lackingBlocks).add(`${level} ${label}`);
    const files = facts.sources[scan.sourceId]?.files ?? [];
    one.inSource = new Set(
      files.flatMap(({ ds, rows }) => (ds === null || rows === 0 ? [] : [ds])),
    );
  }
}

function statusOf(hash: string, one: Asked): TileSetStatus {
  const { set, source, keys, usedBy, lackedBy, blocks, lackingBlocks } = one;
  const isLackedByAll = lackedBy.size === usedBy.size;
  const { levels, states, rows, bytes } = tilesOfManifest(set.manifest);
  const { damage } = set;
  return {
    ...{ set: hash, path: set.path, source, keys, usedBy: [...usedBy] },
    lackedBy: [...lackedBy],
    partitions: partitionsOf(one),
    blocksToBuild: new Set([...blocks, ...(isLackedByAll ? lackingBlocks : [])]).size,
    ...{ levels, states, tiles: rows, bytes },
    problem: damage === null ? null : { code: damage.code, message: damage.summary },
  };
}

function partitionsOf({ set, reasons, inSource }: Asked): PartitionStatus[] {
  const { partitions } = set.manifest;
  const found = new Map<string, Pick<PartitionStatus, 'state' | 'reason'>>();
  for (const [ds, reason] of reasons) {
    const levels = partitions[ds]?.levels ?? {};
    const isThere = PARTITION_LEVELS.every((level) => levels[level] !== undefined);
    found.set(ds, { state: reason === null ? 'fresh' : isThere ? 'stale' : 'missing', reason });
  }
  for (const ds of Object.keys(partitions)) {
    if (inSource === null) found.set(ds, { state: 'unknown', reason: null });
    else if (!inSource.has(ds))
      found.set(ds, { state: 'leftover', reason: 'no longer in the source' });
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([ds, { state, reason }]) => {
      const there = Object.values(partitions[ds]?.levels ?? {});
      const isThere = there.length > 0 && state !== 'missing';
      const sum = (of: 'rows' | 'bytes') => there.reduce((n, level) => n + level[of], 0);
      const size = isThere
        ? { rows: sum('rows'), bytes: sum('bytes') }
        : { rows: null, bytes: null };
      return { ds, state, reason, ...size };
    });
}
