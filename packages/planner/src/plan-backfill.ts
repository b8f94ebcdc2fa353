import {
  type ComputedColumn,
  type GroupBySpec,
  hashWithColumns,
  outputOf,
  type PartSpec,
} from '@tessera/api';
import { derivedOf } from './derived.js';
import { draftParts, queryName } from './draft.js';
import type { LakeFacts } from './facts.js';
import { partFeatures, presenceFeatures } from './features.js';
import { finishPlan } from './finish-plan.js';
import type { LeftPlan, PhysicalPlan } from './plan.js';
import type { PlanOptions } from './plan-options.js';

/**
 * Plan the stand-alone values of a groupBy: one row per key and day, evaluated at the midnight that ends the day (S3.4).
 */
export function planBackfill(
  groupBy: GroupBySpec,
  computed: readonly ComputedColumn[],
  facts: LakeFacts,
  options: PlanOptions,
): PhysicalPlan {
  const part: PartSpec = {
    groupBy,
    keys: groupBy.keys.map((key) => ({ left: key, right: key })),
    lagMs: 0,
    at: 'strict',
    missing: 'error',
  };
  const draft = draftParts([part], (key) => key.right, null, facts);
  const [drafted] = draft.parts;
  if (!drafted) throw new Error('a groupBy has one part');
  const query = queryName(drafted.scan, drafted.query);
  const own = computed.filter(({ column }) => column.expression === undefined);
  const computedFeatures = partFeatures(drafted.scan, part, 0, own, query);
  const features = [...computedFeatures, ...presenceFeatures(drafted.scan, computedFeatures)];
  const left: LeftPlan = { kind: 'grid', keySet: 'k0' };
  const head = {
    kind: 'backfill' as const,
    name: groupBy.name,
    definitionHash: hashWithColumns(groupBy, outputOf(computed)),
    left,
  };
  return finishPlan(head, draft, { features, derived: derivedOf(computed) }, facts, options);
}
