import type { Expression } from '../expression/tree.js';
import type { Operation } from '../spec.js';
import type { Aggregation, Input } from '../types/aggregation-type.js';
import type { PercentileLabel } from '../types/name-text.js';
import type { WindowText } from '../types/type-text.js';
import type { Tail } from '../window.js';

/**
 * One function per operation of S5. Each returns plain data and never throws: a groupBy checks what it is given, so that all
 * its problems are told together.
 */

export interface AggregationOptions<
  W extends WindowText | null,
  By extends string | undefined,
  As extends string | undefined,
> {
  /** Lengths of time; null beside others is unbounded. Default: unbounded (S2.4). */
  readonly windows?: readonly W[];
  /** Only rows for which this is true count (S5.6). */
  readonly where?: string | Expression;
  /** One result per value of this column, as a map (S5.6). */
  readonly by?: By;
  /** Instead of `{input}_{operation}` in the column's name. */
  readonly as?: As;
  /** Instead of the groupBy's. */
  readonly tail?: Tail;
}

/** The `NoInfer`s keep a default a default: without, an absent option would be read off the place the result goes to. */
type Made<
  Op extends Operation,
  In extends Input | undefined,
  W extends WindowText | null,
  By extends string | undefined,
  As extends string | undefined,
  Label extends string,
  Weight extends Input | undefined = undefined,
> = Aggregation<Op, In, NoInfer<W>, NoInfer<By>, NoInfer<As>, Label, Weight>;

/**
 * `sum('amount', { windows: ['7d'] })`, and alike for every operation that takes a column and no arguments. In the place of a
 * column's name, an expression: `sum(expr('amount * rate'), { as: 'spent' })`.
 */
export type ColumnOperation<Op extends Operation> = <
  const In extends Input,
  const W extends WindowText | null = null,
  const By extends string | undefined = undefined,
  const As extends string | undefined = undefined,
>(
  input: In,
  options?: AggregationOptions<W, By, As>,
) => Made<Op, In, W, By, As, Lowercase<Op>>;

function columnOperation<const Op extends Operation>(operation: Op): ColumnOperation<Op> {
  return (input, options) => built(operation, input, options);
}

/** Options come first where no column is named, and no expression looks like them. */
export function isOptions(first: unknown): first is object {
  return (
    typeof first === 'object' &&
    first !== null &&
    !Array.isArray(first) &&
    !('op' in first) &&
    !('expression' in first)
  );
}

/** What an aggregation holds beside its user's options. */
export const OWN_OPTIONS: readonly string[] = ['operation', 'input'];

/**
 * Options as they can be spread beside `own`, what a builder writes. What would be lost by that is kept under `options`, for the
 * groupBy to refuse: what stands in their place and has none, and options that are called as what the builder writes.
 */
export function kept(given: unknown, own = OWN_OPTIONS): { readonly options?: unknown } {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { options: given };
  const entries = Object.entries(given);
  const lost = entries.filter(([option]) => own.includes(option));
  if (lost.length === 0) return { ...given };
  const rest = entries.filter(([option]) => !own.includes(option));
  return { ...Object.fromEntries(rest), options: Object.fromEntries(lost) };
}

/** Whatever stands where a column or options should is kept, for the groupBy to refuse. */
function built<const Op extends Operation, In, Options extends object>(
  operation: Op,
  first: In,
  second: Options | undefined,
): Options & { readonly operation: Op; readonly input?: In } {
  const isColumn = first !== undefined && !isOptions(first);
  // Options are whatever its user gave; the groupBy tells what is wrong with them.
  const options = { ...(!isColumn && kept(first)), ...kept(second) } as Options;
  return { ...options, operation, ...(isColumn && { input: first }) };
}

/** Rows that have a value in the column, or all rows when there is none. 0, not null, when there were none. */
export function count<
  const W extends WindowText | null = null,
  const By extends string | undefined = undefined,
  const As extends string | undefined = undefined,
>(options?: AggregationOptions<W, By, As>): Made<'COUNT', undefined, W, By, As, 'count'>;
export function count<
  const In extends Input,
  const W extends WindowText | null = null,
  const By extends string | undefined = undefined,
  const As extends string | undefined = undefined,
>(input: In, options?: AggregationOptions<W, By, As>): Made<'COUNT', In, W, By, As, 'count'>;
export function count(first?: Input | object, second?: object): Aggregation<'COUNT'> {
  // Options that come first are told from a column by looking at them.
  return built('COUNT', first as Input | undefined, second);
}

/** Exact sum: integers and booleans give int64, floats double, decimals decimal(38,s). */
export const sum = columnOperation('SUM');
/** The rounded sum divided by how many. */
export const average = columnOperation('AVERAGE');
/** Population variance (divides by n). */
export const variance = columnOperation('VARIANCE');
/** Population standard deviation. */
export const stddev = columnOperation('STDDEV');
/** Sample variance (divides by n - 1; null below two values). */
export const varianceSample = columnOperation('VARIANCE_SAMPLE');
/** Sample standard deviation. */
export const stddevSample = columnOperation('STDDEV_SAMPLE');
/** Population skewness; null below three values or where all are equal. */
export const skew = columnOperation('SKEW');
/** Excess kurtosis; null below four values or where all are equal. */
export const kurtosis = columnOperation('KURTOSIS');
export const min = columnOperation('MIN');
export const max = columnOperation('MAX');
/** The earliest value that is not null. */
export const first = columnOperation('FIRST');
/** The latest value that is not null. */
export const last = columnOperation('LAST');
/** How many different values, exactly. */
export const uniqueCount = columnOperation('UNIQUE_COUNT');
/** How many different values, from a fixed-size sketch. */
export const approxUniqueCount = columnOperation('APPROX_UNIQUE_COUNT');
/** Value → how often. */
export const histogram = columnOperation('HISTOGRAM');
/** Shannon entropy of the values, in nats. */
export const diversity = columnOperation('DIVERSITY');
/** (last - first) / |first|; null where first is 0 or there are fewer than two values. */
export const rateOfChange = columnOperation('RATE_OF_CHANGE');
/** Element by element, over lists of one length. */
export const vectorAverage = columnOperation('VECTOR_AVERAGE');
/** Element by element, over lists of one length. */
export const vectorSum = columnOperation('VECTOR_SUM');

/** Σwx / Σw. */
export function weightedAverage<
  const In extends Input,
  const Weight extends Input,
  const W extends WindowText | null = null,
  const By extends string | undefined = undefined,
  const As extends string | undefined = undefined,
>(
  input: In,
  options: AggregationOptions<W, By, As> & { readonly weight: Weight },
): Made<'WEIGHTED_AVERAGE', In, W, By, As, 'weighted_average', Weight> {
  return built('WEIGHTED_AVERAGE', input, options);
}

/** `lastK('device_id', { k: 3 })`, and alike. */
export type KOperation<Op extends Operation, Before extends string, After extends string = ''> = <
  const In extends Input,
  const K extends number,
  const W extends WindowText | null = null,
  const By extends string | undefined = undefined,
  const As extends string | undefined = undefined,
>(
  input: In,
  options: AggregationOptions<W, By, As> & { readonly k: K },
) => Made<Op, In, W, By, As, `${Before}${NoInfer<K>}${After}`>;

/** The k earliest values, oldest first. */
export const firstK: KOperation<'FIRST_K', 'first'> = (input, options) =>
  built('FIRST_K', input, options);
/** The k latest values, newest first. */
export const lastK: KOperation<'LAST_K', 'last'> = (input, options) =>
  built('LAST_K', input, options);
/** The k greatest values, greatest first, duplicates kept. */
export const topK: KOperation<'TOP_K', 'top'> = (input, options) => built('TOP_K', input, options);
/** The k least values, least first, duplicates kept. */
export const bottomK: KOperation<'BOTTOM_K', 'bottom'> = (input, options) =>
  built('BOTTOM_K', input, options);

/** Above this many different values in a window, `topKFrequent` is null unless told otherwise. */
export const DEFAULT_MAX_DISTINCT = 100_000;

/** The k most frequent values; ties by value. Null above `maxDistinct` different values. */
export function topKFrequent<
  const In extends Input,
  const K extends number,
  const W extends WindowText | null = null,
  const By extends string | undefined = undefined,
  const As extends string | undefined = undefined,
>(
  input: In,
  options: AggregationOptions<W, By, As> & { readonly k: K; readonly maxDistinct?: number },
): Made<'TOP_K_FREQUENT', In, W, By, As, `top${NoInfer<K>}_frequent`> {
  return built('TOP_K_FREQUENT', input, options);
}

/** Percentiles (0-100) within 1 %: one gives a number, several a list in the order asked. */
export function approxPercentile<
  const In extends Input,
  const P extends readonly number[],
  const W extends WindowText | null = null,
  const By extends string | undefined = undefined,
  const As extends string | undefined = undefined,
>(
  input: In,
  options: AggregationOptions<W, By, As> & { readonly percentiles: P },
): Made<'APPROX_PERCENTILE', In, W, By, As, PercentileLabel<NoInfer<P>>> {
  return built('APPROX_PERCENTILE', input, options);
}
