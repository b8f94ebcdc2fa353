export { type Diagnosis, type DoctorOptions, doctor } from './doctor/doctor.js';
export type { Finding } from './doctor/finding.js';
export type {
  DerivedExplanation,
  DerivedInput,
  ExplainDerivedOptions,
} from './explain/derived-explanation.js';
export { explainDerived, isDerived } from './explain/explain-derived.js';
export { explainValue } from './explain/explain-value.js';
export type {
  AskedKey,
  ColumnOrigin,
  EventPiece,
  ExplainOptions,
  ExplainPiece,
  Explanation,
  LeftOutReason,
  Merge,
  Outcome,
  Pieces,
  QueryTime,
  RowsRead,
  SnapshotRead,
  WindowBounds,
} from './explain/explanation.js';
export type {
  Listed,
  ShownEvent,
  ShownState,
  ShownTerms,
  TilePiece,
  TilesRead,
} from './explain/tile-piece.js';
export { expressionProblems } from './expressions/expression-problems.js';
export { type Describe, type OpinionOptions, typeOpinions } from './expressions/type-opinions.js';
export {
  findGarbage,
  type Garbage,
  type GarbageItem,
  type GarbageOptions,
  removeGarbage,
} from './garbage/garbage.js';
export { groupByRows } from './in-memory/group-by-rows.js';
export type {
  FeatureRowValues,
  InMemoryOptions,
  InputRow,
  InputTables,
} from './in-memory/input-types.js';
export { joinRows } from './in-memory/join-rows.js';
export {
  type LakeLook,
  type LookOptions,
  lookAtSources,
  type SourceLook,
} from './look-at-sources.js';
export { type LookedAt, lookedAt } from './looked-at.js';
export type { WorkerMemory } from './memory.js';
export { PHASES, type Phase, type PhaseTimes } from './profile/phase.js';
export type { ProfileStage, RunProfile, StageProfile } from './profile/run-profile.js';
export { checkTracePath } from './profile/trace-file.js';
export type { Usage } from './profile/usage.js';
export { backfill, buildTiles, trainSet } from './run.js';
export type {
  ColumnSummary,
  PlanSummary,
  Progress,
  ResultBatch,
  RunCounters,
  RunOptions,
  RunReport,
  RunResult,
  StageName,
  TilesSummary,
} from './run-types.js';
export {
  type DatasetStatus,
  datasetStatus,
  type PartitionState,
  type PartitionStatus,
  type StatusOptions,
} from './status/dataset-status.js';
export { type ProjectStatus, projectStatus } from './status/project-status.js';
export type { TileSetStatus } from './status/tile-status.js';
export { type TileNeed, tilesOfPlan } from './tiles/tiles-of-plan.js';
export {
  type EncodedUnit,
  type PlannedUnit,
  withPlannedUnit,
} from './upload/encode-unit.js';
export { type LoggedRequest, requestsLeft } from './upload/requests-left.js';
export { type Sample, type SampleOptions, sampleLeft } from './upload/sample-left.js';
export { type UploadOptions, type UploadResult, upload } from './upload/upload.js';
export type { EncodeOptions, EncodeProgress } from './upload/upload-types.js';
export { batchRows } from './values/batch-rows.js';
export type { Value } from './values/from-column.js';
export type { InputValue } from './values/to-column.js';
