import type { Operation } from '../spec.js';
import type { Aggregation, Input, phantom } from './aggregation-type.js';
import type { GroupBy, Join, Part } from './definition-types.js';
import type { ComputedText, Derive, DerivedValue, InputExpression } from './derive-type.js';
import type { LabelOn } from './label-type.js';
import type { Collapsed, Sanitized } from './name-text.js';
import type { Bare, ColumnTexts, ColumnValue, Element, IntegerText, JsValue } from './type-text.js';

/**
 * The exact row of a join: its left columns, then every feature column by its name.
 *
 *   type Row = FeatureRow<typeof fraudV2>;   // { transaction_id: string | null; …; user_spend_amount_sum_7d: number | null; … }
 *
 * One mapped type over a union of column descriptions with key remapping: thousands of columns check in about a second, where
 * intersections would not. Features are always `| null`: a row with a null key has none (S4.2).
 */
export type FeatureRow<J extends Join> = {
  [D in
    | LeftColumn<LeftOf<J>>
    | Kept<FeaturesOf<PartsOf<J>[number]> | DerivedOf<DeriveOf<J>, undefined>, OnlyOf<J>>
    | LabelOf<LabelsOf<J>[number], LeftOf<J>> as NamesOf<D>]: ValueOf<D>;
};

export type LeftOf<J extends Join> = NonNullable<J[typeof phantom]>['left'];
export type PartsOf<J extends Join> = NonNullable<J[typeof phantom]>['parts'];

export type DeriveOf<J extends Join> = NonNullable<J[typeof phantom]>['derive'];
export type OnlyOf<J extends Join> = NonNullable<J[typeof phantom]>['only'];
type LabelsOf<J extends Join> = NonNullable<J[typeof phantom]>['labels'];

/** A label is a feature column whose groupBy is called `label`, over the left's columns where it has no source. */
type LabelOf<L, Left extends ColumnTexts> = L extends LabelOn
  ? Feature<
      'label',
      NonNullable<L[typeof phantom]>['columns'] extends infer C extends ColumnTexts ? C : Left,
      NonNullable<L[typeof phantom]>['aggregation']
    >
  : never;

export interface Plain<Name extends string, Value> {
  readonly name: Name;
  readonly value: Value;
}

/** `ds` is the partition, not a column of the row. */
type LeftColumn<C extends ColumnTexts> = {
  [K in keyof C & string]: K extends 'ds' ? never : Plain<K, ColumnValue<C[K]>>;
}[keyof C & string];

/** Of descriptions, the columns that `only` names; all where there is none. */
interface Only<D, Names extends string> {
  readonly of: D;
  readonly only: Names;
}
export type Kept<D, Names extends string> = string extends Names
  ? D
  : D extends unknown
    ? Only<D, Names>
    : never;

/** Derived columns of a join, or of a part where they have its base in front. */
export type DerivedOf<D extends Derive, B extends string | undefined> = string extends keyof D
  ? never
  : DerivedIn<D, B>;

type DerivedIn<D extends Derive, B extends string | undefined> = {
  [N in keyof D & string]: Plain<
    B extends string ? Collapsed<`${B}_${Sanitized<N>}`> : N,
    DerivedValue<D[N]>
  >;
}[keyof D & string];

interface Feature<Base extends string, C extends ColumnTexts, A> {
  readonly base: Base;
  readonly columns: C;
  readonly aggregation: A;
}

export type FeaturesOf<P> =
  P extends Part<infer G, infer Prefix, never>
    ? G extends GroupBy<infer Name, infer C, infer K, infer A, infer D, infer O>
      ? Kept<
          | (A extends readonly []
              ? PassedThrough<Base<Prefix, Name>, C, K[number]>
              : FeatureOf<Base<Prefix, Name>, C, A[number]>)
          | DerivedOf<D, Base<Prefix, Name>>,
          OnlyIn<O, Base<Prefix, Name>>
        >
      : never
    : never;

type OnlyIn<O extends string, B extends string> = string extends O
  ? string
  : Collapsed<`${B}_${Sanitized<O>}`>;

type Base<Prefix extends string | undefined, Name extends string> = Prefix extends string
  ? Sanitized<`${Prefix}_${Name}`>
  : Sanitized<Name>;

type FeatureOf<B extends string, C extends ColumnTexts, A> = A extends Aggregation
  ? Feature<B, C, A>
  : never;

type PassedThrough<B extends string, C extends ColumnTexts, K extends string> = {
  [N in Exclude<keyof C & string, K | 'ds'>]: Plain<
    Collapsed<`${B}_${Sanitized<N>}`>,
    JsValue<Bare<C[N]>> | null
  >;
}[Exclude<keyof C & string, K | 'ds'>];

export type NamesOf<D> =
  D extends Only<infer Of, infer Names>
    ? Extract<NamesOf<Of>, Names>
    : D extends Plain<infer Name, unknown>
      ? Name
      : D extends Feature<infer B, infer _C, infer A>
        ? A extends Aggregation<infer _Op, infer In, infer W, infer By, infer As, infer Label>
          ? Collapsed<`${B}_${Stem<In, As, Label>}${WindowSuffix<W>}${BucketSuffix<By>}`>
          : never
        : never;

type Stem<
  In extends Input | undefined,
  As extends string | undefined,
  Label extends string,
> = As extends string
  ? Sanitized<As>
  : In extends string
    ? `${Sanitized<In>}_${Sanitized<Label>}`
    : Sanitized<Label>;

type WindowSuffix<W> = W extends string ? `_${W}` : '';
type BucketSuffix<By> = By extends string ? `_by_${Sanitized<By>}` : '';

export type ValueOf<D> =
  D extends Only<infer Of, string>
    ? ValueOf<Of>
    : D extends Plain<string, infer Value>
      ? Value
      : D extends Feature<infer _B, infer C, infer A>
        ? A extends Aggregation<infer Op, infer In, infer _W, infer By, infer _As, infer Label>
          ? Bucketed<C, By, Op, Result<Op, InputText<C, In>, Label>> | null
          : never
        : never;

/** The declared type of what is aggregated; rows are counted where there is nothing. */
type InputText<C extends ColumnTexts, In> = In extends keyof C
  ? Bare<C[In]>
  : In extends InputExpression
    ? ComputedText<In>
    : 'int64';

/** Operations that give something whenever they met a value; the others may give null inside a bucket (S5.7). */
type NeverNull =
  | 'COUNT'
  | 'UNIQUE_COUNT'
  | 'APPROX_UNIQUE_COUNT'
  | 'MIN'
  | 'MAX'
  | 'FIRST'
  | 'LAST'
  | 'FIRST_K'
  | 'LAST_K'
  | 'TOP_K'
  | 'BOTTOM_K'
  | 'HISTOGRAM';

type Bucketed<
  C extends ColumnTexts,
  By extends string | undefined,
  Op extends Operation,
  Value,
> = By extends keyof C
  ? Map<JsValue<Bare<C[By]>>, Op extends NeverNull ? Value : Value | null>
  : Value;

/** S5's output types as JavaScript values; `T` is the declared type of the input. */
type Result<Op extends Operation, T extends string, Label extends string> = Op extends
  | 'COUNT'
  | 'UNIQUE_COUNT'
  | 'APPROX_UNIQUE_COUNT'
  ? number
  : Op extends 'SUM'
    ? SumValue<Element<T>>
    : Op extends 'MIN' | 'MAX'
      ? JsValue<Element<T>>
      : Op extends 'FIRST' | 'LAST'
        ? JsValue<T>
        : Op extends 'FIRST_K' | 'LAST_K'
          ? JsValue<T>[]
          : Op extends 'TOP_K' | 'BOTTOM_K' | 'TOP_K_FREQUENT'
            ? JsValue<Element<T>>[]
            : Op extends 'HISTOGRAM'
              ? Map<JsValue<Element<T>>, number>
              : Op extends 'VECTOR_AVERAGE' | 'VECTOR_SUM'
                ? number[]
                : Op extends 'APPROX_PERCENTILE'
                  ? PercentileValue<Label>
                  : number;

type SumValue<T extends string> = T extends IntegerText | 'boolean'
  ? bigint
  : T extends `decimal(${string}`
    ? string
    : number;

/** Several percentiles are a list; their label has several `p`. */
type PercentileValue<Label extends string> = string extends Label
  ? number | number[]
  : Label extends `p${string}_p${string}`
    ? number[]
    : number;
