import type { Expression } from '../expression/tree.js';
import type { Operation } from '../spec.js';
import type { Tail } from '../window.js';
import type { InputExpression, InputOfType } from './derive-type.js';
import type {
  CarriedText,
  ColumnsOfType,
  ColumnTexts,
  IsOpen,
  NumericText,
  ScalarText,
  TypeText,
  WindowText,
} from './type-text.js';

/** Holds what only the compiler knows; nothing is there at run time. */
export declare const phantom: unique symbol;

/** What is aggregated: a column by its name, or an expression over the source's columns. */
export type Input = string | InputExpression;

/**
 * One aggregation as its builder returns it: plain data, checked when a groupBy takes it. The type parameters are what row
 * types are made of: the operation, its input (a column's name or an expression), windows, bucket, name, label (`sum`, `last10`, `p50_p99`) and weight.
 */
export interface Aggregation<
  Op extends Operation = Operation,
  In extends Input | undefined = Input | undefined,
  W extends WindowText | null = WindowText | null,
  By extends string | undefined = string | undefined,
  As extends string | undefined = string | undefined,
  Label extends string = string,
  Weight extends Input | undefined = Input | undefined,
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
  readonly [phantom]?: { readonly label: Label; readonly windows: W; readonly as: As };
}

type On<
  C extends ColumnTexts,
  Op extends Operation,
  In extends Input | undefined,
  Weight extends Input | undefined = undefined,
  As extends string | undefined = string | undefined,
> = Aggregation<
  Op,
  In,
  WindowText | null,
  ColumnsOfType<C, ScalarText> | undefined,
  As,
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

/** An aggregation of an expression, which has no name of its own: it needs `as`. */
type OnComputed<
  C extends ColumnTexts,
  Op extends Operation,
  Accepted extends TypeText,
  Weight extends Input | undefined = undefined,
> = On<C, Op, InputOfType<Accepted>, Weight, string>;

type OrListOf<T extends string> = T | `list<${T}>`;

type Weights<C extends ColumnTexts> = ColumnsOfType<C, NumericText> | InputOfType<NumericText>;

type Known<C extends ColumnTexts> =
  | OnColumn<C>
  | OnComputed<C, OperationsByInput['any' | 'anyWhole'], CarriedText>
  | OnComputed<C, OperationsByInput['numericOrBoolean'], OrListOf<NumericText | 'boolean'>>
  | OnComputed<C, OperationsByInput['numeric'], OrListOf<NumericText>>
  | OnComputed<C, OperationsByInput['weighted'], OrListOf<NumericText>, Weights<C>>
  | OnComputed<C, OperationsByInput['scalar'], OrListOf<ScalarText>>
  | OnComputed<C, OperationsByInput['vector'], `list<${NumericText}>`>;

type OnColumn<C extends ColumnTexts> =
  | On<C, OperationsByInput['any'], ColumnsOfType<C, CarriedText> | undefined>
  | On<C, OperationsByInput['anyWhole'], ColumnsOfType<C, CarriedText>>
  | On<
      C,
      OperationsByInput['numericOrBoolean'],
      ColumnsOfType<C, NumericText | 'boolean', 'elements'>
    >
  | On<C, OperationsByInput['numeric'], ColumnsOfType<C, NumericText, 'elements'>>
  | On<C, OperationsByInput['weighted'], ColumnsOfType<C, NumericText, 'elements'>, Weights<C>>
  | On<C, OperationsByInput['scalar'], ColumnsOfType<C, ScalarText, 'elements'>>
  | On<C, OperationsByInput['vector'], ColumnsOfType<C, `list<${NumericText}>`>>;
