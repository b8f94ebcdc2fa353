import {
  ahead,
  average,
  call,
  col,
  count,
  events,
  expr,
  type FeatureRow,
  groupBy,
  join,
  last,
  part,
  sum,
  topK,
  uniqueCount,
  vectorSum,
  weightedAverage,
} from '@tessera/api';
import { expectTypeOf, test } from 'vitest';

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: { user: 'string', amount: 'double', units: 'int64', country: 'string', at: 'timestamp' },
  time: 'at',
});
const base = { name: 'g', source: payments, keys: ['user'] } as const;

test('rows know what expressions give', () => {
  const g = groupBy({
    ...base,
    aggregations: [
      sum(expr('amount * 2'), { windows: ['7d'], as: 'spent' }),
      sum(col('amount').times(2), { as: 'all' }),
      sum(expr('units + 1', 'int64'), { as: 'units' }),
      sum(expr('amount > 2', 'boolean'), { as: 'large', by: 'country' }),
      last(expr('upper(country)', 'string'), { as: 'last_country' }),
      topK(expr(col('units'), 'int64'), { k: 2, as: 'top' }),
      count(expr('nullif(amount, 0)'), { as: 'paid' }),
      weightedAverage('amount', { weight: expr('units + 1') }),
    ],
  });
  const made = join({
    name: 'j',
    left: payments,
    parts: [part(g)],
    labels: [
      ahead(expr('units * 2', 'int64'), {
        ...{ operation: 'sum', windows: ['7d'], keys: ['user'], as: 'next' },
      }),
    ],
  });
  type Row = FeatureRow<typeof made>;
  expectTypeOf<Row['g_spent_7d']>().toEqualTypeOf<number | null>();
  expectTypeOf<Row['g_all']>().toEqualTypeOf<number | null>();
  expectTypeOf<Row['g_units']>().toEqualTypeOf<bigint | null>();
  expectTypeOf<Row['g_large_by_country']>().toEqualTypeOf<Map<string, bigint | null> | null>();
  expectTypeOf<Row['g_last_country']>().toEqualTypeOf<string | null>();
  expectTypeOf<Row['g_top']>().toEqualTypeOf<bigint[] | null>();
  expectTypeOf<Row['g_paid']>().toEqualTypeOf<number | null>();
  expectTypeOf<Row['g_amount_weighted_average']>().toEqualTypeOf<number | null>();
  expectTypeOf<Row['label_next_7d']>().toEqualTypeOf<bigint | null>();
});

test('what does not compile', () => {
  // @ts-expect-error an expression needs a name
  groupBy({ ...base, aggregations: [sum(expr('amount * 2'))] });
  // @ts-expect-error so does one in TypeScript
  groupBy({ ...base, aggregations: [sum(col('amount').times(2), { windows: ['7d'] })] });
  // @ts-expect-error strings have no sum
  groupBy({ ...base, aggregations: [sum(expr('upper(country)', 'string'), { as: 'x' })] });
  // @ts-expect-error a double is no vector
  groupBy({ ...base, aggregations: [vectorSum(expr('amount'), { as: 'x' })] });
  // @ts-expect-error a string is no weight
  groupBy({ ...base, aggregations: [weightedAverage('amount', { weight: expr('a', 'string') })] });
  // @ts-expect-error not a type
  expr('amount', 'money');
  // @ts-expect-error text is the name of a column
  groupBy({ ...base, aggregations: [average('amount * 2', { as: 'x' })] });
  groupBy({ ...base, aggregations: [uniqueCount(call('year', col('at')), { as: 'years' })] });
});
