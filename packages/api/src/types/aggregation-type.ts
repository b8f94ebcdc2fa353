import type { Expression } from '../expression/tree.js';
import type { Operation } from '../spec.js';
import type { Tail } from '../window.js';
import type {
  CarriedText,
  ColumnsOfType,
  ColumnTexts,
  IsOpen,
  NumericText,
  ScalarText,
  WindowText,
} from './type-text.js';

/** Holds what only the compiler knows; nothing is there at run time. */
export declare const phantom: unique symbol;

/**
 * One aggregation as its builder returns it: plain data, checked when a groupBy takes it. The type parameters are what row
 * types are made of: the operation, its input column, windows, bucket, name, label (`sum`, `last10`, `p50_p99`) and weight.
 */
export interface Aggregation<
  Op extends Operation = Operation,
  In extends string | undefined = string | undefined,
  W extends WindowText | null = WindowText | null,
  By extends string | undefined = string | undefined,
  As extends string | undefined = string | undefined,
  Label extends string = string,
  Weight extends string | undefined = string | undefined,
> {
  readonly operation: Op;
  readonly input?: In;
  readonly windows?: readonly W[];
  readonly by?: By;
  readonly as?: As;
  readonly where?: string | Expression;
  readonly tail?: Tail;
  readonly k?: number;
  readonly percentiles?: readonly number[];
  readonly maxDistinct?: number;
  readonly weight?: Weight;
  readonly [phantom]?: { readonly label: Label; readonly windows: W };
}

type On<
  C extends ColumnTexts,
  Op extends Operation,
  In extends string | undefined,
  Weight extends string | undefined = undefined,
> = Aggregation<
  Op,
  In,
  WindowText | null,
  ColumnsOfType<C, ScalarText> | undefined,
  string | undefined,
  string,
  Weight
>;

/** Operations by what they take, as `OPERATION_RULES` has it at run time. */
export interface OperationsByInput {
  readonly any: 'COUNT';
  readonly anyWhole: 'FIRST' | 'LAST' | 'FIRST_K' | 'LAST_K';
  readonly numericOrBoolean: 'SUM' | 'AVERAGE';
  readonly numeric:
    | 'VARIANCE'
    | 'STDDEV'
    | 'VARIANCE_SAMPLE'
    | 'STDDEV_SAMPLE'
    | 'SKEW'
    | 'KURTOSIS'
    | 'APPROX_PERCENTILE'
    | 'RATE_OF_CHANGE';
  readonly weighted: 'WEIGHTED_AVERAGE';
  readonly scalar:
    | 'MIN'
    | 'MAX'
    | 'TOP_K'
    | 'BOTTOM_K'
    | 'UNIQUE_COUNT'
    | 'APPROX_UNIQUE_COUNT'
    | 'HISTOGRAM'
    | 'TOP_K_FREQUENT'
    | 'DIVERSITY';
  readonly vector: 'VECTOR_AVERAGE' | 'VECTOR_SUM';
}

/** Every aggregation that a source with these columns can have. The compiler picks the member by its operation. */
export type AggregationOn<C extends ColumnTexts> = IsOpen<C> extends true ? Aggregation : Known<C>;

type Known<C extends ColumnTexts> =
  | On<C, OperationsByInput['any'], ColumnsOfType<C, CarriedText> | undefined>
  | On<C, OperationsByInput['anyWhole'], ColumnsOfType<C, CarriedText>>
  | On<
      C,
      OperationsByInput['numericOrBoolean'],
      ColumnsOfType<C, NumericText | 'boolean', 'elements'>
    >
  | On<C, OperationsByInput['numeric'], ColumnsOfType<C, NumericText, 'elements'>>
  | On<
      C,
      OperationsByInput['weighted'],
      ColumnsOfType<C, NumericText, 'elements'>,
      ColumnsOfType<C, NumericText>
    >
  | On<C, OperationsByInput['scalar'], ColumnsOfType<C, ScalarText, 'elements'>>
  | On<C, OperationsByInput['vector'], ColumnsOfType<C, `list<${NumericText}>`>>;
