export type {
  FileFacts,
  InputFile,
  LakeFacts,
  LeftPartitionFacts,
  PublishedFacts,
  PublishedPartition,
  SourceFacts,
} from './facts.js';
export type {
  DictionaryPlan,
  FeaturePlan,
  KeySetPlan,
  LanePlan,
  LeftPlan,
  PartitionPlan,
  PhysicalPlan,
  QueryPlan,
  ScanPlan,
} from './plan.js';
export {
  daysBetween,
  missingDays,
  type PlanOptions,
  partName,
  planBackfill,
  planJoin,
} from './plan-run.js';
export {
  type EventRange,
  effectiveQueryMs,
  eventRange,
  filesInRange,
  snapshotDays,
} from './prune.js';
