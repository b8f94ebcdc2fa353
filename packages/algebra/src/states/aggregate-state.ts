import { approxUniqueCountState } from './approx-unique-count.js';
import { countState } from './counts.js';
import { distinctState } from './distinct.js';
import { extremeState } from './extremes.js';
import { firstLastState } from './firsts-lasts.js';
import { momentState } from './moments.js';
import { percentileState } from './percentiles.js';
import { rateOfChangeState } from './rate-of-change.js';
import type { AggregateState, Operation, StateConfig } from './state.js';
import { sumState, weightedAverageState } from './sums.js';
import { topKState } from './top-k.js';
import { vectorState } from './vectors.js';

/**
 * The state of one operation (S5). Lists given to scalar operations are wrapped with `exploded`, buckets with `bucketed`.
 *
 * Throws   RangeError when the kind of the config is not one the operation takes.
 */
export function aggregateState(operation: Operation, config: StateConfig): AggregateState<unknown> {
  switch (operation) {
    case 'COUNT':
      return countState();
    case 'SUM':
    case 'AVERAGE':
      return sumState(operation, config);
    case 'WEIGHTED_AVERAGE':
      return weightedAverageState(config);
    case 'VARIANCE':
    case 'STDDEV':
    case 'VARIANCE_SAMPLE':
    case 'STDDEV_SAMPLE':
    case 'SKEW':
    case 'KURTOSIS':
      return momentState(operation, config);
    case 'MIN':
    case 'MAX':
      return extremeState(operation, config);
    case 'FIRST':
    case 'LAST':
    case 'FIRST_K':
    case 'LAST_K':
      return firstLastState(operation, config);
    case 'TOP_K':
    case 'BOTTOM_K':
      return topKState(operation, config);
    case 'UNIQUE_COUNT':
    case 'HISTOGRAM':
    case 'DIVERSITY':
    case 'TOP_K_FREQUENT':
      return distinctState(operation, config);
    case 'APPROX_UNIQUE_COUNT':
      return approxUniqueCountState(config);
    case 'APPROX_PERCENTILE':
      return percentileState(config);
    case 'RATE_OF_CHANGE':
      return rateOfChangeState(config);
    case 'VECTOR_AVERAGE':
    case 'VECTOR_SUM':
      return vectorState(operation, config);
  }
}
