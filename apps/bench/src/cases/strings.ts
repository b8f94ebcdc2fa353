import { count, events, groupBy, join, last, max, min, part, uniqueCount } from '@tessera/api';
import { type OperationName, type WindowedCase, windowedFeatures } from '../windowed.js';

const columns = { row_id: 'int64', user_id: 'string', ts: 'timestamp' } as const;

const payments = events({
  name: 'payments',
  path: 'events',
  columns: { ...columns, merchant: 'string' },
  time: 'ts',
});
const requests = events({ name: 'requests', path: 'left', columns, time: 'ts' });

const windows = ['1h', '7d', '30d'] as const;
const over = { windows: [...windows] };
const visits = groupBy({
  name: 'g',
  source: payments,
  keys: ['user_id'],
  tail: 'exact',
  aggregations: [
    count('merchant', over),
    min('merchant', over),
    max('merchant', over),
    last('merchant', over),
    uniqueCount('merchant', over),
  ],
});

const NAMES: readonly OperationName[] = ['count', 'min', 'max', 'last', 'unique_count'];

/** Text keys and text values. */
export const stringsCase: WindowedCase = {
  name: 'strings',
  join: join({ name: 'strings', left: requests, parts: [part(visits)] }),
  features: windowedFeatures({
    operations: NAMES.map((operation) => ['merchant', operation] as const),
    windows,
  }),
  windows,
  inputs: ['merchant'],
  scanned: 'max',
  about: `15 features of text: ${NAMES.join(', ')} over ${windows.join(', ')}; exact tails`,
};
