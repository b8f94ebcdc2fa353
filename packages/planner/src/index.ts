export { ROWS_PER_BUCKET } from './bucket-count.js';
export { derivedOf } from './derived.js';
export {
  type Estimate,
  type EstimatedStage,
  type EstimateOptions,
  estimate,
} from './estimate/estimate.js';
export type { EstimateMemory } from './estimate/peak.js';
export type {
  FileFacts,
  InputFile,
  LakeFacts,
  LeftPartitionFacts,
  PublishedFacts,
  PublishedPartition,
  SourceFacts,
  TileBlockFacts,
  TileFacts,
  TileLevelFacts,
  TilePartitionFacts,
} from './facts.js';
export { daysBetween, missingDays } from './missing-days.js';
export type {
  BlockBuild,
  DerivedPlan,
  DictionaryPlan,
  FeaturePlan,
  KeySetPlan,
  LabelInputs,
  LanePlan,
  LeftPlan,
  PartitionPlan,
  PartPlan,
  PhysicalPlan,
  QueryPlan,
  ScanPlan,
  ScanTiles,
  TileBuild,
  TileLevel,
  TileRead,
} from './plan.js';
export { planBackfill } from './plan-backfill.js';
export { planJoin } from './plan-join.js';
export type { PlannedTiles, PlanOptions, TilePolicy } from './plan-options.js';
export { type EventRange, effectiveQueryMs, eventRange } from './prune.js';
export { type Relocation, relocate, relocation } from './relocate.js';
export { assembledBytes, eventBytes, leftBytes, leftReadBytes, scannedBytes } from './row-bytes.js';
export { mergeRuns, positionsOf, type Run, type Runs } from './runs.js';
export { isSameFile } from './same-file.js';
export {
  LEFT_ROWS_PER_TASK,
  nextScannedRows,
  rowsWrittenTogether,
  SMALL_PARTITION_ROWS,
  scannedRowsPerTask,
} from './task-rows.js';
export { builds } from './tile-planning.js';
export { BLOCK_DAYS, type BlockLevel, type Timeline, timelineOf } from './timeline.js';
