import { computedColumns } from '@tessera/api';
import { expect, test } from 'vitest';
import { rangeJoinSql, windowSql } from '../src/baselines/duckdb-sql.js';
import { BENCHMARKS } from '../src/benchmarks.js';
import { standardCase } from '../src/cases/standard.js';
import { wideCase } from '../src/cases/wide.js';
import { loadCase } from '../src/cases.js';
import { sql } from './support.js';

const CASES = [
  ...new Set(BENCHMARKS.flatMap((one) => (one.kind === 'contest' ? [one.of.name] : []))),
];

test.each(CASES)('%s: everybody computes the columns of its join, in its order', async (name) => {
  const { join, features } = await loadCase(name);
  expect(join.name).toBe(name);
  expect(features.map((one) => one.name)).toEqual(
    computedColumns(join).map(({ column }) => column.name),
  );
});

test('there are a hundred wide features, of twenty operations', () => {
  expect(wideCase.features).toHaveLength(100);
  expect(new Set(wideCase.features.map(({ operation }) => operation)).size).toBe(20);
});

/** Events of one key at hours 0, 1, … of a day, and one left row at hour 12. */
const SIDES = {
  left: `(SELECT 7 AS row_id, 'u' AS user_id, TIMESTAMP '2025-01-31 12:00:00' AS ts)`,
  events: `(SELECT 'u' AS user_id, TIMESTAMP '2025-01-31' + i * INTERVAL 1 HOUR AS ts, i::DOUBLE AS amount FROM range(24) r(i))`,
};

test.each([
  ['range join', rangeJoinSql(standardCase, SIDES)],
  ['window functions', windowSql(standardCase, SIDES)],
])(
  '%s: an event at the left row’s instant does not count, one at the tail does',
  async (_, text) => {
    const [{ row_id, ...row } = {}] = await sql(text);
    expect(Number(row_id)).toBe(7);
    expect(row).toMatchObject({
      g_amount_count_1h: 1n,
      g_amount_min_1h: 11,
      g_amount_count_30d: 12n,
      g_amount_sum_30d: 66,
      g_amount_max_30d: 11,
    });
  },
);
