import {
  type ComputedColumn,
  computedColumns,
  definitionHash,
  type GroupBySpec,
  type JoinSpec,
  joinParts,
  type OutputColumn,
  outputOf,
} from '@tessera/api';
import { type PhysicalPlan, type PlanOptions, planBackfill, planJoin } from '@tessera/planner';

/** A definition with what every run of it has in common. */
export interface Optimised {
  readonly spec: JoinSpec | GroupBySpec;
  /** Content hash: what its values mean. */
  readonly hash: string;
  readonly computed: readonly ComputedColumn[];
  /** In output order, beside left columns or keys. */
  readonly columns: readonly OutputColumn[];
  /**
   * The physical plan of a lake without files: parts that share one scan, reads that are one lane, columns that nothing
   * reads left out.
   */
  readonly plan: PhysicalPlan;
}

const OPTIONS: PlanOptions = { buckets: 1, workers: 1 };

/** Third stage: a definition → how it is computed, before anything is known of the lake. */
export function optimise(
  spec: JoinSpec | GroupBySpec,
  columnsOf: (spec: JoinSpec | GroupBySpec) => readonly ComputedColumn[] = computedColumns,
): Optimised {
  const computed = columnsOf(spec);
  const columns = outputOf(computed);
  const sources =
    spec.kind === 'join'
      ? [spec.left, ...joinParts(spec).map(({ groupBy }) => groupBy.source)]
      : [spec.source];
  const facts = {
    sources: Object.fromEntries(
      [...new Set(sources)].map((source) => [definitionHash(source), { hive: true, files: [] }]),
    ),
    left: [],
    published: null,
  };
  const plan =
    spec.kind === 'join'
      ? planJoin(spec, computed, facts, OPTIONS)
      : planBackfill(spec, computed, facts, OPTIONS);
  return { spec, hash: plan.definitionHash, computed, columns, plan };
}
