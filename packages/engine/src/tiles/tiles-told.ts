import type { LakeFacts, ScanPlan, TilePolicy } from '@tessera/planner';
import type { TilesTold } from '../plan-summary.js';
import type { PlanSummary } from '../run-types.js';
import type { Subject } from '../subject.js';
import type { TiledPlan } from './plan-tiled.js';
import { canHaveTiles, type TileSets } from './tile-sets.js';
import { tilesSummary } from './tiles-summary.js';

const DAMAGED = 'It counts as having no tiles until they are built again, which replaces it.';

interface Known {
  readonly facts: LakeFacts;
  readonly sets: TileSets;
  readonly policy: TilePolicy;
}

/** What a plan's summary tells of tiles. */
export function tilesTold(
  { tilesOnly = false }: Pick<Subject, 'tilesOnly'>,
  { plan, states }: TiledPlan,
  { facts, sets, policy }: Known,
): TilesTold {
  const all = tilesSummary(plan, facts, new Set(Object.keys(states)));
  const isUsed = ({ reads, toBuild, blocksToBuild }: PlanSummary['tiles'][number]) =>
    reads.length + toBuild + blocksToBuild > 0;
  return {
    isAll: tilesOnly,
    // What reading them later would be is no part of building them.
    sets: tilesOnly ? all.map((set) => ({ ...set, reads: [] })) : all.filter(isUsed),
    whyRows: ({ id, source }: ScanPlan) => {
      if (policy === 'off') return 'tiles are off';
      return canHaveTiles(source) && states[id] === undefined
        ? 'its files lie in no ds= folders'
        : null;
    },
    warnings: [...sets.values()].flatMap(({ damage }) =>
      damage === null ? [] : [{ code: damage.code, message: damage.summary, hint: DAMAGED }],
    ),
  };
}
