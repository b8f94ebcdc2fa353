import {
  type GroupBySpec,
  groupByColumns,
  type JoinSpec,
  type OutputColumn,
  outputColumns,
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
  readonly columns: readonly OutputColumn[];
  readonly plan: (gathered: Pick<Gathered, 'facts'>, options: PlanOptions) => PhysicalPlan;
}

/** The training set of a join. */
export function trainingSet(join: JoinSpec): Subject {
  const columns = outputColumns(join);
  return {
    kind: 'train-set',
    name: join.name,
    join,
    groupBy: null,
    columns,
    plan: ({ facts }, options) => planJoin(join, columns, facts, options),
  };
}

/** The daily values of a groupBy. */
export function standAlone(groupBy: GroupBySpec): Subject {
  const columns = groupByColumns(groupBy);
  return {
    kind: 'backfill',
    name: groupBy.name,
    join: null,
    groupBy,
    columns,
    plan: ({ facts }, options) => planBackfill(groupBy, columns, facts, options),
  };
}

export function subjectOf(definition: JoinSpec | GroupBySpec): Subject {
  return definition.kind === 'join' ? trainingSet(definition) : standAlone(definition);
}
