import type { PhysicalPlan } from '@tessera/planner';
import { scanStates } from './scan-states.js';
import { setOfScan } from './tile-facts.js';
import { canHaveTiles } from './tile-sets.js';

/** A tile set that a plan could use, and the states that it would read there, as hashes. */
export interface TileNeed {
  readonly set: string;
  readonly source: string;
  readonly keys: readonly string[];
  readonly states: readonly string[];
}

/** Tile sets of a plan's scans, each once; which of their windows tiles can answer only the days of a run decide. */
export function tilesOfPlan(plan: PhysicalPlan): readonly TileNeed[] {
  const needs = new Map<string, TileNeed>();
  for (const scan of plan.scans) {
    const own = plan.features.filter((feature) => feature.scan === scan.id);
    if (!canHaveTiles(scan.source)) continue;
    const set = setOfScan(scan);
    const { families } = scanStates(scan, own);
    const states = new Set([
      ...(needs.get(set)?.states ?? []),
      ...families.map(({ hash }) => hash),
    ]);
    needs.set(set, {
      ...{ set, source: scan.source.name, keys: scan.keys },
      states: [...states].sort(),
    });
  }
  return [...needs.values()];
}
