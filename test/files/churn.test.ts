import { join as joinPath } from 'node:path';
import { trainSet } from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { churn } from '../../examples/churn/features/churn.js';
import { generate } from '../../examples/churn/generate.js';
import { filesBelow, hashes, isPublished, newFolder, quoted, sql } from './workspace.js';

/** Customers of the churn example, their derived columns and label against plain SQL over the same tables. */

const lake = joinPath(newFolder(), 'lake');
const out = newFolder();
beforeAll(async () => {
  await generate({ out: lake, scale: 0.005 });
  await trainSet(churn, { lake, out, workers: 2 });
}, 300_000);

const lakeTable = (name: string) =>
  `read_parquet(${quoted(joinPath(lake, name, '*', '*.parquet'))})`;

test('every derived cell and every label', async () => {
  const folder = joinPath(out, 'train-sets', 'churn');
  const files = filesBelow(folder)
    .filter(isPublished)
    .map((name) => quoted(joinPath(folder, name)));
  // Windows of 30 and 60 days begin at midnight (S2.2).
  const ordersIn = (days: number) =>
    `(SELECT count(*) FROM ${lakeTable('orders')} o WHERE o.customer_id = c.customer_id AND o.ordered_at < c.asked_at AND o.ordered_at >= date_trunc('day', c.asked_at - INTERVAL ${days} DAY))`;
  const [row] = await sql(`
    WITH asked AS (
      SELECT c.customer_id, c.asked_at, ${ordersIn(30)} AS month1, ${ordersIn(60)} AS month2,
        (SELECT sum(o.amount * o.discount) FROM ${lakeTable('orders')} o WHERE o.customer_id = c.customer_id AND o.ordered_at < c.asked_at AND o.ordered_at >= date_trunc('day', c.asked_at - INTERVAL 60 DAY)) AS saved,
        (SELECT max(o.ordered_at) FROM ${lakeTable('orders')} o WHERE o.customer_id = c.customer_id AND o.ordered_at < c.asked_at) AS latest,
        (SELECT bool_or(s.what = 'cancelled') FROM ${lakeTable('subscriptions')} s WHERE s.customer_id = c.customer_id
           AND s.changed_at >= c.asked_at AND s.changed_at < c.asked_at + INTERVAL 30 DAY) AS cancels
      FROM ${lakeTable('checkups')} c),
    wanted AS (
      SELECT customer_id, asked_at, floor(epoch(asked_at - latest) / 86400) AS since, saved,
        CASE WHEN month2 > month1 THEN month1 / CAST(month2 - month1 AS DOUBLE) END AS momentum,
        CASE WHEN asked_at + INTERVAL 30 DAY <= TIMESTAMP '2025-06-30' THEN cancels END AS label
      FROM asked)
    SELECT count(*) AS n,
      count(*) FILTER (WHERE p.customer_id IS NULL) AS unpaired,
      count(*) FILTER (WHERE p.ordering_momentum IS DISTINCT FROM w.momentum) AS momentum,
      count(*) FILTER (WHERE (p.ordering_saved_60d IS NULL) <> (w.saved IS NULL) OR abs(p.ordering_saved_60d - w.saved) > 1e-9 * w.saved) AS saved,
      count(*) FILTER (WHERE p.ordering_saved_60d > 0) AS savers,
      count(*) FILTER (WHERE p.label_churned_max_30d IS DISTINCT FROM w.label) AS label,
      count(*) FILTER (WHERE p.label_churned_max_30d) AS churned,
      count(*) FILTER (WHERE p.label_churned_max_30d IS NULL) AS unknown,
      count(*) FILTER (WHERE p.days_since_order IS DISTINCT FROM w.since) AS since,
      count(*) FILTER (WHERE p.risk_signals <> CAST(p.is_quiet AS INTEGER) + CAST(p.is_annoyed AS INTEGER) + CAST(p.is_drifting AS INTEGER)) AS signals,
      count(*) FILTER (WHERE p.is_quiet IS DISTINCT FROM (p.visiting_count_7d = 0 OR coalesce(p.days_since_order, 999) > 45)) AS quiet,
      min(p.engagement_score) AS least, max(p.engagement_score) AS most
    FROM wanted w FULL JOIN read_parquet([${files.join(', ')}], hive_partitioning = false) p USING (customer_id, asked_at)`);
  const { least, most, n, churned, unknown, savers, ...differing } = row as Record<
    string,
    number | bigint
  >;
  expect(differing).toEqual({
    unpaired: 0n,
    momentum: 0n,
    saved: 0n,
    label: 0n,
    since: 0n,
    signals: 0n,
    quiet: 0n,
  });
  expect(Number(n)).toBeGreaterThan(1500);
  expect(Number(churned)).toBeGreaterThan(20);
  expect(Number(savers)).toBeGreaterThan(100);
  expect(Number(unknown)).toBeGreaterThan(100);
  expect(Number(least)).toBeGreaterThanOrEqual(0);
  expect(Number(most)).toBeLessThanOrEqual(1);
});

test('the same seed gives the same rows, and the same bytes', async () => {
  const again = joinPath(newFolder(), 'lake');
  await generate({ out: again, scale: 0.005 });
  const second = newFolder();
  await trainSet(churn, { lake: again, out: second, workers: 1 });
  const published = (of: string) => hashes(joinPath(of, 'train-sets', 'churn'), isPublished);
  expect(published(second)).toEqual(published(out));
});
