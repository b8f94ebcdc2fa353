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
export { daysBetween, missingDays, partName, planBackfill, planJoin, type PlanOptions } from './plan-run.js';
export { effectiveQueryMs, type EventRange, eventRange, filesInRange, snapshotDays } from './prune.js';
