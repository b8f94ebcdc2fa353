import type { PhysicalPlan, PlanOptions } from '@tessera/planner';
import type { Gathered } from '../gather.js';
import type { Subject } from '../subject.js';
import type { ScanStates } from './scan-states.js';
import { statesOfScans, tileFacts } from './tile-facts.js';
import type { TileSets } from './tile-sets.js';

/** A plan with what it reads as tiles. */
export interface TiledPlan {
  readonly plan: PhysicalPlan;
  /** By scan id. */
  readonly states: Readonly<Record<string, ScanStates>>;
}

/** Plan with the tiles that are there. Where nothing is to be built, or tiles are off, they are not asked about. */
export function planTiled(
  subject: Pick<Subject, 'plan'>,
  gathered: Pick<Gathered, 'facts'>,
  options: PlanOptions,
  sets: TileSets,
): TiledPlan {
  const plan = subject.plan(gathered, options);
  const isIdle = plan.partitions.every(({ reason }) => reason === null);
  if (sets.size === 0 || isIdle) return { plan, states: {} };
  const states = statesOfScans(plan, gathered.facts);
  const tiles = tileFacts(plan, states, sets);
  if (Object.keys(tiles).length === 0) return { plan, states: {} };
  const facts = { ...gathered.facts, tiles };
  return { plan: subject.plan({ ...gathered, facts }, options), states };
}
