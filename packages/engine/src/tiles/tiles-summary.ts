import type { PhysicalPlan, ScanPlan, ScanTiles } from '@tessera/planner';
import { LEVELS } from '@tessera/tiling';
import type { TilesSummary } from '../run-types.js';

/** What a plan reads and builds of tiles, in the words a user reads. Scans over one set are told together. */
export function tilesSummary(plan: PhysicalPlan): TilesSummary[] {
  const sets = new Map<string, { scan: ScanPlan; tiles: ScanTiles; parts: number[] }[]>();
  for (const scan of plan.scans) {
    const { tiles, parts } = scan;
    if (tiles === null) continue;
    const own = sets.get(tiles.set) ?? [];
    own.push({ scan, tiles, parts: [...parts] });
    sets.set(tiles.set, own);
  }
  return [...sets].map(([set, scans]) => {
    const reads = unique(
      scans.flatMap(({ tiles }) => tiles.reads),
      ({ level, label }) => `${level} ${label}`,
    );
    const builds = unique(
      scans.flatMap(({ tiles }) => tiles.builds),
      ({ ds }) => ds,
    );
    const blocks = unique(
      scans.flatMap(({ tiles }) => tiles.blockBuilds),
      ({ level, label }) => `${level} ${label}`,
    );
    const reasons = new Map<string, number>();
    for (const { reason } of builds) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const { source, keys } = scans[0]!.scan;
    return {
      set,
      source: source.name,
      keys,
      parts: scans.flatMap(({ parts }) => parts.map((idx) => plan.parts[idx]!.name)),
      reads: LEVELS.flatMap((level) => {
        const own = reads.filter((read) => read.level === level);
        const sum = (of: 'rows' | 'bytes') => own.reduce((n, read) => n + (read[of] ?? 0), 0);
        const toBuild = own.filter(({ rows }) => rows === null).length;
        const summary = { level, places: own.length, tiles: sum('rows'), bytes: sum('bytes') };
        return own.length === 0 ? [] : [{ ...summary, toBuild }];
      }),
      toBuild: builds.length,
      reasons: [...reasons].map(([reason, partitions]) => ({ reason, partitions })),
      blocksToBuild: blocks.length,
    };
  });
}

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
