import { renameSync, rmSync } from 'node:fs';
import { entities, events, groupBy, join, part, sum } from '@tessera/api';
import { trainSet } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { datasetRows, parquet } from '../files/workspace.js';
import { ground, refused } from './refusal.js';
import {
  DAYS,
  fileOf,
  orders,
  ordersSql,
  payments,
  paymentsSql,
  plain,
  profiles,
  profilesSql,
  shop,
  spend,
  writeShop,
} from './shop.js';

/** The shop, some of its partitions written with other columns. */
function shopWith(table: string, ...changes: readonly (readonly [ds: string, sql: string])[]) {
  return ground(async (lake) => {
    await writeShop(lake);
    for (const [ds, sql] of changes) await parquet(fileOf(lake, table, ds), sql);
  });
}

describe('a column', () => {
  test('that one partition lacks is null there, and told', async () => {
    const place = await shopWith('payments', [
      DAYS[1],
      `SELECT * EXCLUDE (channel) FROM (${paymentsSql(DAYS[1])})`,
    ]);
    const { report } = await trainSet(plain, { ...place, workers: 1 });
    expect(report.sources.map(({ filledColumns }) => filledColumns)).toEqual([
      ['channel: 1 of 3 files'],
    ]);
  });

  test('that may not be null and that one partition lacks', async () => {
    const place = await shopWith('orders', [
      DAYS[1],
      `SELECT * EXCLUDE (order_id) FROM (${ordersSql(DAYS[1])})`,
    ]);
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error SCHEMA_MISSING_COLUMN
        shop.orders declares column \`order_id\`, which <lake>/orders/ds=2025-03-02/part.parquet does not have.
        columns in the file: item, ordered_at, user_id
      "
    `);
  });

  test('that no partition has, in two sources', async () => {
    const place = await ground(async (lake) => {
      await writeShop(lake);
      for (const ds of DAYS) {
        await parquet(
          fileOf(lake, 'payments', ds),
          `SELECT * EXCLUDE (amount), amount AS amout FROM (${paymentsSql(ds)})`,
        );
      }
      for (const ds of ['2025-02-28', ...DAYS]) {
        await parquet(
          fileOf(lake, 'profiles', ds),
          `SELECT * EXCLUDE (city) FROM (${profilesSql()})`,
        );
      }
    });
    expect(await refused(shop, place)).toMatchInlineSnapshot(`
      "
      error SCHEMA_MISSING_COLUMN
        shop.payments declares column \`amount\`, which <lake>/payments/ds=2025-03-01/part.parquet does not have. Did you mean \`amout\`?
        columns in the file: amout, cents, channel, paid_at, user_id
      error SCHEMA_MISSING_COLUMN
        shop.profiles declares column \`city\`, which <lake>/profiles/ds=2025-02-28/part.parquet does not have.
        columns in the file: user_id
      "
    `);
  });

  test('of another type in every partition', async () => {
    const place = await ground(async (lake) => {
      await writeShop(lake);
      for (const ds of DAYS) {
        await parquet(
          fileOf(lake, 'payments', ds),
          `SELECT * REPLACE (amount::VARCHAR AS amount, paid_at::VARCHAR AS paid_at) FROM (${paymentsSql(ds)})`,
        );
      }
    });
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error SCHEMA_TYPE
        shop.payments declares \`amount\` as double, but in <lake>/payments/ds=2025-03-01/part.parquet it is VARCHAR.
        Change the type in the source's \`columns\`, or the file.
      error SCHEMA_TYPE
        shop.payments declares \`paid_at\` as timestamp, but in <lake>/payments/ds=2025-03-01/part.parquet it is VARCHAR.
        Change the type in the source's \`columns\`, or the file.
      "
    `);
  });

  test('of another type in one partition', async () => {
    const place = await shopWith('payments', [
      DAYS[1],
      `SELECT * REPLACE (amount::VARCHAR AS amount, cents::HUGEINT AS cents) FROM (${paymentsSql(DAYS[1])})`,
    ]);
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error SCHEMA_DISAGREES
        shop.payments: \`amount\` is DOUBLE in <lake>/payments/ds=2025-03-01/part.parquet and VARCHAR in <lake>/payments/ds=2025-03-02/part.parquet.
        It is declared as double (DOUBLE).
      error SCHEMA_DISAGREES
        shop.payments: \`cents\` is BIGINT in <lake>/payments/ds=2025-03-01/part.parquet and DOUBLE in <lake>/payments/ds=2025-03-02/part.parquet.
        It is declared as int64 (BIGINT).
      "
    `);
  });

  test('of another type in one partition of the left, or of entities', async () => {
    const left = await shopWith('orders', [
      DAYS[1],
      `SELECT * REPLACE (item::VARCHAR AS item) FROM (${ordersSql(DAYS[1])})`,
    ]);
    expect(await refused(plain, left)).toMatchInlineSnapshot(`
      "
      error SCHEMA_DISAGREES
        shop.orders: \`item\` is INTEGER in <lake>/orders/ds=2025-03-01/part.parquet and VARCHAR in <lake>/orders/ds=2025-03-02/part.parquet.
        It is declared as int32 (INTEGER).
      "
    `);
    const dumps = await shopWith('profiles', [
      DAYS[1],
      'SELECT 1::BIGINT AS user_id, true AS city',
    ]);
    expect(await refused(shop, dumps)).toMatchInlineSnapshot(`
      "
      error SCHEMA_DISAGREES
        shop.profiles: \`user_id\` is VARCHAR in <lake>/profiles/ds=2025-02-28/part.parquet and BIGINT in <lake>/profiles/ds=2025-03-02/part.parquet.
        It is declared as string (VARCHAR).
      error SCHEMA_DISAGREES
        shop.profiles: \`city\` is VARCHAR in <lake>/profiles/ds=2025-02-28/part.parquet and BOOLEAN in <lake>/profiles/ds=2025-03-02/part.parquet.
        It is declared as string (VARCHAR).
      "
    `);
  });

  test('that is narrower in one partition is read as declared', async () => {
    const place = await shopWith('payments', [
      DAYS[1],
      `SELECT * REPLACE (amount::FLOAT AS amount, cents::SMALLINT AS cents) FROM (${paymentsSql(DAYS[1])})`,
    ]);
    const other = await ground(writeShop);
    const narrow = await trainSet(plain, { ...place, workers: 1 });
    const wide = await trainSet(plain, { ...other, workers: 1 });
    expect(await datasetRows(narrow.path ?? '')).toEqual(await datasetRows(wide.path ?? ''));
  });

  test('whose name differs in upper and lower case', async () => {
    const place = await shopWith('payments', [
      DAYS[1],
      `SELECT * EXCLUDE (amount), amount AS "Amount" FROM (${paymentsSql(DAYS[1])})`,
    ]);
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error SCHEMA_MISSING_COLUMN
        shop.payments declares column \`amount\`, which <lake>/payments/ds=2025-03-02/part.parquet does not have. Did you mean \`Amount\`?
        columns in the file: Amount, cents, channel, paid_at, user_id
      "
    `);
  });

  test('declared twice but for upper and lower case', () => {
    expect(() =>
      events({
        name: 'p',
        path: 'p',
        time: 't',
        columns: { a: 'int64', A: 'int64', t: 'timestamp' },
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [TesseraError: DUPLICATE_COLUMN_NAME  p
        two columns are named \`A\`.
        1: column \`a\`
        2: column \`A\`
        Upper and lower case are one name: rename one of them in the data.]
    `);
  });
});

describe('keys', () => {
  const byNumber = groupBy({
    name: 'by_cents',
    source: payments,
    keys: ['cents'],
    aggregations: [sum('amount')],
  });
  test('of one type on the left and of another on the part: refused before there is a run', () => {
    expect(() =>
      // @ts-expect-error A string is no int64.
      join({ name: 'odd', left: orders, parts: [part(byNumber, { keys: { user_id: 'cents' } })] }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [TesseraError: KEY_TYPE_MISMATCH  odd › part(by_cents)
        left column \`user_id\` is string, but key \`cents\` of by_cents is int64.
        Keys are compared as typed values: declare both columns with the same type.]
    `);
    expect(() =>
      // @ts-expect-error Nor is an int32.
      join({ name: 'narrow', left: orders, parts: [part(byNumber, { keys: { item: 'cents' } })] }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [TesseraError: KEY_TYPE_MISMATCH  narrow › part(by_cents)
        left column \`item\` is int32, but key \`cents\` of by_cents is int64.
        Keys are compared as typed values: declare both columns with the same type.]
    `);
  });

  test('that the left does not have', () => {
    expect(() =>
      // @ts-expect-error The left has no such column.
      join({ name: 'odd', left: orders, parts: [part(spend, { keys: { usr_id: 'user_id' } })] }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [TesseraError: UNKNOWN_COLUMN  odd › part(spend)
        shop.orders has no column \`usr_id\`. Did you mean \`user_id\`?
        columns: item, order_id, ordered_at, user_id]
    `);
  });
});

describe('entities', () => {
  test('with two rows of one key in one dump', async () => {
    const place = await shopWith('profiles', [
      DAYS[0],
      `${profilesSql()} UNION ALL SELECT 'u1', 'Oslo'`,
    ]);
    expect(await refused(shop, place)).toMatchInlineSnapshot(`
      "
      error DUPLICATE_ENTITY_KEY
        shop.profiles has two rows with key user_id=u1 in ds=2025-03-01.
        Remove one, or declare \`dedupe: { orderBy: '…' }\` on the source (the greatest wins).
      "
    `);
  });

  test('with two rows of one key in a dump that nobody reads', async () => {
    const place = await shopWith('profiles', [
      DAYS[2],
      `${profilesSql()} UNION ALL SELECT 'u1', 'Oslo'`,
    ]);
    expect((await trainSet(shop, { ...place, workers: 1 })).rows).toBe(12);
  });

  test('that lack days', async () => {
    const place = await ground(writeShop);
    for (const ds of ['2025-02-28', DAYS[1]])
      rmSync(fileOf(place.lake, 'profiles', ds).replace('/part.parquet', ''), { recursive: true });
    expect(await refused(shop, place)).toMatchInlineSnapshot(`
      "
      error MISSING_SNAPSHOT  shop.profiles
        shop.profiles has no partition for 2 days that left rows read: 2025-02-28, 2025-03-02.
        A left row at day d reads day d - 1. Add the days, or write \`missing: 'null'\` on the part.
      "
    `);
  });

  test("that lack days, with `missing: 'null'`: null, and told", async () => {
    const place = await ground(writeShop);
    rmSync(fileOf(place.lake, 'profiles', DAYS[1]).replace('/part.parquet', ''), {
      recursive: true,
    });
    const lenient = join({
      name: 'lenient',
      left: orders,
      parts: [part(profiles, { missing: 'null' })],
    });
    const { path, report } = await trainSet(lenient, { ...place, workers: 2 });
    expect((await datasetRows(path ?? '')).map((row) => row.shop_profiles_city)).toEqual([
      ...['Bern', 'Bern', 'Bern', null],
      ...['Bern', 'Bern', 'Bern', null],
      ...[null, null, null, null],
    ]);
    expect(report.missingSnapshots).toEqual([{ part: 'shop.profiles', days: [DAYS[1]] }]);
  });

  test('without a file in the folder of a day: no dump of that day', async () => {
    const place = await ground(writeShop);
    rmSync(fileOf(place.lake, 'profiles', DAYS[1]));
    expect(await refused(shop, place)).toMatchInlineSnapshot(`
      "
      error MISSING_SNAPSHOT  shop.profiles
        shop.profiles has no partition for a day that left rows read: 2025-03-02.
        A left row at day d reads day d - 1. Add the days, or write \`missing: 'null'\` on the part.
      "
    `);
  });

  test('that are one file and not declared so', async () => {
    const place = await ground(writeShop);
    renameSync(fileOf(place.lake, 'profiles', DAYS[0]), `${place.lake}/one.parquet`);
    const one = entities({
      name: 'one',
      path: 'one.parquet',
      keys: ['user_id'],
      columns: { user_id: 'string', city: 'string' },
    });
    expect(
      await refused(join({ name: 'one', left: orders, parts: [part(one)] }), place),
    ).toMatchInlineSnapshot(`
      "
      error MISSING_SNAPSHOT  one
        one has no partition for 3 days that left rows read: 2025-02-28, 2025-03-01, 2025-03-02.
        Its files lie in no \`ds=\` folder: put each dump into that of its day, or declare \`static: true\`.
      "
    `);
  });
});
