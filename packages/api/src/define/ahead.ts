import type { Expression } from '../expression/tree.js';
import type { Input } from '../types/aggregation-type.js';
import type { Events } from '../types/definition-types.js';
import type { Label, LabelOperations } from '../types/label-type.js';
import type { ColumnTexts, WindowText } from '../types/type-text.js';
import { isOptions, kept } from './aggregations.js';

/** What only some operations take, as their builders do. */
interface Arguments<K, P, Weight> {
  readonly k?: K;
  readonly percentiles?: P;
  readonly weight?: Weight;
  readonly maxDistinct?: number;
}

export interface AheadOptions<
  Name extends keyof LabelOperations,
  W extends WindowText,
  By extends string | undefined,
  As extends string | undefined,
> {
  /** As its builder is called: `'max'`, `'uniqueCount'`. */
  readonly operation: Name;
  /** How far ahead: an event at `q` counts, one at `q + window` does not. Never unbounded. */
  readonly windows: readonly W[];
  /** Only rows for which this is true count (S5.6). */
  readonly where?: string | Expression;
  /** One result per value of this column, as a map (S5.6). */
  readonly by?: By;
  /** Instead of `{input}_{operation}` in the column's name. */
  readonly as?: As;
  /** What counts of nothing are where the window is known (S5). Default zero. */
  readonly empty?: 'zero' | 'null';
  /** The source's events are known up to this ISO instant, or to the end of this day. Default: the end of its data. */
  readonly asOf?: string;
}

/** Left columns; where the source calls them otherwise, left column → column of the source. */
type KeysOption = readonly string[] | Readonly<Record<string, string>>;

type AnyEvents = Events<string, ColumnTexts>;

/** As for aggregations: without the `NoInfer`s an absent option would be read off the place the result goes to. */
type Made<
  Name extends keyof LabelOperations,
  In extends Input | undefined,
  W extends WindowText,
  By extends string | undefined,
  As extends string | undefined,
  K extends number,
  P extends readonly number[],
  Weight extends Input | undefined,
  Keys,
  S extends AnyEvents | undefined,
> = Label<
  NoInfer<Name>,
  NoInfer<In>,
  NoInfer<W>,
  NoInfer<By>,
  NoInfer<As>,
  NoInfer<K>,
  NoInfer<P>,
  NoInfer<Weight>,
  NoInfer<Keys>,
  NoInfer<S>
>;

/**
 * A label: what happened after the left row's time, `q <= t < q + window` (S2.7).
 *
 *   labels: [ahead('is_fraud', { operation: 'max', windows: ['30d'], keys: ['user_id'] })]
 *
 * It aggregates a column of the join's left, or an expression over them, or of other events given as `source`; without one,
 * `count` counts rows.
 * A window that ends after the source's data gives null.
 *
 * Returns  plain data that `join` checks and resolves; never throws.
 */
export function ahead<
  const In extends Input,
  const Name extends keyof LabelOperations,
  const W extends WindowText,
  const Keys extends KeysOption,
  const By extends string | undefined = undefined,
  const As extends string | undefined = undefined,
  const K extends number = never,
  const P extends readonly number[] = never,
  const Weight extends Input | undefined = undefined,
  S extends AnyEvents | undefined = undefined,
>(
  input: In,
  options: AheadOptions<Name, W, By, As> &
    Arguments<K, P, Weight> & { readonly keys: Keys; readonly source?: S },
): Made<Name, In, W, By, As, K, P, Weight, Keys, S>;
export function ahead<
  const W extends WindowText,
  const Keys extends KeysOption,
  const By extends string | undefined = undefined,
  const As extends string | undefined = undefined,
  S extends AnyEvents | undefined = undefined,
>(
  options: AheadOptions<'count', W, By, As> & { readonly keys: Keys; readonly source?: S },
): Made<'count', undefined, W, By, As, never, never, undefined, Keys, S>;
export function ahead(
  first: Input | object,
  second?: object,
): { readonly kind: 'ahead'; readonly options: object } {
  // Whatever stands where a column should is kept, for the join to refuse.
  const own = ['input'];
  const options = isOptions(first)
    ? { ...kept(first, own), ...kept(second, own) }
    : { ...kept(second, own), input: first };
  return { kind: 'ahead', options };
}
