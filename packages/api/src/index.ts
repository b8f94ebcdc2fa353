export { scanOf as sourceScan } from './column-hash.js';
export { featureName, operationLabel, passedThroughName, sanitizeName } from './column-names.js';
export {
  type DataType,
  formatType,
  isCalendar,
  isEpoch,
  isFloat,
  isInteger,
  isNumeric,
  isOrderable,
  isScalar,
  isTime,
  parseType,
  sameType,
} from './data-type.js';
export {
  DAY_MS,
  dayOf,
  dayStartMs,
  formatDay,
  HOUR_MS,
  MINUTE_MS,
  parseDay,
} from './day.js';
export {
  type AggregationOptions,
  approxPercentile,
  approxUniqueCount,
  average,
  bottomK,
  type ColumnOperation,
  count,
  DEFAULT_MAX_DISTINCT,
  diversity,
  first,
  firstK,
  histogram,
  type KOperation,
  kurtosis,
  last,
  lastK,
  max,
  min,
  rateOfChange,
  skew,
  stddev,
  stddevSample,
  sum,
  topK,
  topKFrequent,
  uniqueCount,
  variance,
  varianceSample,
  vectorAverage,
  vectorSum,
  weightedAverage,
} from './define/aggregations.js';
export { type AheadOptions, ahead } from './define/ahead.js';
export { type GroupByDefinition, groupBy } from './define/group-by.js';
export { type JoinDefinition, join, type LabelFor, type PartFor } from './define/join.js';
export { type NoKeys, type PartSource, part } from './define/part.js';
export { defineProject, type Project, type ProjectDefinition } from './define/project.js';
export {
  type EntitiesDefinition,
  type EventsDefinition,
  entities,
  events,
} from './define/source.js';
export { definitionHash, hashWithColumns } from './definition-hash.js';
export {
  combineProblems,
  ERROR_TABLE,
  type ErrorCode,
  type ErrorEntry,
  type ErrorKind,
  type ErrorParams,
  type ErrorPlace,
  formatError,
  isTesseraError,
  locateError,
  TesseraError,
} from './errors.js';
export type {
  ArithmeticOperator,
  ComparisonOperator,
  Expression,
  LiteralExpression,
  LiteralValue,
} from './expression/tree.js';
export { canonicalJson, contentHash, HASH_FORMAT, hash128 } from './hash.js';
export { type DefinitionWarning, labelWarnings } from './label-warnings.js';
export {
  aggregationType,
  countsNothingAsZero,
  OPERATION_RULES,
  seenType,
  takesType,
} from './operation-rules.js';
export {
  DS,
  groupByColumns,
  labelColumns,
  leftColumns,
  outputColumns,
  partColumns,
  partsOf,
  passedThroughColumns,
} from './output-columns.js';
export { formatPredicate } from './predicate/format.js';
export {
  isOfflineOnly,
  parsePredicate,
  predicateColumns,
  sql,
} from './predicate/predicate.js';
export {
  type AggregationSpec,
  type AheadSpec,
  type ColumnSpec,
  type Comparison,
  type GroupBySpec,
  type JoinSpec,
  type LabelSpec,
  type Literal,
  OPERATIONS,
  type Operand,
  type Operation,
  type OutputColumn,
  type PartSpec,
  type Predicate,
  type SourceSpec,
} from './spec.js';
export { closest, didYouMean } from './suggest.js';
export type { Aggregation, AggregationOn } from './types/aggregation-type.js';
export type {
  ColumnsOfSource,
  Entities,
  Events,
  GroupBy,
  Join,
  NeededLeft,
  Offered,
  Part,
  PartOptions,
  Source,
} from './types/definition-types.js';
export type { FeatureRow } from './types/feature-row.js';
export type { Label, LabelOn, LabelOperations } from './types/label-type.js';
export type {
  ColumnTexts,
  ColumnTypeText,
  ColumnValue,
  JsValue,
  TypeText,
  WindowText,
} from './types/type-text.js';
export {
  hopMs,
  MIN_SAWTOOTH_MS,
  parseWindow,
  type Tail,
  windowStartMs,
} from './window.js';
