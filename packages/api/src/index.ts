export { identityOf, scanOf as sourceScan, withInputs } from './column-hash.js';
export { featureName, operationLabel, passedThroughName, sanitizeName } from './column-names.js';
export {
  type ComputedColumn,
  computedColumns,
  groupByColumns,
  outputColumns,
  outputOf,
} from './computed-columns.js';
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
export { expr } from './define/expr.js';
export { type GroupByDefinition, groupBy } from './define/group-by.js';
export { type JoinDefinition, join, type LabelFor, type PartFor } from './define/join.js';
export { type NoKeys, type PartSource, part } from './define/part.js';
export { defineProject, type Project, type ProjectDefinition } from './define/project.js';
export { describeAggregation } from './define/read-aggregation.js';
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
export {
  type Branches,
  type Built,
  call,
  col,
  lit,
  type Methods,
  type Operand,
  type SqlTexts,
  sql,
  when,
} from './expression/builder.js';
export { formatExpression } from './expression/format.js';
export { hashedForm } from './expression/hashed-form.js';
export { type ParsedExpression, parseExpressionText } from './expression/parse.js';
export type { ExpressionProblem } from './expression/problem.js';
export {
  conditionError,
  expressionError,
  parseCondition,
  parseExpression,
  type ReadExpression,
  readCondition,
  readExpression,
} from './expression/read.js';
export { renameColumns } from './expression/rename-columns.js';
export { type SimpleOperand, simpleOperand, simpleValues } from './expression/simple.js';
export type {
  ArithmeticOperator,
  ComparisonOperator,
  Expression,
  LiteralExpression,
  LiteralValue,
} from './expression/tree.js';
export { expressionColumns, partsOf, walkExpression } from './expression/walk.js';
export { type FeatureReads, featureReads } from './feature-reads.js';
export { canonicalJson, contentHash, HASH_FORMAT, hash128 } from './hash.js';
export {
  addInputColumns,
  columnText,
  isInputColumn,
  withoutInputColumns,
} from './input-columns.js';
export { type DefinitionWarning, labelWarnings } from './label-warnings.js';
export { LIMITS, type ProjectLimits } from './limits.js';
export { isOfflineOnly } from './offline-only.js';
export {
  aggregationType,
  countsNothingAsZero,
  OPERATION_RULES,
  seenType,
  takesType,
} from './operation-rules.js';
export {
  DS,
  joinParts,
  labelColumns,
  leftColumns,
  partColumns,
  passedThroughColumns,
} from './output-columns.js';
export {
  fromInteger,
  type IntegerForm,
  integerForm,
  type RowValue,
} from './row-value/from-integer.js';
export { sameRowValue } from './row-value/same-row-value.js';
export {
  floorDiv,
  formatDayNumber,
  formatInstantNs,
  parseDayNumber,
  parseInstantMs,
  parseInstantNs,
} from './row-value/time-text.js';
export { DEFINITION_RULES, type DefinitionRule } from './rules.js';
export {
  type AggregationSpec,
  type AheadSpec,
  type ColumnSpec,
  type DerivationSpec,
  type GroupBySpec,
  type JoinSpec,
  type LabelSpec,
  OPERATIONS,
  type Operation,
  type OutputColumn,
  type PartSpec,
  type SourceSpec,
} from './spec.js';
export { closest, didYouMean } from './suggest.js';
export type { Aggregation, AggregationOn, Input } from './types/aggregation-type.js';
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
export type { Derive, Derived, DerivedValue, InputExpression } from './types/derive-type.js';
export type { FeatureRow } from './types/feature-row.js';
export type { Label, LabelOn, LabelOperations } from './types/label-type.js';
export type {
  FetchKeys,
  FetchRequest,
  KeyValue,
  RequestNames,
  ServedRow,
} from './types/served-row.js';
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
