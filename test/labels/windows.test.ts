import { ahead, average, count, events, groupBy, join, part, sum } from '@tessera/api';
import { features, table } from '@tessera/testing';
import { expect, test } from 'vitest';

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: { id: 'string', user: 'string', amount: 'double', bad: 'boolean', at: 'timestamp' },
  time: 'at',
  tieBreaker: 'id',
});
const refunds = events({
  name: 'refunds',
  path: 'refunds',
  columns: { payer: 'string', cents: 'int64', at: 'timestamp' },
  time: 'at',
});
const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user'],
  aggregations: [sum('amount', { windows: ['1d'] }), count()],
});
const parts = [part(spend)] as const;
const base = { name: 'asked', left: payments, parts } as const;

test('S2.7: an event at q counts, one at q + W does not, and a window beyond the data is null', async () => {
  const asked = join({
    ...base,
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
        g  |      | 4      | true  | 2025-01-02T01:00:00Z
        d  | u    | 4      | true  | 2025-01-03T10:00:00Z
        f  | v    | 4      | false | 2025-01-03T00:00:00.001Z
        h  | v    | 4      | true  | `,
    })
    .rows();
  expect(rows.map((row) => [row.id, row.label_bad_max_1d])).toEqual([
    // b is exactly at a + W.
    ['a', false],
    ['b', true],
    // d is 1 ms before c + W.
    ['c', true],
    // Its window ends with 2025-01-03, and so do the data.
    ['e', true],
    // A null key; after the data; no time.
    ['g', null],
    ['d', null],
    ['f', null],
    ['h', null],
  ]);
});

test('a window that is known and empty: a count is 0 or what `empty` says, all else is null (S5)', async () => {
  const label = { operation: 'count', windows: ['1d'], keys: ['user'], where: 'bad' } as const;
  const asked = join({
    ...base,
    labels: [
      ahead(label),
      ahead({ ...label, empty: 'null', as: 'rows' }),
      ahead('amount', { ...label, operation: 'sum' }),
      ahead({ ...label, by: 'user' }),
    ],
  });
  const rows = await features(asked)
    .given({
      payments: table`
        id | user | amount | bad   | at
        a  | u    | 1      | false | 2025-01-01T10:00:00Z
        b  | u    | 1      | false | 2025-01-02T20:00:00Z`,
    })
    .rows();
  const labels = rows.map((row) => [
    row.label_count_1d,
    row.label_rows_1d,
    row.label_amount_sum_1d,
    row.label_count_1d_by_user,
  ]);
  expect(labels).toEqual([
    [0, null, null, null],
    [null, null, null, null],
  ]);
});

test('two windows and sources beside features with a lag: each has its own end of data', async () => {
  const risk = groupBy({
    name: 'risk',
    source: payments,
    keys: ['user'],
    aggregations: [average('bad', { windows: ['7d'] })],
  });
  const asked = join({
    ...base,
    parts: [part(spend), part(risk, { lag: '1d' })],
    labels: [
      ahead('bad', { operation: 'max', windows: ['12h', '3d'], keys: ['user'] }),
      ahead('cents', {
        ...{ operation: 'sum', windows: ['2d'], source: refunds, keys: { user: 'payer' } },
      }),
    ],
  });
  const rows = await features(asked)
    .given({
      payments: table`
        id | user | amount | bad   | at
        a  | u    | 1      | true  | 2025-01-01T10:00:00Z
        b  | u    | 2      | false | 2025-01-02T10:00:00Z
        c  | u    | 4      | true  | 2025-01-04T09:59:59.999Z`,
      refunds: table`
        payer | cents | at
        u     | 5     | 2025-01-02T10:00:00Z
        u     | 7     | 2025-01-03T09:59:59Z
        v     | 9     | 2025-01-03T09:00:00Z`,
    })
    .rows();
  const shown = rows.map((row) => [
    row.spend_amount_sum_1d,
    row.risk_bad_average_7d,
    row.label_bad_max_12h,
    row.label_bad_max_3d,
    row.label_cents_sum_2d,
  ]);
  expect(shown).toEqual([
    [null, null, true, true, 12n],
    // Refunds end with 2025-01-03: b's two days do not.
    [1, null, false, null, null],
    // Half a day after c is inside 2025-01-04.
    [null, 0.5, true, null, null],
  ]);
});

test('asOf: data are known up to there, whatever days there are', async () => {
  const rowsUntil = async (asOf: string) => {
    const label = ahead('amount', { operation: 'sum', windows: ['1d'], keys: ['user'], asOf });
    const rows = await features(join({ ...base, labels: [label] }))
      .given({
        payments: table`
          id | user | amount | at
          a  | u    | 1      | 2025-01-01T10:00:00Z
          b  | u    | 2      | 2025-01-02T09:00:00Z
          c  | u    | 4      | 2025-01-03T09:00:00Z`,
      })
      .rows();
    return rows.map((row) => row.label_amount_sum_1d);
  };
  expect(await rowsUntil('2025-01-01')).toEqual([null, null, null]);
  expect(await rowsUntil('2025-01-02T09:59:59.999Z')).toEqual([null, null, null]);
  expect(await rowsUntil('2025-01-02T10:00:00Z')).toEqual([3, null, null]);
  expect(await rowsUntil('2025-01-02')).toEqual([3, null, null]);
  expect(await rowsUntil('2025-01-09')).toEqual([3, 2, 4]);
});

test('an hour that clocks skip is one as any other: days are UTC (S1.4)', async () => {
  const asked = join({
    ...base,
    labels: [ahead({ operation: 'count', windows: ['1d'], keys: ['user'] })],
  });
  const rows = await features(asked)
    .given({
      payments: table`
        id | user | at
        a  | u    | 2025-03-29T12:00:00Z
        b  | u    | 2025-03-30T11:59:59.999Z
        c  | u    | 2025-03-30T12:00:00Z
        d  | u    | 2025-03-31T12:00:00Z`,
    })
    .rows();
  expect(rows.map((row) => row.label_count_1d)).toEqual([2, 2, 1, null]);
});
