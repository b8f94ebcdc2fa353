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
  max,
  part,
  sum,
} from '@tessera/api';
import { explainValue, trainSet } from '@tessera/engine';
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
    const rows = (await datasetRows(path ?? '')).filter((_, idx) => idx % 19 === 5);
    expect(rows.length).toBe(3);
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
