import { average, count, events, groupBy, join, max, min, part, sum } from '@tessera/api';

/** The standard case: five operations over three windows, exact tails, because the windows of SQL are exact. */
export const WINDOWS = ['1h', '7d', '30d'] as const;
export const OPERATIONS = ['count', 'sum', 'average', 'min', 'max'] as const;

export interface Feature {
  /** The column of our result, and of every baseline's. */
  readonly name: string;
  readonly operation: (typeof OPERATIONS)[number];
  readonly window: (typeof WINDOWS)[number];
}

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

export const standardJoin = join({ name: 'standard', left: requests, parts: [part(spend)] });

/** The 15 features, in the order of our columns. */
export const FEATURES: readonly Feature[] = OPERATIONS.flatMap((operation) =>
  WINDOWS.map((window) => ({ name: `g_amount_${operation}_${window}`, operation, window })),
);
