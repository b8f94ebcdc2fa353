import type { Cell } from './cells.js';
import type { Random } from './prng.js';
import {
  bucketColumn,
  type Draft,
  drawPredicate,
  inputColumn,
  weightColumn,
} from './random-source.js';
import type { AggregationSpec, Operation } from './types.js';

/** Every hop class, both sides of each limit (S2.2), and windows that are no multiple of their hop. */
const WINDOWS = [
  '5m',
  '7m',
  '10m',
  '59m',
  '1h',
  '90m',
  '6h',
  '11h',
  '719m',
  '12h',
  '1d',
  '25h',
  '3d',
  '7d',
  '11d',
  '287h',
  '12d',
  '30d',
  '40d',
];

const WITH_K: readonly Operation[] = ['FIRST_K', 'LAST_K', 'TOP_K', 'BOTTOM_K', 'TOP_K_FREQUENT'];

/** One aggregation that falls into the cell, with the arguments its operation needs and options now and then. */
export function drawAggregation(
  draft: Draft,
  cell: Cell,
  groupByTail: 'sawtooth' | 'exact',
  r: Random,
): AggregationSpec {
  const { operation, type, tail } = cell;
  const vector = operation === 'VECTOR_AVERAGE' || operation === 'VECTOR_SUM';
  const input =
    type === null
      ? undefined
      : inputColumn(
          draft,
          type,
          { sumSafe: operation === 'SUM', ...(vector ? { vectorLength: r.between(1, 4) } : {}) },
          r,
        );
  const ownTail = tail === 'unbounded' ? groupByTail : tail;
  return {
    operation,
    ...(input === undefined ? {} : { input }),
    windows: drawWindows(tail, r),
    ...(WITH_K.includes(operation) ? { k: r.pick([1, 2, 3, 10]) } : {}),
    ...(operation === 'APPROX_PERCENTILE'
      ? { percentiles: r.pick([[50], [50, 99], [0, 100], [25, 75], [90]]) }
      : {}),
    ...(operation === 'TOP_K_FREQUENT' && r.chance(0.3) ? { maxDistinct: r.between(1, 4) } : {}),
    ...(operation === 'WEIGHTED_AVERAGE' ? { weight: weightColumn(draft, r) } : {}),
    ...(r.chance(0.15) ? { where: drawPredicate(draft, r) } : {}),
    ...(r.chance(0.15) ? { by: bucketColumn(draft, r) } : {}),
    ...(ownTail !== groupByTail || r.chance(0.2) ? { tail: ownTail } : {}),
  };
}

function drawWindows(tail: Cell['tail'], r: Random): (string | null)[] {
  if (tail === 'unbounded') return r.chance(0.8) ? [null] : [null, r.pick(WINDOWS)];
  const pool = tail === 'exact' ? [...WINDOWS, '1m', '3m'] : WINDOWS;
  return [...new Set(Array.from({ length: r.pick([1, 1, 2, 3]) }, () => r.pick(pool)))];
}
