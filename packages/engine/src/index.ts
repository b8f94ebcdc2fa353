export {
  type FeatureRowValues,
  groupByRows,
  type InMemoryOptions,
  type InputRow,
  type InputTables,
  joinRows,
} from './in-memory.js';
export { backfill, trainSet } from './run.js';
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
} from './run-types.js';
export type { Value } from './values/from-column.js';
export type { InputValue } from './values/to-column.js';
