import {
  type ComputedColumn,
  definitionHash,
  hashWithColumns,
  type JoinSpec,
  joinParts,
  type OutputColumn,
  outputOf,
  type PartSpec,
} from '@tessera/api';
import { derivedOf } from './derived.js';
import { draftParts, queryName } from './draft.js';
import type { LakeFacts } from './facts.js';
import { partFeatures } from './features.js';
import { finishPlan } from './finish-plan.js';
import { factsOf } from './input-files.js';
import type { FeaturePlan, LeftPlan, PhysicalPlan } from './plan.js';
import type { PlanOptions } from './plan-options.js';

/**
 * Turn a join and what is known of the lake into a physical plan. Pure: equal inputs give an equal plan.
 *
 * `computed` are the join's columns (`computedColumns(join)`).
 */
export function planJoin(
  join: JoinSpec,
  computed: readonly ComputedColumn[],
  facts: LakeFacts,
  options: PlanOptions,
): PhysicalPlan {
  const columns = outputOf(computed);
  const draftOf = (parts: readonly PartSpec[]) =>
    draftParts(parts, (key) => key.left, join.left, facts);
  const { labels = [] } = join;
  const { labelsOnly = false } = options;
  const all = draftOf(joinParts(join));
  const draft = labelsOnly ? draftOf(labels) : all;
  const firstPart = labelsOnly ? join.parts.length : 0;
  const features: FeaturePlan[] = [];
  const columnsOf = draft.parts.map((): { column: OutputColumn; outputIdx: number }[] => []);
  for (const { column, outputIdx } of computed)
    columnsOf[column.partIdx - firstPart]?.push({ column, outputIdx });
  for (const [partIdx, part] of draft.parts.entries()) {
    const own = columnsOf[partIdx] ?? [];
    features.push(
      ...partFeatures(part.scan, part.part, partIdx, own, queryName(part.scan, part.query)),
    );
  }
  const sourceId = definitionHash(join.left);
  const leftFacts = factsOf(facts, sourceId);
  const left: LeftPlan = { kind: 'source', source: join.left, sourceId, hive: leftFacts.hive };
  const head = {
    kind: 'train-set' as const,
    name: join.name,
    definitionHash: hashWithColumns(join, columns),
    left,
    ...(labelsOnly && {
      kept: columns.flatMap(({ name, partIdx }) => (partIdx < firstPart ? [name] : [])),
    }),
  };
  // Of published partitions derived columns are copied with all else that is no label.
  const derived = labelsOnly ? [] : derivedOf(computed);
  return finishPlan(head, draft, { features, derived }, facts, options, all.parts);
}
