import { average, count, events, groupBy, join, max, min, part, sum } from '@tessera/api';
import { type OperationName, type WindowedCase, windowedFeatures } from '../windowed.js';

const WINDOWS = ['1h', '7d', '30d'] as const;
const NAMES = ['count', 'sum', 'average', 'min', 'max'] as const satisfies OperationName[];

const columns = { row_id: 'int64', user_id: 'string', ts: 'timestamp' } as const;

const payments = events({
  name: 'payments',
  path: 'events',
  columns: { ...columns, amount: 'double' },
  time: 'ts',
});
const requests = events({ name: 'requests', path: 'left', columns, time: 'ts' });

const windows = [...WINDOWS];
const spend = groupBy({
  name: 'g',
  source: payments,
  keys: ['user_id'],
  tail: 'exact',
  aggregations: [
    count('amount', { windows }),
    sum('amount', { windows }),
    average('amount', { windows }),
    min('amount', { windows }),
    max('amount', { windows }),
  ],
});

/** Five operations over three windows, exact tails, because the windows of SQL are exact. */
export const standardCase: WindowedCase = {
  name: 'standard',
  join: join({ name: 'standard', left: requests, parts: [part(spend)] }),
  features: windowedFeatures({
    operations: NAMES.map((operation) => ['amount', operation] as const),
    windows,
  }),
  windows,
  inputs: ['amount'],
  about: `15 features: ${NAMES.join(', ')} over ${WINDOWS.join(', ')}; exact tails`,
};
