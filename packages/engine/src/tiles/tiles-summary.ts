import type { LakeFacts, PhysicalPlan, ScanPlan } from '@tessera/planner';
import { LEVELS } from '@tessera/tiling';
import type { TilesSummary } from '../run-types.js';
import { setOfScan } from './tile-facts.js';

/**
 * What a plan reads and builds of tiles, in the words a user reads. Scans over one set are told together.
 *
 * @param scanIds of the scans that could have tiles
 */
export function tilesSummary(
  plan: PhysicalPlan,
  facts: LakeFacts,
  scanIds: ReadonlySet<string>,
): TilesSummary[] {
  const sets = new Map<string, ScanPlan[]>();
  for (const scan of plan.scans) {
    if (!scanIds.has(scan.id)) continue;
    const set = setOfScan(scan);
    const own = sets.get(set);
    if (own === undefined) sets.set(set, [scan]);
    else own.push(scan);
  }
  return [...sets].map(([set, scans]) => {
    const all = scans.flatMap(({ tiles }) => (tiles === null ? [] : [tiles]));
    const reads = unique(
      all.flatMap((tiles) => tiles.reads),
      ({ level, label }) => `${level} ${label}`,
    );
    const builds = unique(
      all.flatMap((tiles) => tiles.builds),
      ({ ds }) => ds,
    );
    const blocks = unique(
      all.flatMap((tiles) => tiles.blockBuilds),
      ({ level, label }) => `${level} ${label}`,
    );
    const { source, keys } = scans[0]!;
    return {
      set,
      source: source.name,
      keys,
      parts: scans.flatMap(({ parts }) => parts.map((idx) => plan.parts[idx]!.name)),
      partitions: new Set(scans.flatMap((scan) => partitionsOfScan(scan, facts))).size,
      reads: LEVELS.flatMap((level) => {
        const own = reads.filter((read) => read.level === level);
        const sum = (of: 'rows' | 'bytes') => own.reduce((n, read) => n + (read[of] ?? 0), 0);
        const toBuild = own.filter(({ rows }) => rows === null).length;
        const summary = { level, places: own.length, tiles: sum('rows'), bytes: sum('bytes') };
        return own.length === 0 ? [] : [{ ...summary, toBuild }];
      }),
      toBuild: builds.length,
      reasons: counted(builds.map(({ reason }) => reason)),
      blocksToBuild: blocks.length,
    };
  });
}

/** How often each reason is given, in the order in which they first are. */
export function counted(
  reasons: readonly string[],
): { readonly reason: string; readonly partitions: number }[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, partitions]) => ({ reason, partitions }));
}

/** Partitions that the scan's windows reach, in whatever way they are read. */
export function partitionsOfScan(
  { sourceId, fileIdx, tiles }: ScanPlan,
  facts: LakeFacts,
): string[] {
  const files = facts.sources[sourceId]?.files ?? [];
  const read = [...fileIdx, ...(tiles?.reads ?? []).flatMap((one) => one.fileIdx)];
  return read.flatMap((idx) => files[idx]?.ds ?? []);
}

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
