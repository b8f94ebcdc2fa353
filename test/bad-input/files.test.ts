import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { expect, test } from 'vitest';
import { parquet } from '../files/workspace.js';
import { type Ground, ground, refused } from './refusal.js';
import { DAYS, fileOf, ordersSql, paymentsSql, plain, shop, writeShop } from './shop.js';

const DAMAGE: Record<string, (file: string) => void> = {
  'has no bytes': (file) => writeFileSync(file, ''),
  'is cut short': (file) => truncateSync(file, readFileSync(file).length - 100),
  'is another format': (file) => writeFileSync(file, '{"user_id": "u1", "amount": 3}\n'),
  'is only a magic number': (file) => writeFileSync(file, 'PAR1PAR1'),
  'is zeros': (file) => writeFileSync(file, Buffer.alloc(2000)),
  'has a footer of noise': (file) => {
    const bytes = readFileSync(file);
    const length = bytes.readUInt32LE(bytes.length - 8);
    bytes.fill(0xa5, bytes.length - 8 - length, bytes.length - 8);
    writeFileSync(file, bytes);
  },
  'has a footer longer than itself': (file) => {
    const bytes = readFileSync(file);
    bytes.writeUInt32LE(0x7fffffff, bytes.length - 8);
    writeFileSync(file, bytes);
  },
  'is encrypted': (file) => {
    const bytes = readFileSync(file);
    bytes.write('PARE', bytes.length - 4, 'latin1');
    writeFileSync(file, bytes);
  },
};

const ROLES: Record<string, (lake: string) => string> = {
  'of events': (lake) => fileOf(lake, 'payments', DAYS[1]),
  'of the left': (lake) => fileOf(lake, 'orders', DAYS[1]),
  'of entities': (lake) => fileOf(lake, 'profiles', DAYS[1]),
  'that stands alone': (lake) => joinPath(lake, 'products.parquet'),
};

test.each(Object.keys(DAMAGE))('a file that %s', async (damage) => {
  const place = await ground(writeShop);
  for (const [role, of] of Object.entries(ROLES)) {
    const file = of(place.lake);
    const whole = readFileSync(file);
    DAMAGE[damage]!(file);
    expect(await refused(shop, place)).toMatchSnapshot(role);
    writeFileSync(file, whole);
  }
});

test('all files that cannot be read, of all sources, are told together', async () => {
  const place = await ground(writeShop);
  for (const of of Object.values(ROLES)) DAMAGE['is cut short']!(of(place.lake));
  writeFileSync(fileOf(place.lake, 'payments', DAYS[2]), '');
  expect(await refused(shop, place)).toMatchInlineSnapshot(`
    "
    error FILE_UNREADABLE
      <lake>/orders/ds=2025-03-02/part.parquet could not be read: it does not end as a Parquet file does
      The file is not whole Parquet: write it again, or remove it.
    error FILE_UNREADABLE
      <lake>/payments/ds=2025-03-02/part.parquet could not be read: it does not end as a Parquet file does
      The file is not whole Parquet: write it again, or remove it.
    error FILE_UNREADABLE
      <lake>/payments/ds=2025-03-03/part.parquet could not be read: it is empty
      The file is not whole Parquet: write it again, or remove it.
    error FILE_UNREADABLE
      <lake>/profiles/ds=2025-03-02/part.parquet could not be read: it does not end as a Parquet file does
      The file is not whole Parquet: write it again, or remove it.
    error FILE_UNREADABLE
      <lake>/products.parquet could not be read: it does not end as a Parquet file does
      The file is not whole Parquet: write it again, or remove it.
    "
  `);
});

/** Noise in the pages, which only reading them can find. */
async function damagedPages(place: Ground, role: 'payments' | 'orders'): Promise<void> {
  const sql = role === 'payments' ? paymentsSql(DAYS[1]) : ordersSql(DAYS[1]);
  const file = fileOf(place.lake, role, DAYS[1]);
  await parquet(file, sql);
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 4, 80);
  writeFileSync(file, bytes);
}

test.each(['payments', 'orders'] as const)('pages of %s that are noise', async (role) => {
  const place = await ground(writeShop);
  await damagedPages(place, role);
  expect(await refused(plain, place)).toMatchSnapshot();
});
