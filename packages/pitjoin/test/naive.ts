import {
  averageOf,
  canonicalExpansion,
  entropyOf,
  HLL_RANKS,
  HLL_REGISTERS,
  hllEstimate,
  hllSlotOfInt,
  hllSlotOfNumber,
  kurtosisOf,
  percentileBucket,
  percentilesOf,
  powerTerm,
  productTerm,
  rateOfChange,
  roundExpansion,
  roundRational,
  skewOf,
  stddevOf,
  varianceOf,
} from '@tessera/algebra';
import type { DataType } from '@tessera/api';
import type { Batch } from '@tessera/columnar';
import type { FeatureSpec, SweepInput } from '../src/index.js';
import { cleaned, compareValues, type Value, valueAt } from './values.js';

/** What one event offers to one feature. */
interface Seen {
  readonly timeMs: number;
  readonly tie: Value;
  readonly value: Value;
  readonly weight: Value;
  readonly bucket: Value;
}

const WHOLE = ['FIRST', 'LAST', 'FIRST_K', 'LAST_K', 'VECTOR_SUM', 'VECTOR_AVERAGE'];
const ZERO = ['COUNT', 'UNIQUE_COUNT', 'APPROX_UNIQUE_COUNT'];
const DAY = 86_400_000;

/** S2, S4 and S5 read literally: every left row looks at every event. Faults are the text of the problem's kind. */
export function naiveSweep(input: SweepInput): Record<string, (Value | string)[]> {
  const { left, events } = input;
  const out: Record<string, (Value | string)[]> = {};
  for (const feature of input.features) {
    out[feature.name] = Array.from({ length: left.rows }, (_, row) =>
      naiveFeature(
        feature,
        events,
        numberAt(left, 'code', row),
        numberAt(left, feature.query, row),
      ),
    );
  }
  return out;
}

function naiveFeature(
  feature: FeatureSpec,
  events: Batch,
  code: number,
  queryMs: number,
): Value | string {
  if (code < 0 || Number.isNaN(queryMs)) return null;
  const seen: Seen[] = [];
  for (let row = 0; row < events.rows; row++) {
    if (numberAt(events, 'code', row) !== code) continue;
    const timeMs = numberAt(events, 'timeMs', row);
    if (!(timeMs < queryMs && timeMs >= naiveStart(feature, queryMs))) continue;
    if (feature.where !== undefined && numberAt(events, feature.where, row) !== 1) continue;
    const weight = feature.weight === undefined ? 0 : read(events, feature.weight, DOUBLE, row);
    const bucket =
      feature.by === undefined ? 0 : read(events, feature.by.lane, feature.by.type, row);
    if (weight === null || bucket === null) continue;
    const tie = events.columns.tie === undefined ? null : valueAt(events.columns.tie, INT64, row);
    const whole = feature.input === null ? 0 : read(events, feature.input, feature.inputType!, row);
    const values =
      feature.inputType?.kind === 'list' && !WHOLE.includes(feature.operation)
        ? ((whole ?? []) as Value[])
        : [whole];
    for (const value of values) {
      if (value !== null) seen.push({ timeMs, tie, value, weight, bucket });
    }
  }
  if (feature.by === undefined) return naiveOperation(feature, seen);
  const buckets = [...new Map(seen.map((s) => [s.bucket, s.bucket])).values()].sort(compareValues);
  if (buckets.length === 0) return null;
  return buckets.map((bucket) => [
    bucket,
    naiveOperation(
      feature,
      seen.filter((s) => s.bucket === bucket),
    ) as Value,
  ]);
}

function naiveStart({ windowMs, tail }: FeatureSpec, queryMs: number): number {
  if (windowMs === null) return -Infinity;
  if (tail === 'exact') return queryMs - windowMs;
  const hop = windowMs >= 12 * DAY ? DAY : windowMs >= DAY / 2 ? DAY / 24 : DAY / 288;
  return Number(BigInt(queryMs - windowMs) - mod(BigInt(queryMs - windowMs), BigInt(hop)));
}

function mod(a: bigint, b: bigint): bigint {
  return ((a % b) + b) % b;
}

const DOUBLE: DataType = { kind: 'double' };
const INT64: DataType = { kind: 'int64' };

function read(batch: Batch, lane: string, type: DataType, row: number): Value {
  // Strings of APPROX_UNIQUE_COUNT arrive as slots: numbers, whatever the type says.
  return cleaned(valueAt(batch.columns[lane]!, type, row));
}

function numberAt(batch: Batch, lane: string, row: number): number {
  const column = batch.columns[lane]!;
  if (column.kind !== 'code' && column.kind !== 'f64') throw new TypeError(lane);
  return column.values[row]!;
}

function naiveOperation(feature: FeatureSpec, seen: readonly Seen[]): Value | string {
  const n = seen.length;
  const { operation } = feature;
  if (n === 0) return ZERO.includes(operation) && feature.empty === 'zero' ? 0n : null;
  const scalar =
    feature.inputType?.kind === 'list' && !WHOLE.includes(operation)
      ? feature.inputType.element
      : (feature.inputType ?? INT64);
  const values = seen.map((s) => s.value);
  const inTime = [...seen]
    .sort(
      (a, b) =>
        a.timeMs - b.timeMs || compareValues(a.tie, b.tie) || compareValues(a.value, b.value),
    )
    .map((s) => s.value);
  const ascending = [...values].sort(compareValues);
  const tally = [...new Map(ascending.map((v) => [v, v])).values()].map(
    (v) => [v, ascending.filter((o) => o === v).length] as const,
  );
  const double = (v: Value) => toDouble(v, scalar);
  const doubles = () => values.map(double);
  const k = feature.k ?? 0;
  switch (operation) {
    case 'COUNT':
      return BigInt(n);
    case 'SUM':
      return naiveSum(values, scalar);
    case 'AVERAGE': {
      const sum = naiveSum(values, scalar, true);
      if (sum === null) return null;
      return finite((typeof sum === 'number' ? sum : toDouble(sum as bigint, scalar)) / n);
    }
    case 'WEIGHTED_AVERAGE': {
      const above = termSum(seen, (s, out) =>
        productTerm(double(s.value), s.weight as number, out),
      );
      if (above === null) return null;
      const below = roundExpansion(seen.map((s) => s.weight as number));
      return finite(roundExpansion(above) / below);
    }
    case 'VARIANCE':
    case 'STDDEV':
    case 'VARIANCE_SAMPLE':
    case 'STDDEV_SAMPLE':
    case 'SKEW':
    case 'KURTOSIS': {
      const power = (p: 1 | 2 | 3 | 4) => termSum(doubles(), (x, out) => powerTerm(x, p, out));
      const most = operation === 'SKEW' ? 3 : operation === 'KURTOSIS' ? 4 : 2;
      const sums = ([1, 2, 3, 4] as const).slice(0, most).map(power);
      if (sums.includes(null)) return null;
      const [a, b, c, d] = sums as number[][];
      if (operation === 'SKEW') return finite(skewOf(n, a!, b!, c!));
      if (operation === 'KURTOSIS') return finite(kurtosisOf(n, a!, b!, c!, d!));
      const divisor = operation.endsWith('SAMPLE') ? 'sample' : 'population';
      return finite((operation.startsWith('VAR') ? varianceOf : stddevOf)(n, a!, b!, divisor));
    }
    case 'MIN':
      return ascending[0]!;
    case 'MAX':
      return ascending[n - 1]!;
    case 'FIRST':
      return inTime[0]!;
    case 'LAST':
      return inTime[n - 1]!;
    case 'FIRST_K':
      return inTime.slice(0, k);
    case 'LAST_K':
      return inTime.reverse().slice(0, k);
    case 'TOP_K':
      return ascending.reverse().slice(0, k);
    case 'BOTTOM_K':
      return ascending.slice(0, k);
    case 'UNIQUE_COUNT':
      return BigInt(tally.length);
    case 'APPROX_UNIQUE_COUNT':
      return naiveApproxUnique(values, scalar);
    case 'HISTOGRAM':
      return tally.map(([v, count]) => [v, BigInt(count)]);
    case 'TOP_K_FREQUENT':
      if (tally.length > (feature.maxDistinct ?? Infinity)) return null;
      return [...tally]
        .sort((a, b) => b[1] - a[1] || compareValues(a[0], b[0]))
        .slice(0, k)
        .map(([v]) => v);
    case 'DIVERSITY':
      return entropyOf(
        tally.map(([, count]) => count).sort((a, b) => a - b),
        n,
      );
    case 'APPROX_PERCENTILE': {
      const buckets = doubles()
        .map(percentileBucket)
        .sort((a, b) => a - b);
      const found = percentilesOf(
        buckets,
        buckets.map(() => 1),
        n,
        feature.percentiles!,
      );
      return found.length === 1 ? found[0]! : found;
    }
    case 'RATE_OF_CHANGE':
      return finite(rateOfChange(double(inTime[0]!), double(inTime[n - 1]!), n));
    case 'VECTOR_SUM':
    case 'VECTOR_AVERAGE': {
      const vectors = values as (readonly Value[])[];
      if (vectors.some((v) => v.includes(null))) return 'VECTOR_NULL';
      if (vectors.some((v) => v.length !== vectors[0]!.length)) return 'VECTOR_LENGTH';
      const element = feature.inputType?.kind === 'list' ? feature.inputType.element : DOUBLE;
      return vectors[0]!.map((_, d) => {
        const sum = roundExpansion(vectors.map((v) => toDouble(v[d]!, element)));
        return finite(operation === 'VECTOR_SUM' ? sum : sum / n);
      });
    }
  }
}

function naiveSum(values: readonly Value[], type: DataType, wide = false): Value | string {
  if (type.kind === 'float' || type.kind === 'double') {
    return finite(averageOf(1, canonicalExpansion(values as number[])));
  }
  const sum = (values as bigint[]).reduce((a, b) => a + b, 0n);
  const limit = type.kind === 'decimal' ? 10n ** 38n - 1n : 2n ** 63n - 1n;
  const least = type.kind === 'decimal' ? -limit : -limit - 1n;
  return !wide && (sum > limit || sum < least) ? 'SUM_OVERFLOW' : sum;
}

/** All terms in one list; null when one overflows. */
function termSum<T>(
  items: readonly T[],
  term: (item: T, out: Float64Array) => boolean,
): number[] | null {
  const all: number[] = [];
  for (const item of items) {
    const pair = new Float64Array(2);
    if (!term(item, pair)) return null;
    all.push(pair[0]!, pair[1]!);
  }
  return canonicalExpansion(all);
}

function naiveApproxUnique(values: readonly Value[], type: DataType): bigint {
  const registers = new Array<number>(HLL_REGISTERS).fill(0);
  for (const value of values) {
    const slot =
      type.kind === 'string'
        ? (value as number)
        : typeof value === 'bigint'
          ? hllSlotOfInt(value)
          : hllSlotOfNumber(value as number);
    registers[slot >> 6] = Math.max(registers[slot >> 6]!, slot & 63);
  }
  const ranks = new Array<number>(HLL_RANKS).fill(0);
  for (const rank of registers) ranks[rank]!++;
  return BigInt(hllEstimate(ranks));
}

function toDouble(value: Value, type: DataType): number {
  if (typeof value === 'number') return value;
  const scale = type.kind === 'decimal' ? type.scale : 0;
  return roundRational(value as bigint, 10n ** BigInt(scale));
}

function finite(x: number): Value {
  // -0 is no value of ours (S4.4).
  return Number.isFinite(x) ? x + 0 : null;
}
