import type { phantom } from './aggregation-type.js';
import type { GroupBy, Join, Part } from './definition-types.js';
import type {
  DerivedOf,
  DeriveOf,
  FeaturesOf,
  Kept,
  LeftOf,
  NamesOf,
  OnlyOf,
  PartsOf,
  Plain,
  ValueOf,
} from './feature-row.js';
import type {
  Bare,
  CalendarText,
  ColumnTexts,
  ColumnValue,
  DecimalText,
  EpochText,
} from './type-text.js';

/**
 * The row that is served of a join: the left columns that are keys or stand in `request`, then features and derived columns as
 * in `FeatureRow`; no labels. Of a groupBy by itself: its keys, features and derived columns.
 */
export type ServedRow<D extends Join | GroupBy> = {
  [C in AskedColumn<D> | ComputedOf<D> as NamesOf<C>]: ValueOf<C>;
};

/** What is asked for: the keys' values by left column (of a groupBy: by key); null is a null key. */
export type FetchKeys<D extends Join | GroupBy> = {
  readonly [K in keyof AskedTexts<D, 'keys'>]: KeyValue<AskedTexts<D, 'keys'>[K]> | null;
};

/** Values of the columns that stand in a join's `request`. */
export type FetchRequest<D extends Join | GroupBy> = {
  readonly [K in keyof AskedTexts<D, 'request'>]: KeyValue<AskedTexts<D, 'request'>[K]> | null;
};

/** Names of the columns that a join's requests bring; never where there is none. */
export type RequestNames<D extends Join | GroupBy> = D extends Join
  ? NonNullable<D[typeof phantom]>['request']
  : never;

/** What a caller may give for a value: what rows hold, safe integers for whole numbers, Date or epoch ms for instants. */
export type KeyValue<T extends string> = string extends T
  ? unknown
  : Bare<T> extends infer B
    ? B extends 'boolean'
      ? boolean
      : B extends 'int32' | 'float' | 'double'
        ? number
        : B extends 'int64' | EpochText
          ? bigint | number
          : B extends 'date'
            ? string | Date
            : B extends CalendarText
              ? string | Date | number
              : B extends DecimalText
                ? string | number
                : B extends 'string'
                  ? string
                  : unknown
    : never;

type TextsOf<D extends Join | GroupBy> = D extends Join
  ? LeftOf<D>
  : D extends GroupBy<string, infer C>
    ? C
    : never;

type KeyNames<D extends Join | GroupBy> = D extends Join
  ? KeysOfPart<PartsOf<D>[number]>
  : D extends GroupBy<string, ColumnTexts, infer K>
    ? K[number]
    : never;

type KeysOfPart<P> =
  P extends Part<infer _G, infer _Prefix, infer Needs> ? keyof Needs & string : never;

type AskedTexts<D extends Join | GroupBy, Which extends 'keys' | 'request'> = Pick<
  TextsOf<D>,
  (Which extends 'keys' ? KeyNames<D> : Exclude<RequestNames<D>, KeyNames<D>>) & keyof TextsOf<D>
>;

type AskedColumn<D extends Join | GroupBy> = {
  [K in (KeyNames<D> | RequestNames<D>) & keyof TextsOf<D> & string]: Plain<
    K,
    ColumnValue<TextsOf<D>[K]> | null
  >;
}[(KeyNames<D> | RequestNames<D>) & keyof TextsOf<D> & string];

type ComputedOf<D extends Join | GroupBy> = D extends Join
  ? Kept<FeaturesOf<PartsOf<D>[number]> | DerivedOf<DeriveOf<D>, undefined>, OnlyOf<D>>
  : D extends GroupBy
    ? FeaturesOf<Part<D, undefined, never>>
    : never;
