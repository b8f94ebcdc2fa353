import type { Operation } from '../spec.js';
import type { Aggregation, Input, OperationsByInput, phantom } from './aggregation-type.js';
import type { ColumnsOfSource, Offered, Source } from './definition-types.js';
import type { PercentileLabel } from './name-text.js';
import type {
  Bare,
  CarriedText,
  ColumnTexts,
  NumericText,
  ScalarText,
  WindowText,
} from './type-text.js';

/** `UNIQUE_COUNT` → `uniqueCount`. */
type BuilderName<Op extends string> = Op extends `${infer Word}_${infer Rest}`
  ? `${Lowercase<Word>}${Capitalize<BuilderName<Rest>>}`
  : Lowercase<Op>;

/** Operations by the name of their builder, as a label says them. */
export type LabelOperations = { readonly [Op in Operation as BuilderName<Op>]: Op };

type LabelText<Op extends Operation, K extends number, P extends readonly number[]> = Op extends
  | 'FIRST_K'
  | 'LAST_K'
  | 'TOP_K'
  | 'BOTTOM_K'
  ? `${Op extends `${infer Word}_K` ? Lowercase<Word> : never}${K}`
  : Op extends 'TOP_K_FREQUENT'
    ? `top${K}_frequent`
    : Op extends 'APPROX_PERCENTILE'
      ? PercentileLabel<P>
      : Lowercase<Op>;

type OrListOf<T extends string> = T | `list<${T}>`;

/** Types of a column that an operation takes; `operation-rules.ts` has it at run time. */
type InputText<Op extends Operation> = Op extends OperationsByInput['any' | 'anyWhole']
  ? CarriedText
  : Op extends OperationsByInput['numericOrBoolean']
    ? OrListOf<NumericText | 'boolean'>
    : Op extends OperationsByInput['scalar']
      ? OrListOf<ScalarText>
      : Op extends OperationsByInput['vector']
        ? `list<${NumericText}>`
        : OrListOf<NumericText>;

/** What an expression names and gives is looked at when it runs. */
type One<Name extends Input | undefined, Text> = Name extends string
  ? { readonly [N in Name]: Text }
  : unknown;

/** What the aggregation itself needs of the source that it is over. */
type OfSource<
  Op extends Operation,
  In extends Input | undefined,
  By extends string | undefined,
  Weight extends Input | undefined,
> = One<In, InputText<Op>> & One<By, ScalarText> & One<Weight, NumericText>;

type LeftKeys<Keys> = Keys extends readonly (infer Name extends string)[]
  ? Name
  : keyof Keys & string;
type RightKey<Keys, Left extends string> = Keys extends readonly string[]
  ? Left
  : Keys extends Readonly<Record<Left, infer Right extends string>>
    ? Right
    : never;

/** Names that the compiler does not know are checked at run time only. */
type Scalars<Name extends string> = string extends Name
  ? unknown
  : { readonly [N in Name]: ScalarText };
type RightKeys<Keys> = Keys extends readonly string[] ? Keys[number] : Keys[keyof Keys] & string;

/** The type of a source's column that a left column is held against. */
type KeyType<C extends ColumnTexts, Right extends string> = string extends Right
  ? ScalarText
  : Right extends keyof C
    ? Bare<C[Right]>
    : never;

/** What a left must have: all of it where the label is over the left itself, else the keys, of the source's types. */
type Needs<Wanted, Keys, S> = S extends Source
  ? Offered<ColumnsOfSource<S>> extends Wanted
    ? string extends LeftKeys<Keys>
      ? unknown
      : { readonly [L in LeftKeys<Keys>]: KeyType<ColumnsOfSource<S>, RightKey<Keys, L>> }
    : { readonly 'a column of the source that is not there, or of another type': never }
  : Wanted & Scalars<LeftKeys<Keys>> & Scalars<RightKeys<Keys>>;

/** A label as `ahead` returns it, with what it needs of a left; `join` resolves it to `LabelSpec`s. */
export interface LabelOn<Wanted = never> {
  readonly kind: 'ahead';
  readonly options: object;
  readonly [phantom]?: {
    readonly aggregation: Aggregation;
    /** `undefined`: those of the left. */
    readonly columns: ColumnTexts | undefined;
    /** A function, as `Part` has it. */
    readonly needs: (left: Wanted) => void;
  };
}

export interface Label<
  Name extends keyof LabelOperations = keyof LabelOperations,
  In extends Input | undefined = Input | undefined,
  W extends WindowText = WindowText,
  By extends string | undefined = string | undefined,
  As extends string | undefined = string | undefined,
  K extends number = number,
  P extends readonly number[] = readonly number[],
  Weight extends Input | undefined = Input | undefined,
  Keys = readonly string[],
  S extends Source | undefined = Source | undefined,
> extends LabelOn<Needs<OfSource<LabelOperations[Name], In, By, Weight>, Keys, S>> {
  readonly [phantom]?: {
    readonly aggregation: Aggregation<
      LabelOperations[Name],
      In,
      W,
      By,
      As,
      LabelText<LabelOperations[Name], K, P>
    >;
    readonly columns: S extends Source ? ColumnsOfSource<S> : undefined;
    readonly needs: (left: Needs<OfSource<LabelOperations[Name], In, By, Weight>, Keys, S>) => void;
  };
}
