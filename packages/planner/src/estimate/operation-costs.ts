import type { Operation } from '@tessera/api';
import type { FeaturePlan } from '../plan.js';

/** Nanoseconds of a feature per event of its scan and per left row, beyond what its windows cost. */
export interface OperationCosts {
  readonly eventNanos: number;
  readonly leftNanos: number;
}

const costs = (eventNanos: number, leftNanos: number): OperationCosts => ({
  eventNanos,
  leftNanos,
});

const SUMMED = costs(2, 30);
const MOMENTS = costs(15, 150);
const EXTREME = costs(2.5, 30);
const EDGE = costs(2, 20);
const EDGES = costs(8, 300);
const BEST = costs(15, 250);
const DISTINCT = costs(40, 60);
const ENTRIES = costs(20, 400);

const OF: Readonly<Record<Operation, OperationCosts>> = {
  COUNT: costs(0, 10),
  SUM: SUMMED,
  AVERAGE: SUMMED,
  WEIGHTED_AVERAGE: costs(15, 40),
  VARIANCE: MOMENTS,
  STDDEV: MOMENTS,
  VARIANCE_SAMPLE: MOMENTS,
  STDDEV_SAMPLE: MOMENTS,
  SKEW: costs(600, 600),
  KURTOSIS: costs(600, 600),
  MIN: EXTREME,
  MAX: EXTREME,
  FIRST: EDGE,
  LAST: EDGE,
  FIRST_K: EDGES,
  LAST_K: EDGES,
  TOP_K: BEST,
  BOTTOM_K: BEST,
  UNIQUE_COUNT: DISTINCT,
  APPROX_UNIQUE_COUNT: costs(80, 200),
  HISTOGRAM: ENTRIES,
  TOP_K_FREQUENT: costs(250, 600),
  DIVERSITY: costs(15, 60),
  APPROX_PERCENTILE: costs(150, 1000),
  RATE_OF_CHANGE: costs(6, 40),
  VECTOR_AVERAGE: costs(150, 800),
  VECTOR_SUM: costs(150, 800),
};

/** A map of results holds one of each bucket that a window has. */
const BY_BUCKET = costs(300, 2500);

export function operationCosts({ operation, by }: FeaturePlan): OperationCosts {
  const own = OF[operation];
  if (by === undefined) return own;
  return costs(own.eventNanos + BY_BUCKET.eventNanos, own.leftNanos + BY_BUCKET.leftNanos);
}
