import { ahead, count, events, groupBy, join, part, sum } from '@tessera/api';
import { features, table } from '@tessera/testing';
import { expect, test } from 'vitest';

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: { id: 'string', user: 'string', amount: 'double', bad: 'boolean', at: 'timestamp' },
  time: 'at',
  tieBreaker: 'id',
});
const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user'],
  aggregations: [sum('amount', { windows: ['1d'] }), count()],
});

test('S2.7: an event at q counts, one at q + W does not, and a window beyond the data is null', async () => {
  const asked = join({
    name: 'asked',
    left: payments,
    parts: [part(spend)],
    labels: [ahead('bad', { operation: 'max', windows: ['1d'], keys: ['user'] })],
  });
  const rows = await features(asked)
    .given({
      payments: table`
        id | user | amount | bad   | at
        a  | u    | 1      | false | 2025-01-01T10:00:00Z
        b  | u    | 2      | true  | 2025-01-02T10:00:00Z
        c  | u    | 3      | false | 2025-01-02T10:00:00.001Z
        e  | v    | 4      | true  | 2025-01-02T23:59:59.999Z
        d  | u    | 4      | true  | 2025-01-03T10:00:00Z
        f  | v    | 4      | false | 2025-01-03T00:00:00.001Z`,
    })
    .rows();
  expect(rows.map((row) => [row.id, row.label_bad_max_1d])).toEqual([
    ['a', false],
    ['b', true],
    ['c', true],
    ['e', true],
    ['d', null],
    ['f', null],
  ]);
});
