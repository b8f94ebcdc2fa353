import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join as joinPath } from 'node:path';
import { join, part } from '@tessera/api';
import { trainSet } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { datasetRows, parquet } from '../files/workspace.js';
import { ground, refused } from './refusal.js';
import { DAYS, fileOf, orders, paymentsSql, plain, shop, spend, writeShop } from './shop.js';

describe('a path', () => {
  test('where nothing is: every source at once', async () => {
    const place = await ground(writeShop);
    rmSync(joinPath(place.lake, 'payments'), { recursive: true });
    rmSync(joinPath(place.lake, 'profiles'), { recursive: true });
    rmSync(joinPath(place.lake, 'products.parquet'));
    expect(await refused(shop, place)).toMatchInlineSnapshot(`
      "
      error PATH_MISSING
        shop.payments: there is nothing at <lake>/payments.
        Relative paths start from the lake folder (\`--lake\`).
      error PATH_MISSING
        shop.profiles: there is nothing at <lake>/profiles.
        Relative paths start from the lake folder (\`--lake\`).
      error PATH_MISSING
        shop.products: there is nothing at <lake>/products.parquet.
        Relative paths start from the lake folder (\`--lake\`).
      "
    `);
  });

  test('a lake that is not there', async () => {
    const place = await ground();
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error PATH_MISSING
        shop.orders: there is nothing at <lake>/orders.
        Relative paths start from the lake folder (\`--lake\`).
      error PATH_MISSING
        shop.payments: there is nothing at <lake>/payments.
        Relative paths start from the lake folder (\`--lake\`).
      "
    `);
  });

  test('an empty folder', async () => {
    const place = await ground(writeShop);
    rmSync(joinPath(place.lake, 'payments'), { recursive: true });
    mkdirSync(joinPath(place.lake, 'payments'));
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error NO_PARTITIONS
        shop.payments: no partition at <lake>/payments.
        Expected one file, a folder of files, or folders named ds=YYYY-MM-DD.
      "
    `);
  });

  test.each([
    's3://bucket/payments',
    'gs://bucket/payments',
    'https://example.org/payments.parquet',
    'hdfs://node/payments',
    'abfss://c@a.example/payments',
    'file:///payments',
  ])('elsewhere: %s', async (path) => {
    const place = await ground(writeShop);
    const left = { ...orders, path } as typeof orders;
    expect(
      await refused(join({ name: 'far', left, parts: [part(spend)] }), place),
    ).toMatchSnapshot();
  });

  test('a partition that is not there', async () => {
    const place = await ground(writeShop);
    expect(await refused(plain, place, { start: '2026-01-01' })).toMatchInlineSnapshot(`
      "
      error NO_PARTITIONS
        shop.orders: no partition of 2026-01-01 to … at <lake>/orders.
        It has 2025-03-01 to 2025-03-03.
      "
    `);
    expect(
      await refused(plain, place, { start: '2024-01-01', end: '2024-12-31' }),
    ).toMatchInlineSnapshot(`
      "
      error NO_PARTITIONS
        shop.orders: no partition of 2024-01-01 to 2024-12-31 at <lake>/orders.
        It has 2025-03-01 to 2025-03-03.
      "
    `);
  });

  test.each([
    [{ start: '2025-03-03', end: '2025-03-01' }],
    [{ start: '2025-02-30' }],
    [{ end: 'yesterday' }],
    [{ start: '2025-3-1', end: '' }],
    [{ start: '20250301' }],
  ])('a range that is none: %j', async (range) => {
    const place = await ground(writeShop);
    expect(await refused(plain, place, range)).toMatchSnapshot();
  });
});

describe('a folder where a file is expected, and the other way round', () => {
  test('a file named as a source folder', async () => {
    const place = await ground(writeShop);
    rmSync(joinPath(place.lake, 'payments'), { recursive: true });
    writeFileSync(joinPath(place.lake, 'payments'), 'not a folder');
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error FILE_UNREADABLE
        <lake>/payments could not be read: it does not end as a Parquet file does
        The file is not whole Parquet: write it again, or remove it.
      "
    `);
  });

  test('a file named as a partition', async () => {
    const place = await ground(writeShop);
    const partition = dirname(fileOf(place.lake, 'payments', DAYS[1]));
    rmSync(partition, { recursive: true });
    await parquet(partition, paymentsSql(DAYS[1]));
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error BAD_PARTITION
        <lake>/payments/ds=2025-03-02 is no partition: it is not a folder.
        Beside folders named ds=YYYY-MM-DD there is nothing else; names that begin with \`_\` or \`.\` are not looked at.
      "
    `);
  });

  test('a folder named as a file is read as one', async () => {
    const place = await ground(writeShop);
    const file = joinPath(place.lake, 'products.parquet');
    renameSync(file, joinPath(place.lake, 'p'));
    mkdirSync(file);
    renameSync(joinPath(place.lake, 'p'), joinPath(file, 'one'));
    const { path } = await trainSet(shop, { ...place, workers: 1 });
    expect((await datasetRows(path ?? '')).map((row) => row.shop_products_title)).toEqual(
      DAYS.flatMap(() => ['title 0', 'title 1', 'title 2', null]),
    );
  });

  test('a path below a file', async () => {
    const place = await ground(writeShop);
    const left = { ...orders, path: 'products.parquet/orders' } as typeof orders;
    expect(
      await refused(join({ name: 'below', left, parts: [part(spend)] }), place),
    ).toMatchInlineSnapshot(`
      "
      error PATH_MISSING
        shop.orders: there is nothing at <lake>/products.parquet/orders.
        Relative paths start from the lake folder (\`--lake\`).
      "
    `);
  });
});

describe('links', () => {
  test('that lead to themselves', async () => {
    const place = await ground(writeShop);
    const partition = dirname(fileOf(place.lake, 'payments', DAYS[1]));
    symlinkSync(joinPath(partition, 'a'), joinPath(partition, 'b'));
    symlinkSync(joinPath(partition, 'b'), joinPath(partition, 'a'));
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error FILE_UNREADABLE
        <lake>/payments/ds=2025-03-02/a could not be read: it is a link to itself
      error FILE_UNREADABLE
        <lake>/payments/ds=2025-03-02/b could not be read: it is a link to itself
      "
    `);
  });

  test('that lead upwards', async () => {
    const place = await ground(writeShop);
    symlinkSync(
      joinPath(place.lake, 'payments'),
      joinPath(dirname(fileOf(place.lake, 'payments', DAYS[1])), 'again'),
    );
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error FILE_UNREADABLE
        <lake>/payments/ds=2025-03-02/again could not be read: it is a link to a folder that it lies in
      "
    `);
  });

  test('that lead nowhere', async () => {
    const place = await ground(writeShop);
    symlinkSync(
      joinPath(place.lake, 'gone.parquet'),
      joinPath(dirname(fileOf(place.lake, 'payments', DAYS[1])), 'z.parquet'),
    );
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error FILE_UNREADABLE
        <lake>/payments/ds=2025-03-02/z.parquet could not be read: it is a link to nothing
      "
    `);
  });

  test('to folders and files are followed', async () => {
    const place = await ground(writeShop);
    const folder = joinPath(place.lake, 'payments');
    renameSync(folder, joinPath(place.lake, 'elsewhere'));
    mkdirSync(folder);
    for (const ds of DAYS)
      symlinkSync(joinPath(place.lake, 'elsewhere', `ds=${ds}`), joinPath(folder, `ds=${ds}`));
    expect((await trainSet(plain, { ...place, workers: 1 })).rows).toBe(12);
  });
});

describe('ds folders', () => {
  test('that are no day, all together', async () => {
    const place = await ground(writeShop);
    for (const label of ['2025-13-45', 'foo', '', '2025-3-1', '2025-02-30']) {
      mkdirSync(joinPath(place.lake, 'payments', `ds=${label}`), { recursive: true });
    }
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error BAD_PARTITION
        <lake>/payments/ds= is no partition: \`\` is no day.
        Beside folders named ds=YYYY-MM-DD there is nothing else; names that begin with \`_\` or \`.\` are not looked at.
      error BAD_PARTITION
        <lake>/payments/ds=2025-02-30 is no partition: \`2025-02-30\` is no day.
        Beside folders named ds=YYYY-MM-DD there is nothing else; names that begin with \`_\` or \`.\` are not looked at.
      error BAD_PARTITION
        <lake>/payments/ds=2025-13-45 is no partition: \`2025-13-45\` is no day.
        Beside folders named ds=YYYY-MM-DD there is nothing else; names that begin with \`_\` or \`.\` are not looked at.
      error BAD_PARTITION
        <lake>/payments/ds=2025-3-1 is no partition: \`2025-3-1\` is no day.
        Beside folders named ds=YYYY-MM-DD there is nothing else; names that begin with \`_\` or \`.\` are not looked at.
      error BAD_PARTITION
        <lake>/payments/ds=foo is no partition: \`foo\` is no day.
        Beside folders named ds=YYYY-MM-DD there is nothing else; names that begin with \`_\` or \`.\` are not looked at.
      "
    `);
  });

  test('beside files that lie in none', async () => {
    const place = await ground(writeShop);
    await parquet(joinPath(place.lake, 'payments/stray.parquet'), paymentsSql(DAYS[0]));
    mkdirSync(joinPath(place.lake, 'payments/backup'));
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error BAD_PARTITION
        <lake>/payments/backup is no partition: it lies beside \`ds=\` folders.
        Beside folders named ds=YYYY-MM-DD there is nothing else; names that begin with \`_\` or \`.\` are not looked at.
      error BAD_PARTITION
        <lake>/payments/stray.parquet is no partition: it lies beside \`ds=\` folders.
        Beside folders named ds=YYYY-MM-DD there is nothing else; names that begin with \`_\` or \`.\` are not looked at.
      "
    `);
  });

  test('of another name', async () => {
    const place = await ground(writeShop);
    for (const ds of DAYS)
      renameSync(joinPath(place.lake, `orders/ds=${ds}`), joinPath(place.lake, `orders/day=${ds}`));
    // They are folders of files: a row's day is that of its time (S1.6).
    expect((await trainSet(plain, { ...place, workers: 1 })).partitionsWritten).toEqual([...DAYS]);
  });
});

describe('what other programs leave in folders', () => {
  const STRAY = [
    '_SUCCESS',
    '.part.parquet.crc',
    'part.parquet.crc',
    '_temporary/0/part.parquet',
    '.hidden/x',
    'part.parquet.tmp',
    '.part.parquet.swp',
    '_committed_123',
    'part-1.parquet._COPYING_',
    '.DS_Store',
  ];
  test('is not looked at', async () => {
    const place = await ground(writeShop);
    for (const name of STRAY) {
      for (const table of ['payments', 'orders', 'profiles']) {
        const folder = dirname(fileOf(place.lake, table, DAYS[1]));
        mkdirSync(dirname(joinPath(folder, name)), { recursive: true });
        writeFileSync(joinPath(folder, name), 'nothing to read');
        if (!name.includes('/')) writeFileSync(joinPath(folder, '..', name), 'nothing to read');
      }
    }
    expect((await trainSet(shop, { ...place, workers: 1 })).rows).toBe(12);
  });
});

describe('two formats', () => {
  test('CSV beside Parquet', async () => {
    const place = await ground(writeShop);
    const folder = dirname(fileOf(place.lake, 'payments', DAYS[1]));
    writeFileSync(
      joinPath(folder, 'more.csv'),
      'user_id,amount,cents,channel,paid_at\nu1,1,1,web,2025-03-02T00:00:00Z\n',
    );
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error FILE_UNREADABLE
        <lake>/payments/ds=2025-03-02/more.csv could not be read: it does not end as a Parquet file does
        A source has one format: see its \`format\`, or put the file elsewhere.
      "
    `);
  });

  test('Parquet in a source of CSV', async () => {
    const place = await ground(writeShop);
    const left = { ...orders, format: 'csv' } as typeof orders;
    expect(
      await refused(join({ name: 'csv', left, parts: [part(spend)] }), place),
    ).toMatchInlineSnapshot(`
      "
      error FILE_UNREADABLE
        <lake>/orders/ds=2025-03-01/part.parquet could not be read: it is Parquet, and the source says CSV
        A source has one format: see its \`format\`, or put the file elsewhere.
      error FILE_UNREADABLE
        <lake>/orders/ds=2025-03-02/part.parquet could not be read: it is Parquet, and the source says CSV
        A source has one format: see its \`format\`, or put the file elsewhere.
      error FILE_UNREADABLE
        <lake>/orders/ds=2025-03-03/part.parquet could not be read: it is Parquet, and the source says CSV
        A source has one format: see its \`format\`, or put the file elsewhere.
      "
    `);
  });
});
