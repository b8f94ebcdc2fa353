import {
  definitionHash,
  hashWithColumns,
  type JoinSpec,
  type OutputColumn,
  type PartSpec,
  partsOf,
} from '@tessera/api';
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
 * `columns` are the join's output columns in output order (`outputColumns(join)`).
 */
export function planJoin(
  join: JoinSpec,
  columns: readonly OutputColumn[],
  facts: LakeFacts,
  options: PlanOptions,
): PhysicalPlan {
  const draftOf = (parts: readonly PartSpec[]) =>
    draftParts(parts, (key) => key.left, join.left, facts);
  const { labels = [] } = join;
  const { labelsOnly = false } = options;
  const all = draftOf(partsOf(join));
  const draft = labelsOnly ? draftOf(labels) : all;
  const firstPart = labelsOnly ? join.parts.length : 0;
  const features: FeaturePlan[] = [];
  const columnsOf = draft.parts.map((): { column: OutputColumn; outputIdx: number }[] => []);
  for (const [outputIdx, column] of columns.entries())
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
  return finishPlan(head, draft, features, facts, options, all.parts);
}
