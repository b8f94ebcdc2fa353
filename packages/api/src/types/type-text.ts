/** The text forms of types, for the TypeScript compiler; `data-type.ts` reads the same at run time. */

export type EpochText = 'epoch_ms' | 'epoch_s' | 'epoch_us';
export type IntegerText = 'int32' | 'int64' | EpochText;
export type CalendarText = 'date' | 'timestamp' | 'timestamptz' | 'timestamp_ns';
export type DecimalText = `decimal(${number},${number})` | `decimal(${number}, ${number})`;
export type NumericText = IntegerText | 'float' | 'double' | DecimalText;
export type ScalarText = NumericText | 'boolean' | 'string' | CalendarText;
export type TimeText = CalendarText | EpochText;
export type TypeText = ScalarText | `list<${string}>` | `map<${string},${string}>`;

/** What a groupBy can read: no maps, and strings at most one list deep. */
export type CarriedText =
  | ScalarText
  | `list<${ScalarText}>`
  | `list<list<${Exclude<ScalarText, 'string'>}>>`;

/** What a column is declared as; `!` = never null. */
export type ColumnTypeText = TypeText | `${TypeText}!`;
export type ColumnTexts = Readonly<Record<string, ColumnTypeText>>;

/** A window literal: `'30m'`, `'1h'`, `'7d'`. */
export type WindowText = `${number}m` | `${number}h` | `${number}d`;

/** The type without its `!`. */
export type Bare<T extends string> = T extends `${infer B}!` ? B : T;

type Trim<T extends string> = T extends ` ${infer Rest}`
  ? Trim<Rest>
  : T extends `${infer Rest} `
    ? Trim<Rest>
    : T;

/** What a scalar operation sees of a type: the elements of a list (S5.6). */
export type Element<T extends string> = T extends `list<${infer E}>` ? Trim<E> : T;

/** A map's key type ends at the first comma, except that a decimal has one itself. */
type MapValue<Inner extends string> = Inner extends `decimal(${string},${string}),${infer V}`
  ? Map<string, JsValue<Trim<V>> | null>
  : Inner extends `${infer K},${infer V}`
    ? Map<JsValue<Trim<K>>, JsValue<Trim<V>> | null>
    : never;

/**
 * The JavaScript value of a type: int64 and epochs are bigint; decimals, dates and timestamps text (`YYYY-MM-DD`, ISO UTC).
 */
export type JsValue<T extends string> = string extends T
  ? unknown
  : T extends 'boolean'
    ? boolean
    : T extends 'int32' | 'float' | 'double'
      ? number
      : T extends 'int64' | EpochText
        ? bigint
        : T extends 'string' | CalendarText | `decimal(${string}`
          ? string
          : T extends `list<${infer E}>`
            ? (JsValue<Trim<E>> | null)[]
            : T extends `map<${infer Inner}>`
              ? MapValue<Inner>
              : never;

/** The value of a declared column: null unless it was written with `!`. */
export type ColumnValue<T extends string> = T extends `${infer B}!`
  ? JsValue<B>
  : JsValue<T> | null;

/**
 * True for columns that the compiler does not know one by one (`Record<string, 'double'>`: definitions made by a program).
 * They are checked at run time only.
 */
export type IsOpen<C extends ColumnTexts> = string extends keyof C ? true : false;

/** Names of the columns whose type, seen as `Element` where `Seen` says so, is one of `Accepted`. */
export type ColumnsOfType<
  C extends ColumnTexts,
  Accepted extends string,
  Seen extends 'whole' | 'elements' = 'whole',
> =
  IsOpen<C> extends true
    ? string
    : {
        [K in keyof C & string]: (
          Seen extends 'whole'
            ? Bare<C[K]>
            : Element<Bare<C[K]>>
        ) extends Accepted
          ? K
          : never;
      }[keyof C & string];
