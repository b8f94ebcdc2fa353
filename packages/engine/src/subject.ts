import type { GroupBySpec, JoinSpec, OutputColumn } from '@tessera/api';
import type { PhysicalPlan, PlanOptions } from '@tessera/planner';
import type { Gathered } from './gather.js';

/** A definition to run, with what differs between joins and groupBys. */
export interface Subject {
  readonly kind: 'train-set' | 'backfill';
  readonly name: string;
  readonly join: JoinSpec | null;
  readonly groupBy: GroupBySpec | null;
  /** Only the tiles of its parts are wanted, of all of the range. */
  readonly tilesOnly?: boolean;
  readonly columns: readonly OutputColumn[];
  readonly plan: (gathered: Gathered, options: PlanOptions) => PhysicalPlan;
}
