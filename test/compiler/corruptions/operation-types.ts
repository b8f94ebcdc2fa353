import { takesWholeList } from '../../oracle/operations.js';
import type { AggregationSpec, DataType, Operation } from '../../oracle/types.js';

/** S5's table once more, by the words of its columns "input" and "output", and nothing of the product's. */

type Input = 'any' | 'scalar' | 'numeric' | 'numeric or boolean' | 'list of numeric';

const INPUTS: Readonly<Record<Operation, Input>> = {
  COUNT: 'any',
  SUM: 'numeric or boolean',
  AVERAGE: 'numeric or boolean',
  WEIGHTED_AVERAGE: 'numeric',
  VARIANCE: 'numeric',
  STDDEV: 'numeric',
  VARIANCE_SAMPLE: 'numeric',
  STDDEV_SAMPLE: 'numeric',
  SKEW: 'numeric',
  KURTOSIS: 'numeric',
  MIN: 'scalar',
  MAX: 'scalar',
  FIRST: 'any',
  LAST: 'any',
  FIRST_K: 'any',
  LAST_K: 'any',
  TOP_K: 'scalar',
  BOTTOM_K: 'scalar',
  UNIQUE_COUNT: 'scalar',
  APPROX_UNIQUE_COUNT: 'scalar',
  HISTOGRAM: 'scalar',
  TOP_K_FREQUENT: 'scalar',
  DIVERSITY: 'scalar',
  APPROX_PERCENTILE: 'numeric',
  RATE_OF_CHANGE: 'numeric',
  VECTOR_AVERAGE: 'list of numeric',
  VECTOR_SUM: 'list of numeric',
};

/** Numbers as a source declares them: an epoch is one, whatever it is a time of. */
export const isNumeric = ({ kind }: DataType): boolean =>
  ['int32', 'int64', 'float', 'double', 'decimal', 'epoch_ms', 'epoch_s', 'epoch_us'].includes(
    kind,
  );

const isScalar = ({ kind }: DataType): boolean => kind !== 'list' && kind !== 'map';

/** S5.6: what an operation sees of a column is the elements of a list, unless it takes the list. */
const seen = (operation: Operation, column: DataType): DataType =>
  column.kind === 'list' && !takesWholeList(operation) ? column.element : column;

/** Whether an operation has a meaning for a column of this type (S5). */
export function takes(operation: Operation, column: DataType): boolean {
  const type = seen(operation, column);
  switch (INPUTS[operation]) {
    case 'any':
      return true;
    case 'scalar':
      return isScalar(type);
    case 'numeric':
      return isNumeric(type);
    case 'numeric or boolean':
      return isNumeric(type) || type.kind === 'boolean';
    case 'list of numeric':
      return type.kind === 'list' && isNumeric(type.element);
  }
}

const INT64: DataType = { kind: 'int64' };
const DOUBLE: DataType = { kind: 'double' };
const listOf = (element: DataType): DataType => ({ kind: 'list', element });

/** Type of an aggregation's column before `by`; `input` is undefined for COUNT of rows (S5). */
export function gives(
  { operation, percentiles = [] }: AggregationSpec,
  input: DataType | undefined,
): DataType {
  if (input === undefined) return INT64;
  const type = seen(operation, input);
  switch (operation) {
    case 'COUNT':
    case 'UNIQUE_COUNT':
    case 'APPROX_UNIQUE_COUNT':
      return INT64;
    case 'SUM':
      if (type.kind === 'decimal') return { kind: 'decimal', precision: 38, scale: type.scale };
      return type.kind === 'float' || type.kind === 'double' ? DOUBLE : INT64;
    case 'MIN':
    case 'MAX':
    case 'FIRST':
    case 'LAST':
      return type;
    case 'FIRST_K':
    case 'LAST_K':
    case 'TOP_K':
    case 'BOTTOM_K':
    case 'TOP_K_FREQUENT':
      return listOf(type);
    case 'HISTOGRAM':
      return { kind: 'map', key: type, value: INT64 };
    case 'APPROX_PERCENTILE':
      return percentiles.length > 1 ? listOf(DOUBLE) : DOUBLE;
    case 'VECTOR_AVERAGE':
    case 'VECTOR_SUM':
      return listOf(DOUBLE);
    default:
      return DOUBLE;
  }
}
