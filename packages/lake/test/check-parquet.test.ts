import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
// The checks of a footer are not public: files are checked where they are read.
import { checkFooter, checkParquet } from '../src/parquet/check-parquet.js';
import { BadFooter, type Footer, readFooter } from '../src/parquet/footer.js';
import { bench } from './support.js';

const b = bench();

const ROWS = `
  SELECT i AS id, CASE WHEN i % 7 > 0 THEN 'u' || (i % 97) END AS name, i / 3 AS x, (i % 5)::INTEGER AS n,
    (i / 100)::DECIMAL(12, 2) AS price, TIMESTAMP '2025-01-01' + to_minutes(i) AS at, DATE '2025-01-01' AS due,
    CASE WHEN i % 5 > 0 THEN ['a', NULL, 'b'] END AS tags, {'a': i, 'b': [{'c': i}]} AS nested, MAP {'k': i} AS pairs,
    i % 2 = 0 AS ok, NULL::VARCHAR AS nothing
  FROM range(5000) t(i)`;
const COLUMNS = [
  'id',
  'name',
  'x',
  'n',
  'price',
  'at',
  'due',
  'tags',
  'nested',
  'pairs',
  'ok',
  'nothing',
];

const footerOf = (bytes: Buffer) => {
  const at = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  return { at, footer: bytes.subarray(at, bytes.length - 8) };
};

describe('whole files are let through', () => {
  it.each([
    'COMPRESSION snappy',
    'COMPRESSION uncompressed',
    'COMPRESSION zstd, PARQUET_VERSION v2',
    'COMPRESSION gzip',
    'COMPRESSION lz4_raw',
    'COMPRESSION brotli',
  ])('%s', async (options) => {
    const path = await b.parquet('whole.parquet', ROWS, `${options}, ROW_GROUP_SIZE 2048`);
    await expect(checkParquet(path, COLUMNS)).resolves.toBeUndefined();
    const { rows, leaves, rowGroups } = await checkFooter(path);
    expect([rows, rowGroups.length, leaves.length]).toEqual([5000, 3, 14]);
  });

  it('without rows, and with row groups of none', async () => {
    const path = await b.parquet('none.parquet', `${ROWS} LIMIT 0`);
    await expect(checkParquet(path, COLUMNS)).resolves.toBeUndefined();
  });
});

const withoutSizes = (footer: Footer): string =>
  JSON.stringify(footer, (key, value) =>
    ['codec', 'start', 'compressedBytes', 'uncompressedBytes'].includes(key) ? null : value,
  );

describe('damage', () => {
  it('every flipped bit of a footer is refused or changes nothing that says where and what values are', async () => {
    const path = await b.parquet(
      'flips.parquet',
      'SELECT i AS id, i / 3 AS x FROM range(100) t(i)',
    );
    const bytes = readFileSync(path);
    const { at, footer } = footerOf(bytes);
    const whole = withoutSizes(readFooter(footer, at));
    let refused = 0;
    for (let bit = 0; bit < footer.length * 8; bit++) {
      footer[bit >> 3]! ^= 1 << (bit & 7);
      try {
        // What else may change is found by walking the pages, or by undoing the compression.
        expect(withoutSizes(readFooter(footer, at))).toBe(whole);
      } catch (error) {
        expect(error).toBeInstanceOf(BadFooter);
        refused++;
      }
      footer[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(refused / (footer.length * 8)).toBeGreaterThan(0.5);
  });

  it.each<[string, (bytes: Buffer) => void, RegExp]>([
    ['the first byte', (bytes) => bytes.writeUInt8(0, 0), /does not begin as a Parquet file/],
    ['a page header', (bytes) => bytes.fill(0xff, 4, 12), /a page of column "id" is damaged/],
    ['the size of a page', (bytes) => bytes.fill(0x15, 6, 9), /a page of column "id"/],
    [
      'the bounds of a column',
      (bytes) => {
        // 99 as a bound of `id`: twice, of which the first is changed.
        const { at, footer } = footerOf(bytes);
        const bound = Buffer.from('6300000000000000', 'hex');
        bytes.writeUInt8(0x62, at + footer.indexOf(bound));
      },
      /column "id" has bounds that contradict each other/,
    ],
  ])('%s', async (_, damage, reason) => {
    const path = await b.parquet(
      'damaged.parquet',
      'SELECT i AS id FROM range(100) t(i)',
      'COMPRESSION uncompressed',
    );
    const bytes = readFileSync(path);
    damage(bytes);
    writeFileSync(path, bytes);
    const error = await checkParquet(path, ['id']).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'FILE_UNREADABLE', params: { path } });
    expect(String(error)).toMatch(reason);
  });

  it('in columns that nobody asks for is not looked for', async () => {
    const path = await b.parquet(
      'other.parquet',
      'SELECT i AS id, i AS x FROM range(100) t(i)',
      'COMPRESSION uncompressed',
    );
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4, 12);
    writeFileSync(path, bytes);
    await expect(checkParquet(path, ['x'])).resolves.toBeUndefined();
    await expect(checkParquet(path, ['id', 'x'])).rejects.toThrow('FILE_UNREADABLE');
  });
});
