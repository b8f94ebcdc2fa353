export type {
  FileFacts,
  InputFile,
  LakeFacts,
  LeftPartitionFacts,
  PublishedFacts,
  PublishedPartition,
  SourceFacts,
} from './facts.js';
export { daysBetween, missingDays } from './missing-days.js';
export type {
  DictionaryPlan,
  FeaturePlan,
  KeySetPlan,
  LanePlan,
  LeftPlan,
  PartitionPlan,
  PartPlan,
  PhysicalPlan,
  QueryPlan,
  ScanPlan,
} from './plan.js';
export { planBackfill } from './plan-backfill.js';
export { planJoin } from './plan-join.js';
export type { PlanOptions } from './plan-options.js';
export {
  type EventRange,
  effectiveQueryMs,
  eventRange,
  filesInRange,
  snapshotDays,
} from './prune.js';
export { assembledBytes, eventBytes, leftBytes, leftReadBytes, scannedBytes } from './row-bytes.js';
export { isSameFile } from './same-file.js';
