import { exact, mul, round, roundRatio, sum } from './exact.js';
import { moment } from './moments.js';
import type { AggregationSpec, DataType, OutputValue, Value } from './types.js';
import { compareValues, countValues, decimalText, toDouble, unscaled } from './values.js';

/** One value that counts, already in the order of S5.4: (t, tie, value). */
export interface Contribution {
  readonly tMs: number;
  readonly tie: Value;
  readonly value: Value;
  /** WEIGHTED_AVERAGE only. */
  readonly weight: number;
}

/** An error that S-rules ask for, with the code the oracle gives it. */
export function oracleError(code: OracleErrorCode, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
export type OracleErrorCode =
  | 'SUM_OVERFLOW'
  | 'VECTOR_LENGTH'
  | 'VECTOR_NULL'
  | 'DUPLICATE_KEY'
  | 'MISSING_PARTITION';

const WHOLE_LIST = ['FIRST', 'LAST', 'FIRST_K', 'LAST_K', 'VECTOR_AVERAGE', 'VECTOR_SUM'];

/** S5.6: a list is one value for these, and exploded for every other operation. */
export function takesWholeList(operation: string): boolean {
  return WHOLE_LIST.includes(operation);
}

const COUNTS = ['COUNT', 'UNIQUE_COUNT', 'APPROX_UNIQUE_COUNT'];

/** S5: what an operation gives with nothing to aggregate. */
export function emptyResult(operation: string, empty: 'zero' | 'null'): number | null {
  return COUNTS.includes(operation) && empty === 'zero' ? 0 : null;
}

/**
 * Aggregate at least one contribution.
 *
 * Takes    `type`: of the values (the element's for an exploded list; undefined for COUNT of rows)
 * Throws   SUM_OVERFLOW, VECTOR_LENGTH, VECTOR_NULL
 */
export function fold(
  aggregation: AggregationSpec,
  type: DataType | undefined,
  contributions: readonly Contribution[],
): OutputValue {
  const { operation } = aggregation;
  const n = contributions.length;
  if (operation === 'COUNT') return n;
  if (type === undefined) throw new Error(`${operation} needs an input`);
  const values = contributions.map((c) => c.value);
  const doubles = (): number[] => values.map((v) => toDouble(type, v));
  const ascending = (): Value[] => [...values].sort((a, b) => compareValues(type, a, b));
  const k = aggregation.k ?? 0;

  switch (operation) {
    case 'SUM':
      return sumOf(type, values);
    case 'AVERAGE':
      return finite(sumAsDouble(type, values) / n);
    case 'WEIGHTED_AVERAGE':
      return weightedAverage(
        doubles(),
        contributions.map((c) => c.weight),
      );
    case 'VARIANCE':
    case 'STDDEV':
    case 'VARIANCE_SAMPLE':
    case 'STDDEV_SAMPLE':
    case 'SKEW':
    case 'KURTOSIS':
      return finite(moment(operation, doubles()));
    case 'MIN':
      return ascending()[0]!;
    case 'MAX':
      return ascending().at(-1)!;
    case 'FIRST':
      return values[0]!;
    case 'LAST':
      return values.at(-1)!;
    case 'FIRST_K':
      return values.slice(0, k);
    case 'LAST_K':
      return values.toReversed().slice(0, k);
    case 'TOP_K':
      return ascending().reverse().slice(0, k);
    case 'BOTTOM_K':
      return ascending().slice(0, k);
    case 'UNIQUE_COUNT':
    case 'APPROX_UNIQUE_COUNT':
      return countValues(type, values).length;
    case 'HISTOGRAM':
      return new Map(countValues(type, values).map(({ value, count }) => [value, count]));
    case 'TOP_K_FREQUENT': {
      const counted = countValues(type, values);
      if (counted.length > (aggregation.maxDistinct ?? Number.POSITIVE_INFINITY)) return null;
      // The sort is stable, and countValues ascends: equal counts stay in value order.
      return counted
        .sort((a, b) => b.count - a.count)
        .slice(0, k)
        .map(({ value }) => value);
    }
    case 'DIVERSITY':
      return diversity(
        countValues(type, values).map(({ count }) => count),
        n,
      );
    case 'APPROX_PERCENTILE': {
      const sorted = doubles().sort((a, b) => a - b);
      const at = (aggregation.percentiles ?? []).map((p) => sorted[rank(p, n)]!);
      return at.length === 1 ? at[0]! : at;
    }
    case 'RATE_OF_CHANGE': {
      const xs = doubles();
      if (n < 2 || xs[0] === 0) return null;
      return finite((xs.at(-1)! - xs[0]!) / Math.abs(xs[0]!));
    }
    case 'VECTOR_SUM':
    case 'VECTOR_AVERAGE':
      return vector(operation === 'VECTOR_SUM' ? 1 : n, type, values as Value[][]);
  }
}

/** S5.7; a result is never -0. */
function finite(x: number | null): number | null {
  return x === null || !Number.isFinite(x) ? null : x + 0;
}

function sumOf(type: DataType, values: readonly Value[]): Value {
  switch (type.kind) {
    case 'float':
    case 'double':
      return finite(sumAsDouble(type, values));
    case 'decimal': {
      const total = values.reduce<bigint>((s, v) => s + unscaled(String(v), type.scale), 0n);
      if (total >= 10n ** 38n || total <= -(10n ** 38n)) {
        throw oracleError('SUM_OVERFLOW', `${total} needs more than 38 digits`);
      }
      return decimalText(total, type.scale);
    }
    default: {
      const total = wholeSum(values);
      if (BigInt.asIntN(64, total) !== total) {
        throw oracleError('SUM_OVERFLOW', `${total} is beyond int64`);
      }
      return total;
    }
  }
}

function wholeSum(values: readonly Value[]): bigint {
  return values.reduce((s: bigint, v) => s + BigInt(v as number | bigint | boolean), 0n);
}

/** The exact sum, rounded once. */
function sumAsDouble(type: DataType, values: readonly Value[]): number {
  switch (type.kind) {
    case 'float':
    case 'double':
      return round(sum(values.map((v) => exact(v as number))));
    case 'decimal': {
      const total = values.reduce<bigint>((s, v) => s + unscaled(String(v), type.scale), 0n);
      return roundRatio(total, 10n ** BigInt(type.scale));
    }
    default:
      return roundRatio(wholeSum(values), 1n);
  }
}

function weightedAverage(xs: readonly number[], ws: readonly number[]): number | null {
  const products = xs.map((x, i) => mul(exact(x), exact(ws[i]!)));
  if (products.some((p) => !Number.isFinite(round(p)))) return null;
  const top = round(sum(products));
  return finite(top / round(sum(ws.map(exact))));
}

function diversity(counts: number[], n: number): number {
  let entropy = 0;
  for (const c of counts.sort((a, b) => a - b)) entropy += -(c / n) * Math.log(c / n);
  return entropy + 0;
}

/** floor(p / 100 · (n - 1)), without the rounding of p / 100. */
function rank(p: number, n: number): number {
  const [whole = '0', fraction = ''] = String(p).split('.');
  const scaled = BigInt(whole + fraction) * BigInt(n - 1);
  return Number(scaled / (100n * 10n ** BigInt(fraction.length)));
}

function vector(divisor: number, type: DataType, lists: readonly Value[][]): OutputValue {
  if (type.kind !== 'list') throw new Error('a vector operation needs a list');
  const { element } = type;
  const length = lists[0]!.length;
  for (const list of lists) {
    if (list.length !== length) throw oracleError('VECTOR_LENGTH', `${list.length} and ${length}`);
    if (list.includes(null)) throw oracleError('VECTOR_NULL', 'null in a vector');
  }
  return Array.from({ length }, (_, i) => {
    const column = lists.map((list) => exact(toDouble(element, list[i]!)));
    return finite(round(sum(column)) / divisor);
  });
}
