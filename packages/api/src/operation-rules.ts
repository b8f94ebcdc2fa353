import {
  type DataType,
  formatType,
  isInteger,
  isNumeric,
  isOrderable,
  isScalar,
} from './data-type.js';
import type { AggregationSpec, Operation } from './spec.js';

/**
 * Which types each operation takes and gives (S5). `types/operation-types.ts` says the same to the TypeScript compiler:
 * change both together (a test compares them).
 */

/** What an operation takes. `whole` operations see a list as one value; the others see its elements (S5.6). */
export type InputClass = 'any' | 'numeric' | 'numericOrBoolean' | 'orderable' | 'scalar' | 'vector';

interface OperationRule {
  readonly input: InputClass;
  readonly whole: boolean;
  /** Type of the result, before `by`; given the input after S5.6's explode. */
  readonly output: (input: DataType, aggregation: AggregationSpec) => DataType;
}

const INT64: DataType = { kind: 'int64' };
const DOUBLE: DataType = { kind: 'double' };
const listOf = (element: DataType): DataType => ({ kind: 'list', element });

function sumType(input: DataType): DataType {
  if (input.kind === 'decimal') return { kind: 'decimal', precision: 38, scale: input.scale };
  return isInteger(input) || input.kind === 'boolean' ? INT64 : DOUBLE;
}

const toInt64 = (): DataType => INT64;
const toDouble = (): DataType => DOUBLE;
const same = (input: DataType): DataType => input;

const moment: OperationRule = { input: 'numeric', whole: false, output: toDouble };
const extreme: OperationRule = { input: 'orderable', whole: false, output: same };
const best: OperationRule = { input: 'orderable', whole: false, output: listOf };
const edge: OperationRule = { input: 'any', whole: true, output: same };
const edges: OperationRule = { input: 'any', whole: true, output: listOf };
const vector: OperationRule = { input: 'vector', whole: true, output: () => listOf(DOUBLE) };
const distinct: OperationRule = { input: 'scalar', whole: false, output: toInt64 };

export const OPERATION_RULES: Readonly<Record<Operation, OperationRule>> = {
  COUNT: { input: 'any', whole: false, output: toInt64 },
  SUM: { input: 'numericOrBoolean', whole: false, output: sumType },
  AVERAGE: { input: 'numericOrBoolean', whole: false, output: toDouble },
  WEIGHTED_AVERAGE: moment,
  VARIANCE: moment,
  STDDEV: moment,
  VARIANCE_SAMPLE: moment,
  STDDEV_SAMPLE: moment,
  SKEW: moment,
  KURTOSIS: moment,
  MIN: extreme,
  MAX: extreme,
  FIRST: edge,
  LAST: edge,
  FIRST_K: edges,
  LAST_K: edges,
  TOP_K: best,
  BOTTOM_K: best,
  UNIQUE_COUNT: distinct,
  APPROX_UNIQUE_COUNT: distinct,
  HISTOGRAM: {
    input: 'scalar',
    whole: false,
    output: (key) => ({ kind: 'map', key, value: INT64 }),
  },
  TOP_K_FREQUENT: { input: 'scalar', whole: false, output: listOf },
  DIVERSITY: { input: 'scalar', whole: false, output: toDouble },
  APPROX_PERCENTILE: {
    input: 'numeric',
    whole: false,
    output: (_, { percentiles }) => ((percentiles?.length ?? 0) > 1 ? listOf(DOUBLE) : DOUBLE),
  },
  RATE_OF_CHANGE: moment,
  VECTOR_AVERAGE: vector,
  VECTOR_SUM: vector,
};

/** 0, not null, when there was nothing to aggregate (S5), unless `by` or `empty: 'null'`. */
export function countsNothingAsZero(operation: Operation): boolean {
  return (
    operation === 'COUNT' || operation === 'UNIQUE_COUNT' || operation === 'APPROX_UNIQUE_COUNT'
  );
}

/** What an operation sees of a column: a list's elements, except where it takes the whole list (S5.6). */
export function seenType(operation: Operation, column: DataType): DataType {
  return column.kind === 'list' && !OPERATION_RULES[operation].whole ? column.element : column;
}

const MATCHES: Readonly<Record<InputClass, (type: DataType) => boolean>> = {
  any: () => true,
  numeric: isNumeric,
  numericOrBoolean: (type) => isNumeric(type) || type.kind === 'boolean',
  orderable: isOrderable,
  scalar: isScalar,
  vector: (type) => type.kind === 'list' && isNumeric(type.element),
};

/** Whether an operation takes a column of this type. */
export function takesType(operation: Operation, column: DataType): boolean {
  return (
    isCarried(column) && MATCHES[OPERATION_RULES[operation].input](seenType(operation, column))
  );
}

/** Types that a groupBy can read: no maps, and strings at most one list deep. A left may have any. */
export function isCarried(type: DataType): boolean {
  if (type.kind === 'map') return false;
  if (type.kind !== 'list' || isScalar(type.element)) return true;
  return isCarried(type.element) && !holdsStrings(type.element);
}

const holdsStrings = (type: DataType): boolean =>
  type.kind === 'list' ? holdsStrings(type.element) : type.kind === 'string';

/** In words, for messages: what an operation takes. */
export function describeInput(operation: Operation): string {
  const numbers = 'int32, int64, float, double, decimal, epoch_*';
  switch (OPERATION_RULES[operation].input) {
    case 'numeric':
      return `numbers (${numbers}) or lists of them`;
    case 'numericOrBoolean':
      return `numbers (${numbers}), booleans, or lists of them`;
    case 'vector':
      return `lists of numbers (list<double>, list<float>, …)`;
    case 'any':
      return 'every type but maps and lists of lists of strings';
    default:
      return 'every type but maps and lists of lists';
  }
}

/**
 * Type of an aggregation's column: S5's table, then `by` wraps it in a map.
 *
 * `columnType` gives the declared type of a column of the source; the aggregation has been checked.
 */
export function aggregationType(
  aggregation: AggregationSpec,
  columnType: (name: string) => DataType,
): DataType {
  const { operation, input, by } = aggregation;
  const rule = OPERATION_RULES[operation];
  const seen = input === undefined ? INT64 : seenType(operation, columnType(input));
  const value = rule.output(seen, aggregation);
  return by === undefined ? value : { kind: 'map', key: columnType(by), value };
}

/** A type as a message shows it, with what the operation sees of it. */
export function describeType(operation: Operation, column: DataType): string {
  const seen = seenType(operation, column);
  return seen === column
    ? formatType(column)
    : `${formatType(column)} (elements are ${formatType(seen)})`;
}
