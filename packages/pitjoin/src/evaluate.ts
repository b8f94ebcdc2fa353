import { kurtosisOf, roundRational, skewOf, stddevOf, varianceOf } from '@tessera/algebra';
import type { Column } from '@tessera/columnar';
import { roundedSums } from './exact/read-sum.js';
import { asSafeIntegers } from './input/limbs.js';
import { divideByPowerOfTen } from './input/numbers.js';
import { approxUniqueCounts } from './kernels/approx-unique.js';
import { bestEntries } from './kernels/best.js';
import { ratesOfChange } from './kernels/change.js';
import { counts } from './kernels/counts.js';
import { diversities, histograms, topFrequent, uniqueCounts } from './kernels/distinct.js';
import { firstEntries, firstKEntries, lastEntries, lastKEntries } from './kernels/edges.js';
import { type MomentFormula, moments } from './kernels/moments.js';
import { percentiles } from './kernels/percentile.js';
import { overflowed } from './kernels/powers.js';
import { vectorResults } from './kernels/vectors.js';
import type { Ranges } from './order/ranges.js';
import {
  countColumn,
  histogramColumn,
  integerSumColumn,
  pickedColumn,
  pickedLists,
  wideSums,
} from './output.js';
import type { Prepared } from './prepared.js';
import { quotient } from './quotient.js';
import type { FeatureSpec, SweepProblem } from './sweep-spec.js';

/** What can go wrong in a row, told as it is found. */
export interface RowReport {
  readonly problem: (row: number, kind: SweepProblem['kind'], detail: string) => void;
  readonly tooManyDistinct: (row: number, distinct: number) => void;
}

const INT64 = { least: -(2n ** 63n), greatest: 2n ** 63n - 1n };
const DECIMAL38 = { least: 1n - 10n ** 38n, greatest: 10n ** 38n - 1n };

const FORMULAS: Readonly<
  Record<string, { readonly powers: 2 | 3 | 4; readonly formula: MomentFormula }>
> = {
  VARIANCE: { powers: 2, formula: (n, s) => varianceOf(n, s[0]!, s[1]!, 'population') },
  STDDEV: { powers: 2, formula: (n, s) => stddevOf(n, s[0]!, s[1]!, 'population') },
  VARIANCE_SAMPLE: { powers: 2, formula: (n, s) => varianceOf(n, s[0]!, s[1]!, 'sample') },
  STDDEV_SAMPLE: { powers: 2, formula: (n, s) => stddevOf(n, s[0]!, s[1]!, 'sample') },
  SKEW: { powers: 3, formula: (n, s) => skewOf(n, s[0]!, s[1]!, s[2]!) },
  KURTOSIS: { powers: 4, formula: (n, s) => kurtosisOf(n, s[0]!, s[1]!, s[2]!, s[3]!) },
};

/** Whether the doubles that a column is ordered by are its values. */
function holdsItself(column: Column): boolean {
  const { kind } = column;
  return kind === 'f64' || ((kind === 'i64' || kind === 'i128') && asSafeIntegers(column) !== null);
}

/**
 * One operation over N ranges of a lane: the switch from an operation's name to its kernel.
 *
 * Returns  N rows. Ranges that hold nothing are null, or 0 for counts (S5).
 */
export function evaluate(
  feature: FeatureSpec,
  prepared: Prepared,
  ranges: Ranges,
  report: RowReport,
): Column {
  const { lane } = prepared;
  const { operation } = feature;
  const one = (entries: Int32Array): Column =>
    // A lane's own values lie in the order in which they are read here. As of sums, integers are doubles where these hold them.
    holdsItself(lane.input!.column)
      ? pickedColumn({ kind: 'f64', values: lane.ordered() }, null, entries)
      : pickedColumn(lane.input!.column, lane.items, entries);
  const tied = (entries: Int32Array): Column =>
    pickedColumn(lane.input!.column, lane.tiedItems(), entries);

  switch (operation) {
    case 'COUNT':
      return countColumn(counts(ranges, lane.weights), feature.empty);
    case 'SUM':
      return sumColumn(prepared, ranges, report);
    case 'AVERAGE':
      return doubles(averages(prepared, ranges));
    case 'WEIGHTED_AVERAGE':
      return doubles(weightedAverages(prepared, ranges));
    case 'VARIANCE':
    case 'STDDEV':
    case 'VARIANCE_SAMPLE':
    case 'STDDEV_SAMPLE':
    case 'SKEW':
    case 'KURTOSIS': {
      const { powers, formula } = FORMULAS[operation]!;
      const sums = ([1, 2, 3, 4] as const).slice(0, powers).map(prepared.powerSum);
      return doubles(moments(sums, ranges, lane.weights, formula));
    }
    case 'MIN':
      return one(prepared.extremes(ranges, -1));
    case 'MAX':
      return one(prepared.extremes(ranges, 1));
    case 'FIRST':
      return tied(firstEntries(ranges));
    case 'LAST':
      return tied(lastEntries(ranges));
    case 'FIRST_K':
      return pickedLists(
        lane.input!.column,
        lane.tiedItems(),
        firstKEntries(ranges, given(feature, 'k')),
      );
    case 'LAST_K':
      return pickedLists(
        lane.input!.column,
        lane.tiedItems(),
        lastKEntries(ranges, given(feature, 'k')),
      );
    case 'TOP_K':
    case 'BOTTOM_K': {
      const which = operation === 'TOP_K' ? 'greatest' : 'least';
      const best = bestEntries(prepared.sorted(), ranges, given(feature, 'k'), which);
      return pickedLists(lane.input!.column, lane.items, best);
    }
    case 'UNIQUE_COUNT':
      return countColumn(uniqueCounts(prepared.codes(), ranges), feature.empty);
    case 'APPROX_UNIQUE_COUNT':
      return countColumn(approxUniqueCounts(prepared.slots(), ranges), feature.empty);
    case 'HISTOGRAM':
      return histogramColumn(lane, histograms(prepared.codes(), ranges));
    case 'TOP_K_FREQUENT': {
      const most = feature.maxDistinct ?? Infinity;
      const k = given(feature, 'k');
      const top = topFrequent(prepared.codes(), ranges, k, most, report.tooManyDistinct);
      return pickedLists(lane.input!.column, lane.items, top);
    }
    case 'DIVERSITY':
      return doubles(diversities(prepared.codes(), ranges));
    case 'APPROX_PERCENTILE':
      return percentileColumn(prepared, ranges, given(feature, 'percentiles'));
    case 'RATE_OF_CHANGE':
      return doubles(ratesOfChange(prepared.tiedDoubles(), ranges));
    case 'VECTOR_SUM':
    case 'VECTOR_AVERAGE':
      return vectorColumn(operation, prepared, ranges, report);
  }
}

function given<K extends 'k' | 'percentiles'>(
  feature: FeatureSpec,
  name: K,
): NonNullable<FeatureSpec[K]> {
  const value = feature[name];
  if (value === undefined)
    throw new TypeError(`${feature.name}: ${feature.operation} needs ${name}`);
  return value;
}

/** Values that are not finite are null (S5.7). */
function doubles(values: Float64Array): Column {
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]!) === Infinity) values[i] = Number.NaN;
  }
  return { kind: 'f64', values };
}

function sumColumn(prepared: Prepared, ranges: Ranges, report: RowReport): Column {
  const { type } = prepared.lane.input!;
  const rounded = prepared.sums(ranges);
  if (type.kind === 'float' || type.kind === 'double') return { kind: 'f64', values: rounded };
  const limit = type.kind === 'decimal' ? DECIMAL38 : INT64;
  return integerSumColumn(prepared.valueSum(), ranges, rounded, limit, (row, sum) =>
    report.problem(row, 'SUM_OVERFLOW', `the sum is ${sum}`),
  );
}

function averages(prepared: Prepared, ranges: Ranges): Float64Array {
  const { type } = prepared.lane.input!;
  const n = counts(ranges, prepared.lane.weights);
  const rounded = prepared.sums(ranges);
  if (type.kind !== 'decimal' || type.scale === 0) {
    return quotients(rounded, n);
  }
  const { scale } = type;
  const wide = wideSums(prepared.valueSum(), ranges, rounded);
  return rounded.map((sum, i) => {
    const exact = wide.get(i);
    const total =
      exact !== undefined
        ? roundRational(exact, 10n ** BigInt(scale))
        : Number.isNaN(sum)
          ? sum
          : divideByPowerOfTen(sum, scale);
    return quotient(total, n[i]!);
  });
}

function quotients(sums: Float64Array, counts: Float64Array): Float64Array {
  const out = new Float64Array(sums.length);
  for (let i = 0; i < sums.length; i++) out[i] = quotient(sums[i]!, counts[i]!);
  return out;
}

function weightedAverages(prepared: Prepared, ranges: Ranges): Float64Array {
  const { start, end } = ranges;
  const { sum, overflows } = prepared.weightedSum();
  const above = roundedSums(sum, ranges);
  const below = roundedSums(prepared.weightSum(), ranges);
  return above.map((total, i) =>
    overflowed(overflows, start[i]!, end[i]!) ? Number.NaN : quotient(total, below[i]!),
  );
}

function percentileColumn(prepared: Prepared, ranges: Ranges, ps: readonly number[]): Column {
  const child: Column = { kind: 'f64', values: percentiles(prepared.buckets(), ranges, ps) };
  if (ps.length === 1) return child;
  const n = ranges.start.length;
  const valid = new Uint8Array(n);
  const offsets = new Int32Array(n + 1);
  const values = new Float64Array(child.values.length);
  let to = 0;
  for (let i = 0; i < n; i++) {
    if (ranges.start[i]! < ranges.end[i]!) {
      valid[i] = 1;
      for (let p = 0; p < ps.length; p++) values[to++] = child.values[i * ps.length + p]!;
    }
    offsets[i + 1] = to;
  }
  return { kind: 'list', offsets, valid, child: { kind: 'f64', values: values.slice(0, to) } };
}

function vectorColumn(
  operation: 'VECTOR_SUM' | 'VECTOR_AVERAGE',
  prepared: Prepared,
  ranges: Ranges,
  report: RowReport,
): Column {
  const how = operation === 'VECTOR_SUM' ? 'sum' : 'average';
  const result = vectorResults(prepared.vectors(), ranges, how, (row, kind) =>
    report.problem(
      row,
      kind,
      kind === 'VECTOR_NULL'
        ? 'a vector in the window has a null element'
        : 'vectors in the window have different lengths',
    ),
  );
  const { offsets, valid, values } = result;
  return { kind: 'list', offsets, valid, child: { kind: 'f64', values } };
}
