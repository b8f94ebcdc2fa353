import {
  type ComputedColumn,
  computedColumns,
  type GroupBySpec,
  type JoinSpec,
  type OutputColumn,
  outputOf,
} from '@tessera/api';
import { type PhysicalPlan, type PlanOptions, planBackfill, planJoin } from '@tessera/planner';
import type { Gathered } from './gather.js';

/** A definition to run, with what differs between joins and groupBys. */
export interface Subject {
  readonly kind: 'train-set' | 'backfill';
  readonly name: string;
  readonly join: JoinSpec | null;
  readonly groupBy: GroupBySpec | null;
  /** Only the tiles of its parts are wanted, of all of the range. */
  readonly tilesOnly?: boolean;
  /** What comes out beside left columns or keys. */
  readonly columns: readonly OutputColumn[];
  readonly computed: readonly ComputedColumn[];
  readonly plan: (gathered: Pick<Gathered, 'facts'>, options: PlanOptions) => PhysicalPlan;
}

/** The training set of a join. */
export function trainingSet(join: JoinSpec): Subject {
  const computed = computedColumns(join);
  return {
    kind: 'train-set',
    name: join.name,
    join,
    groupBy: null,
    columns: outputOf(computed),
    computed,
    plan: ({ facts }, options) => planJoin(join, computed, facts, options),
  };
}

/** The daily values of a groupBy. */
export function standAlone(groupBy: GroupBySpec): Subject {
  const computed = computedColumns(groupBy);
  return {
    kind: 'backfill',
    name: groupBy.name,
    join: null,
    groupBy,
    columns: outputOf(computed),
    computed,
    plan: ({ facts }, options) => planBackfill(groupBy, computed, facts, options),
  };
}

export function subjectOf(definition: JoinSpec | GroupBySpec): Subject {
  return definition.kind === 'join' ? trainingSet(definition) : standAlone(definition);
}
