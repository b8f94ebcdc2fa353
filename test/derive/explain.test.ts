import { join as joinPath } from 'node:path';
import {
  ahead,
  computedColumns,
  count,
  events,
  groupBy,
  type JoinSpec,
  join,
  last,
  lastK,
  max,
  part,
  sum,
} from '@tessera/api';
import { explainDerived, explainValue, isDerived, trainSet } from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { datasetRows, newFolder, parquet } from '../files/workspace.js';

/** Cells of a join with derived columns, over a source that computes columns: as they were published. */

const lake = newFolder();

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: { id: 'int64', user: 'string', amount: 'double', ok: 'boolean', at: 'timestamp' },
  time: 'at',
  tieBreaker: 'id',
  select: {
    large: { expression: 'ln(amount) > 1', type: 'boolean' },
    sound: { expression: 'large AND ok', type: 'boolean' },
    who: { expression: "upper(user) || '!'", type: 'string' },
  },
  where: 'exp(amount) > 1',
});
const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['who'],
  aggregations: [
    sum('amount', { windows: ['1d', '2d'] }),
    count({ where: 'sound AND cbrt(amount) < 2', as: 'sound' }),
    max('large'),
    last('who'),
  ],
  derive: { slope: 'amount_sum_1d / amount_sum_2d' },
});
const labels = [ahead('sound', { operation: 'max', windows: ['1d'], keys: ['who'] })] as const;
const whole = join({
  name: 'whole',
  left: payments,
  parts: [part(spend)],
  derive: { share: 'amount / spend_amount_sum_2d', twice: 'share * 2 + spend_slope' },
  labels,
});
const few = join({
  name: 'few',
  left: payments,
  parts: [part(spend)],
  derive: { share: 'amount / spend_amount_sum_2d' },
  only: ['share'],
  labels,
});

beforeAll(async () => {
  for (const [day, ds] of ['2025-01-01', '2025-01-02', '2025-01-03'].entries())
    await parquet(
      joinPath(lake, `payments/ds=${ds}/a.parquet`),
      `SELECT ${day} * 100 + i AS id, 'u' || (i % 3) AS "user", (i % 7) / 2 AS amount, i % 4 < 2 AS ok,
         TIMESTAMP '${ds}' + to_minutes(CAST(i * 61 AS INTEGER)) AS at FROM range(20) t(i)`,
    );
});

test.each<readonly [string, JoinSpec]>([
  ['all columns', whole],
  ['only some', few],
])(
  'every feature and label, those too that only derived columns read: %s',
  async (_, definition) => {
    const { only: __, ...all } = definition;
    const { path } = await trainSet(all, { lake, out: newFolder(), workers: 1 });
    const rows = (await datasetRows(path ?? '')).filter((_, idx) => idx % 37 === 5);
    expect(rows.length).toBe(2);
    const asked = computedColumns(definition).filter(
      ({ column }) => column.expression === undefined,
    );
    expect(asked.length).toBe(definition === few ? 2 : 6);
    for (const row of rows)
      for (const { column } of asked) {
        const { outcome } = await explainValue(definition, {
          lake,
          keys: { who: String(row.who) },
          at: row.at as Date,
          column: column.name,
        });
        const value = row[column.name];
        expect(outcome).toEqual({
          kind: 'value',
          value: typeof value === 'bigint' ? Number(value) : value,
        });
      }
  },
);

test('a derived cell: its expression, and the value of all that it reads', async () => {
  const { path } = await trainSet(whole, { lake, out: newFolder(), workers: 1 });
  const rows = (await datasetRows(path ?? '')).filter((_, idx) => idx % 37 === 5);
  const ask = (column: string, row: (typeof rows)[number], left: Record<string, string | null>) =>
    explainDerived(whole, {
      ...{ lake, column, left, at: row.at as Date },
      keys: { who: String(row.who) },
    });
  for (const row of rows) {
    const amount = String(row.amount);
    const { outcome, inputs, expression } = await ask('twice', row, { amount });
    expect(outcome).toEqual({ kind: 'value', value: row.twice });
    expect(expression).toBe('share * 2 + spend_slope');
    expect(inputs.map(({ name, from, value }) => [name, from, value])).toEqual([
      ['share', 'derived', row.share],
      ['spend_slope', 'derived', row.spend_slope],
      ['amount', 'left', row.amount],
      ['spend_amount_sum_2d', 'feature', row.spend_amount_sum_2d],
      ['spend_amount_sum_1d', 'feature', row.spend_amount_sum_1d],
    ]);
    for (const input of inputs)
      if (input.from === 'feature')
        expect(input.explanation.outcome).toEqual({ kind: 'value', value: input.value });
    const unknown = await ask('share', row, { amount: null });
    expect(unknown.outcome).toEqual({ kind: 'value', value: null });
  }
  expect(isDerived(whole, 'twice') && !isDerived(whole, 'spend_amount_sum_1d')).toBe(true);
  const [row] = rows;
  await expect(ask('share', row!, { amuont: '1' })).rejects.toMatchObject({
    problems: [
      { code: 'UNKNOWN_COLUMN', params: { column: 'amuont' } },
      { code: 'BAD_OPTION', hint: '--left amount=…' },
    ],
  });
  await expect(ask('share', row!, { amount: 'much' })).rejects.toThrow(
    'holds much, which is not double',
  );
  await expect(
    explainValue(whole, { lake, column: 'share', keys: {}, at: row!.at as Date }),
  ).rejects.toThrow('`share` is `amount / spend_amount_sum_2d`');
});

test('the time and the day of the row are those of the instant; lists and maps are inputs too', async () => {
  const listed = groupBy({
    ...{ name: 'listed', source: payments, keys: ['who'] as const },
    aggregations: [
      count({ by: 'user' }),
      lastK('user', { k: 2 }),
      sum('amount', { windows: ['1d'] }),
    ],
  });
  const asked = join({
    ...{ name: 'asked', left: payments, parts: [part(listed)] },
    derive: {
      when: {
        expression:
          "ds || ' ' || CAST(at AS string) || coalesce(element_at(listed_user_last2, 1), '?')",
        type: 'string',
      },
      often: { expression: 'map_get(listed_count_by_user, lower(left(who, 2)))', type: 'int64' },
    },
  });
  const ask = async (column: string) =>
    (
      await explainDerived(asked, {
        lake,
        column,
        keys: { who: 'U1!' },
        at: '2025-01-02T12:00:00Z',
      })
    ).outcome;
  expect(await ask('when')).toEqual({ kind: 'value', value: '2025-01-02 2025-01-02 12:00:00u1' });
  expect(await ask('often')).toEqual({ kind: 'value', value: 9n });
});
