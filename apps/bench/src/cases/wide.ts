import * as api from '@tessera/api';
import { type OperationName, WEIGHT, type WindowedCase, windowedFeatures } from '../windowed.js';

const columns = { row_id: 'int64', user_id: 'string', ts: 'timestamp' } as const;

const payments = api.events({
  name: 'payments',
  path: 'events',
  columns: { ...columns, amount: 'double', quantity: 'int32', channel: 'string' },
  time: 'ts',
});
const requests = api.events({ name: 'requests', path: 'left', columns, time: 'ts' });

const windows = ['1h', '1d', '7d', '14d', '30d'] as const;
const over = { windows: [...windows] };
const wide = api.groupBy({
  name: 'g',
  source: payments,
  keys: ['user_id'],
  tail: 'exact',
  aggregations: [
    api.count('amount', over),
    api.sum('amount', over),
    api.average('amount', over),
    api.min('amount', over),
    api.max('amount', over),
    api.variance('amount', over),
    api.stddev('amount', over),
    api.varianceSample('amount', over),
    api.stddevSample('amount', over),
    api.weightedAverage('amount', { ...over, weight: WEIGHT }),
    api.first('amount', over),
    api.last('amount', over),
    api.firstK('amount', { ...over, k: 3 }),
    api.lastK('amount', { ...over, k: 3 }),
    api.topK('amount', { ...over, k: 3 }),
    api.bottomK('amount', { ...over, k: 3 }),
    api.rateOfChange('amount', over),
    api.uniqueCount('channel', over),
    api.histogram('channel', over),
    api.diversity('channel', over),
  ],
});

const OF_AMOUNT: readonly OperationName[] = [
  ...(['count', 'sum', 'average', 'min', 'max', 'variance', 'stddev'] as const),
  ...(['variance_sample', 'stddev_sample', 'weighted_average', 'first', 'last'] as const),
  ...(['first3', 'last3', 'top3', 'bottom3', 'rate_of_change'] as const),
];
const OF_CHANNEL: readonly OperationName[] = ['unique_count', 'histogram', 'diversity'];

/**
 * The operations for which DuckDB's SQL has an equal. Not among them: SKEW and KURTOSIS (its own are formed from rounded
 * sums of powers and agree in no digit where values are nearly equal), TOP_K_FREQUENT and the APPROX ones (its own are other
 * approximations), VECTOR ones (it has none).
 */
export const wideCase: WindowedCase = {
  name: 'wide',
  join: api.join({ name: 'wide', left: requests, parts: [api.part(wide)] }),
  features: windowedFeatures({
    operations: [
      ...OF_AMOUNT.map((operation) => ['amount', operation] as const),
      ...OF_CHANNEL.map((operation) => ['channel', operation] as const),
    ],
    windows,
  }),
  windows,
  inputs: ['amount', WEIGHT, 'channel'],
  scanned: 'max',
  about: `100 features: ${OF_AMOUNT.join(', ')} of amounts, ${OF_CHANNEL.join(', ')} of channels over ${windows.join(', ')}; exact tails`,
};
