import { average, count, events, groupBy, join, max, min, part, sum } from '@tessera/api';
import { type WindowedCase, windowedFeatures } from '../windowed.js';
import { standardCase } from './standard.js';

const columns = { row_id: 'int64', user_id: 'int64', ts: 'timestamp' } as const;

const payments = events({
  name: 'payments',
  path: 'events',
  columns: { ...columns, amount: 'decimal(18,2)' },
  time: 'ts',
});
const requests = events({ name: 'requests', path: 'left', columns, time: 'ts' });

const windows = ['1h', '7d', '30d'] as const;
const over = { windows: [...windows] };
const spend = groupBy({
  name: 'g',
  source: payments,
  keys: ['user_id'],
  tail: 'exact',
  aggregations: [
    count('amount', over),
    sum('amount', over),
    average('amount', over),
    min('amount', over),
    max('amount', over),
  ],
});

/** The standard case over decimals, by keys that are integers: sums are exact in everyone's arithmetic. */
export const standardTypedCase: WindowedCase = {
  ...standardCase,
  name: 'standard_typed',
  join: join({ name: 'standard_typed', left: requests, parts: [part(spend)] }),
  features: windowedFeatures({
    operations: standardCase.features
      .filter(({ window }) => window === windows[0])
      .map(({ input, operation }) => [input, operation] as const),
    windows,
    closeness: { sum: 'equal' },
  }),
  about: `${standardCase.about}; decimal(18,2) amounts, integer keys`,
};
