import { average, count, events, groupBy, join, max, min, part, sum } from '@tessera/api';

/** Windows up to a quarter, with sawtooth tails: what a tile store can answer. */
export const WINDOWS = ['1d', '7d', '30d', '90d'] as const;

const columns = { row_id: 'int64', user_id: 'string', ts: 'timestamp' } as const;
const windows = [...WINDOWS];

const payments = events({
  name: 'payments',
  path: 'events',
  columns: { ...columns, amount: 'double' },
  time: 'ts',
});
const requests = events({ name: 'requests', path: 'left', columns, time: 'ts' });

const spend = groupBy({
  name: 'g',
  source: payments,
  keys: ['user_id'],
  aggregations: [
    count('amount', { windows }),
    sum('amount', { windows }),
    average('amount', { windows }),
    min('amount', { windows }),
    max('amount', { windows }),
  ],
});

export const ladderJoin = join({ name: 'ladder', left: requests, parts: [part(spend)] });
