import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { average, count, entities, events, groupBy, join, lastK, part, sum } from '@tessera/api';
import { trainSet } from '@tessera/engine';
import { expect, test } from 'vitest';
import { sharedFolder } from '../golden/shared.js';
import { newFolder, parquet, quoted, sql } from './workspace.js';

const data = sharedFolder('data/chronon-quickstart');

/** The files hold a column `ds`, too; outside `ds=` folders it is not declared (S1.2). */
const purchases = events({
  name: 'purchases',
  path: 'purchases.parquet',
  columns: {
    ts: 'epoch_ms',
    purchase_id: 'string',
    user_id: 'string',
    product_id: 'string',
    purchase_price: 'int64',
  },
  time: 'ts',
});
const returnColumns = {
  ts: 'epoch_ms',
  return_id: 'string',
  user_id: 'string',
  product_id: 'string',
  refund_amt: 'int64',
} as const;
const returns = events({
  name: 'returns',
  path: 'returns.parquet',
  columns: returnColumns,
  time: 'ts',
});
const checkouts = events({
  name: 'checkouts',
  path: 'checkouts.parquet',
  columns: { user_id: 'string', ts: 'epoch_ms' },
  time: 'ts',
});
/** The file carries its own `ds` and is no `ds=` folder: it is read as the one day that it has. */
const users = entities({
  name: 'quickstart.users_v1',
  path: 'users',
  keys: ['user_id'],
  columns: { user_id: 'string', account_created_ds: 'string', email_verified: 'string' },
});

const windows = ['3d', '14d', '30d'] as const;
const trainingSet = join({
  name: 'training_set_v1',
  left: checkouts,
  parts: [
    part(
      groupBy({
        name: 'quickstart_purchases_v1',
        source: purchases,
        keys: ['user_id'],
        empty: 'null',
        aggregations: [
          sum('purchase_price', { windows }),
          count('purchase_price', { windows }),
          average('purchase_price', { windows }),
          lastK('purchase_price', { k: 10 }),
        ],
      }),
    ),
    part(
      groupBy({
        name: 'quickstart_returns_v1',
        source: returns,
        keys: ['user_id'],
        empty: 'null',
        aggregations: [
          sum('refund_amt', { windows }),
          count('refund_amt', { windows }),
          average('refund_amt', { windows }),
          lastK('refund_amt', { k: 2 }),
        ],
      }),
    ),
    part(users),
  ],
});

test.skipIf(data === null)("S2, S3: Chronon's published row, cell by cell", async () => {
  const folder = newFolder();
  const lake = joinPath(folder, 'lake');
  for (const table of ['purchases', 'returns', 'checkouts']) {
    await copy(joinPath(data ?? '', `${table}.parquet`), joinPath(lake, `${table}.parquet`));
  }
  await copy(
    joinPath(data ?? '', 'users.parquet'),
    joinPath(lake, 'users', 'ds=2023-11-29', 'users.parquet'),
  );

  const result = await trainSet(trainingSet, { lake, out: joinPath(folder, 'out'), workers: 2 });
  expect(result.rows).toBe(200);
  const [row] = await sql(
    `FROM read_parquet(${quoted(`${result.path}/*/*.parquet`)}, hive_types = {ds: VARCHAR}) WHERE user_id = '24' AND ts = 1701320475364`,
  );
  const published = JSON.parse(
    readFileSync(joinPath(data ?? '', 'published_row.json'), 'utf8'),
  ) as Record<string, unknown>;
  const equal = Object.entries(published).filter(
    ([name, value]) => JSON.stringify(plain(row?.[name])) === JSON.stringify(value),
  );
  console.log(`quickstart: ${equal.length} of ${Object.keys(published).length} cells`);
  expect(plain(row)).toEqual(published);
  expect(equal.length).toBe(25);
});

function copy(from: string, to: string): Promise<void> {
  return parquet(to, `FROM read_parquet(${quoted(from)})`);
}

/** bigint → number, where JSON can only say number; every one is small here. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  }
  return value;
}
