import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { trainSet } from '@tessera/engine';
import { expect, test, vi } from 'vitest';
import { expectedColumns, expectedSql } from '../../examples/flights/expected-sql.js';
import { delayHistory } from '../../examples/flights/features/delay-history.js';
import { generate } from '../../examples/flights/generate.js';
import { departures } from '../../examples/flights/sources.js';
import { sharedFolder } from '../golden/shared.js';
import { filesBelow, isPublished, newFolder, parquet, quoted, sql } from './workspace.js';

const shared = sharedFolder('data/houston-flights');

/** All of 2011 takes minutes, most of them in the SQL it is compared with; January has every shape. */
const FLIGHTS = process.env.TESSERA_LONG === '1' ? 227_496 : 20_000;

test.skipIf(shared === null)(
  `flights: every cell of ${FLIGHTS} rows equals plain SQL`,
  async () => {
    const folder = newFolder();
    const lake = join(folder, 'lake');
    await firstFlights(join(folder, 'shared'));
    mkdirSync(lake);
    const { tables } = await generate({ out: lake });
    const flights = tables.find(({ name }) => name === 'departures')?.rows;
    expect(flights).toBe(FLIGHTS);

    const result = await trainSet(delayHistory, { lake, out: join(folder, 'out'), workers: 2 });
    expect(result.rows).toBe(flights);
    expect(result.plan.columns.map(({ name }) => name)).toEqual(expectedColumns);

    const files = filesBelow(result.path ?? '').filter(isPublished);
    const list = files.map((name) => quoted(join(result.path ?? '', name))).join(', ');
    const different = expectedColumns.map(
      (name) => `count_if(a."${name}" IS DISTINCT FROM e."${name}")::INTEGER AS "${name}"`,
    );
    const [counts] = await sql(`
    SELECT count(*)::INTEGER AS rows, count_if(a.flight_id IS NULL OR e.flight_id IS NULL)::INTEGER AS unpaired, ${different.join(', ')}
    FROM read_parquet([${list}], hive_partitioning = false) a FULL JOIN (${expectedSql(lake)}) e USING (flight_id)`);
    const { rows, unpaired, ...columns } = counts ?? {};
    const differences = Object.values(columns).reduce<number>((total, n) => total + Number(n), 0);
    console.log(
      `flights: ${rows} rows, ${Number(rows) * expectedColumns.length} cells, ${differences} differences`,
    );
    expect({ rows, unpaired }).toEqual({ rows: flights, unpaired: 0 });
    expect(Object.entries(columns).filter(([, n]) => n !== 0)).toEqual([]);

    // S4.3, S8: the left's own rows, in the left's own order, partition by partition.
    const own = departures.columns.map(({ name }) => `"${name}"`).join(', ');
    const [order] = await sql(`
    SELECT count_if(flight_id <= before)::INTEGER AS descents,
      (SELECT count(*)::INTEGER FROM (SELECT ${own} FROM read_parquet([${list}], hive_partitioning = false)
        EXCEPT ALL SELECT ${own} FROM read_parquet(${quoted(join(lake, 'departures.parquet'))}))) AS changed
    FROM (SELECT flight_id, lag(flight_id) OVER (PARTITION BY filename ORDER BY file_row_number) AS before
          FROM read_parquet([${list}], hive_partitioning = false, filename = true, file_row_number = true))`);
    expect(order).toEqual({ descents: 0, changed: 0 });
  },
);

/** The first flights of the file, where the example looks for them. */
async function firstFlights(folder: string): Promise<void> {
  const all = quoted(join(shared ?? '', 'flights.parquet'));
  await parquet(
    join(folder, 'data', 'houston-flights', 'flights.parquet'),
    `FROM read_parquet(${all}) LIMIT ${FLIGHTS}`,
  );
  vi.stubEnv('TESSERA_SHARED', folder);
}
