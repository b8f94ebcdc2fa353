import {
  BLOCK_DAYS,
  type BlockLevel,
  type LakeFacts,
  type PhysicalPlan,
  type ScanPlan,
  type TileBlockFacts,
  type TileFacts,
  type TilePartitionFacts,
} from '@tessera/planner';
import {
  blockDays,
  type TileManifest,
  type TilePartitionEntry,
  tileSetHash,
} from '@tessera/tiling';
import { type ScanStates, scanStates } from './scan-states.js';
import { canHaveTiles, type TileSets } from './tile-sets.js';

/** What a plan's scans need of tiles, by scan id. */
export function statesOfScans(plan: PhysicalPlan, facts: LakeFacts): Record<string, ScanStates> {
  const found: Record<string, ScanStates> = {};
  for (const scan of plan.scans) {
    const inFolders = facts.sources[scan.sourceId]?.hive === true;
    if (!inFolders || !canHaveTiles(scan.source)) continue;
    const own = plan.features.filter((feature) => feature.scan === scan.id);
    found[scan.id] = scanStates(scan, own);
  }
  return found;
}

export function setOfScan({ source, keys }: Pick<ScanPlan, 'source' | 'keys'>): string {
  return tileSetHash(source, keys);
}

/** What is known of the tiles of every scan that can have some, in the planner's words. */
export function tileFacts(
  plan: PhysicalPlan,
  states: Readonly<Record<string, ScanStates>>,
  sets: TileSets,
): Record<string, TileFacts> {
  const known = new Map<string, Pick<TileFacts, 'partitions' | 'blocks'>>();
  const facts: Record<string, TileFacts> = {};
  for (const scan of plan.scans) {
    const own = states[scan.id];
    if (own === undefined) continue;
    const set = setOfScan(scan);
    const manifest = sets.get(set)?.manifest;
    if (manifest === undefined) continue;
    const there = known.get(set) ?? whatIsThere(manifest);
    known.set(set, there);
    facts[scan.id] = { set, states: own.families.map(({ hash }) => hash), ...there };
  }
  return facts;
}

function whatIsThere(manifest: TileManifest): Pick<TileFacts, 'partitions' | 'blocks'> {
  const { partitions, blocks } = manifest;
  const blocksOf = (level: BlockLevel): Record<string, TileBlockFacts> =>
    Object.fromEntries(
      Object.entries(blocks[level]).map(([label, entry]) => {
        const members = blockDays(label, level).filter((ds) => partitions[ds] !== undefined);
        return [label, { ...entry, members }];
      }),
    );
  return {
    partitions: Object.fromEntries(
      Object.entries(partitions).map(([ds, entry]) => [ds, partitionFacts(entry)]),
    ),
    blocks: Object.fromEntries(
      (Object.keys(BLOCK_DAYS) as BlockLevel[]).map((level) => [level, blocksOf(level)]),
    ) as TileFacts['blocks'],
  };
}

function partitionFacts({ files, counts, levels }: TilePartitionEntry): TilePartitionFacts {
  const hasInfinite = Object.values(counts.infinite).some((n) => n > 0);
  return { files, hasInfinite, levels };
}
