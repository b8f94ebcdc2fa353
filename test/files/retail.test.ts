import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { trainSet } from '@tessera/engine';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Expected,
  expectedBaskets,
  expectedLines,
} from '../../examples/retail/expected-sql.js';
import { basketOutlook, lineOutlook } from '../../examples/retail/features/outlooks.js';
import { generate } from '../../examples/retail/generate.js';
import { baskets, lines } from '../../examples/retail/sources.js';
import { sharedFolder } from '../golden/shared.js';
import { filesBelow, isPublished, newFolder, parquet, quoted, sql } from './workspace.js';

const shared = sharedFolder('data/complete-journey');

/** All of 2017 takes minutes; to the sixth week there is every shape. */
const WEEKS = process.env.TESSERA_LONG === '1' ? 53 : 4;
const transactions = `read_parquet(${quoted(join(shared ?? '', 'transactions.parquet'))})`;

const outlooks = [
  {
    definition: basketOutlook,
    expected: expectedBaskets,
    left: 'baskets.parquet',
    columns: baskets.columns,
    rows: 'count(DISTINCT basket_id)',
  },
  {
    definition: lineOutlook,
    expected: expectedLines,
    left: 'lines/*/*.parquet',
    columns: lines.columns,
    rows: 'count(*)',
  },
];

describe.skipIf(shared === null)(`retail: the first ${WEEKS} weeks equal plain SQL`, () => {
  let lake = '';
  beforeAll(async () => {
    const folder = newFolder();
    lake = join(folder, 'lake');
    await firstWeeks(join(folder, 'shared'));
    mkdirSync(lake);
    await generate({ out: lake });
  }, 600_000);

  test.each(outlooks)('$definition.name, every cell', async ({ definition, expected, ...of }) => {
    const out = newFolder();
    const result = await trainSet(definition, { lake, out, workers: 2 });
    expect(result.plan.columns.map(({ name }) => name)).toEqual(expected.columns);
    const list = filesBelow(result.path ?? '')
      .filter(isPublished)
      .map((name) => quoted(join(result.path ?? '', name)));
    const published = `read_parquet([${list.join(', ')}], hive_partitioning = false)`;

    const { rows, unpaired, ...columns } = await differences(published, expected, lake);
    const different = Object.values(columns).reduce((total, n) => total + n, 0);
    const cells = (rows ?? 0) * expected.columns.length;
    console.log(
      `retail: ${definition.name}: ${rows} rows, ${cells} cells, ${different} differences`,
    );
    const [given] = await sql(
      `SELECT ${of.rows}::INTEGER AS n FROM ${transactions} WHERE week <= ${WEEKS}`,
    );
    expect(given?.n).toBeGreaterThan(0);
    expect({ rows, unpaired, written: result.rows }).toEqual({
      rows: given?.n,
      unpaired: 0,
      written: given?.n,
    });
    expect(Object.entries(columns).filter(([, n]) => n !== 0)).toEqual([]);

    // S4.3: the left's own rows, and no others.
    const own = of.columns.map(({ name }) => `"${name}"`).join(', ');
    const left = `read_parquet(${quoted(join(lake, of.left))}, hive_partitioning = false)`;
    const [changed] = await sql(`SELECT count(*)::INTEGER AS rows
      FROM (SELECT ${own} FROM ${published} EXCEPT ALL SELECT ${own} FROM ${left})`);
    expect(changed).toEqual({ rows: 0 });
  });

  test('what the tables say of the data holds', async () => {
    // Every amount was whole cents, and a week is Monday to Sunday of New York.
    const [row] = await sql(`SELECT
        count_if(abs(sales_value * 100 - round(sales_value * 100)) > 1e-9)::INTEGER AS broken_cents,
        count_if(week <> 1 + datediff('day', DATE '2016-12-26', (ts_utc - to_hours(
          CASE WHEN ts_utc BETWEEN TIMESTAMP '2017-03-12 07:00:00' AND TIMESTAMP '2017-11-05 06:00:00' THEN 4 ELSE 5 END
        ))::DATE) // 7)::INTEGER AS other_week
      FROM ${transactions}`);
    expect(row).toEqual({ broken_cents: 0, other_week: 0 });
    const [starts] = await sql(`SELECT count(*)::INTEGER AS other FROM (
        SELECT (starts_at - INTERVAL 5 HOUR)::DATE AS winter, (starts_at - INTERVAL 4 HOUR)::DATE AS summer
        FROM read_parquet(${quoted(join(lake, 'promotion_starts.parquet'))}))
      WHERE isodow(winter) <> 1 AND isodow(summer) <> 1`);
    expect(starts).toEqual({ other: 0 });
  });
});

/** Cells that differ, by column; maps are compared as their entries. */
async function differences(
  published: string,
  { id, columns, sql: query }: Expected,
  lake: string,
): Promise<Record<string, number>> {
  const different = columns.map(
    (name) => `count_if(a."${name}" IS DISTINCT FROM e."${name}")::INTEGER AS "${name}"`,
  );
  const [counts] = await sql(`
    SELECT count(*)::INTEGER AS rows, count_if(a.${id} IS NULL OR e.${id} IS NULL)::INTEGER AS unpaired, ${different.join(', ')}
    FROM ${published} a FULL JOIN (${query(lake)}) e USING (${id})`);
  return Object.fromEntries(Object.entries(counts ?? {}).map(([name, n]) => [name, Number(n)]));
}

/** The first weeks of the files, where the example looks for them. */
async function firstWeeks(folder: string): Promise<void> {
  for (const name of ['transactions', 'promotions', 'products']) {
    const all = quoted(join(shared ?? '', `${name}.parquet`));
    const where = name === 'products' ? 'true' : `week <= ${WEEKS}`;
    await parquet(
      join(folder, 'data', 'complete-journey', `${name}.parquet`),
      `FROM read_parquet(${all}) WHERE ${where}`,
    );
  }
  vi.stubEnv('TESSERA_SHARED', folder);
}
