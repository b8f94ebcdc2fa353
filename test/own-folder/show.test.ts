import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeFiles } from '../files/command.js';
import { tesseraHere as tessera } from '../files/command-here.js';
import { newFolder, parquet } from '../files/workspace.js';

const folder = newFolder();

const FILES = {
  'tessera.config.ts': `
import { defineProject } from '@tessera/api';
export default defineProject({ lake: 'lake' });
`,
  'features/shop.ts': `
import { average, count, events, groupBy, join, lastK, part } from '@tessera/api';
export const orders = events({
  name: 'orders', path: 'orders.parquet', time: 'at',
  columns: { id: 'int64', customer: 'string', channel: 'string', amount: 'double', paid: 'boolean', at: 'timestamp' },
});
export const customer = groupBy({
  name: 'customer', source: orders, keys: ['customer'],
  aggregations: [count({ windows: ['1d'] }), average('amount', { windows: ['1d'] }), count({ windows: ['7d'], by: 'channel' }), lastK('channel', { k: 2 })],
});
export const training = join({ name: 'training', left: orders, parts: [part(customer)] });
export const other = join({ name: 'other', left: orders, parts: [part(customer)] });
`,
};

beforeAll(async () => {
  writeFiles(folder, FILES);
  await parquet(
    join(folder, 'lake/orders.parquet'),
    `SELECT i::BIGINT AS id, 'c' || i % 5 AS customer, ['web', 'app', 'a\nb'][1 + i % 3] AS channel,
       CASE WHEN i % 4 > 0 THEN (i % 100)::DOUBLE END AS amount, i % 2 = 0 AS paid,
       TIMESTAMP '2025-01-01' + to_minutes(i * 30) AS at FROM range(480) t(i)`,
  );
  const built = await tessera(['train-set', '--join=training', '--no-summary'], folder);
  expect(built.code, built.err).toBe(0);
});

const show = (...options: string[]) => tessera(['show', ...options], folder);

describe('show', () => {
  test('first rows and nulls over days', async () => {
    const { code, out, err } = await show('--rows=3');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.replace(/[\d.]+ kB/, '# kB')).toMatchInlineSnapshot(`
      "✔ training         480 rows · 10 partitions (2025-01-01 … 2025-01-10) · 10 columns · # kB
        out/train-sets/training

        id  customer  customer_count_1d  customer_amount_average_1d  customer_count_7d_by_channel
         0  c0                        0
         1  c1                        0
         2  c2                        0
        … and 5 more columns

        nulls                         all days  480 rows
        id                                 0 %  ··········
        customer                           0 %  ··········
        channel                            0 %  ··········
        amount                          25.0 %  ▂▂▂▂▂▂▂▂▂▂
        paid                               0 %  ··········
        at                                 0 %  ··········
        customer_count_1d                  0 %  ··········
        customer_amount_average_1d       1.5 %  ▂·········
        customer_count_7d_by_channel     1.0 %  ▁·········
        customer_channel_last2           1.0 %  ▁·········
        · none   ▁ few   ▄ half   █ all   each block is 1 partition, 2025-01-01 … 2025-01-10
      "
    `);
  });

  test('chosen columns, lists and maps', async () => {
    const { out } = await show(
      'training',
      '--rows=2',
      '--columns=id,customer_count_7d_by_channel,customer_channel_last2',
    );
    expect(out).toContain('id  customer_count_7d_by_channel  customer_channel_last2\n   0\n   1\n');
    const json = JSON.parse(
      (await show('training', '--rows=480', '--columns=id,customer_channel_last2', '--json')).out,
    );
    expect(json).toMatchObject({ command: 'show', name: 'training', rows: 480 });
    expect(json.partitions).toHaveLength(10);
    expect(json.firstRows[479]).toEqual({ id: '479', customer_channel_last2: '[web, app]' });
    expect(json.nulls.customer_channel_last2[0]).toBe(5);
  });

  test.each([
    ['amount', ['min 1.00   p50 47.00   max 99.00   mean 48.33   nulls 25.0 %']],
    ['customer_count_1d', ['min 0   p50 9   max 9', '\n  9  ████']],
    [
      'paid',
      [
        '2 different values',
        'true   ████████████████████████████████████████           240   50.0 %',
      ],
    ],
    ['channel', ['3 different values', '\n  a b  ████']],
    ['at', ['min 2025-01-01 00:00:00   p50 2025-01-05 23:30:00   max 2025-01-10 23:30:00']],
    ['customer_count_7d_by_channel', ['different sizes', '\n  3  ████']],
    ['customer_channel_last2', ['different sizes', '\n  2  ████']],
  ])('--column %s', async (column, words) => {
    const { code, out, err } = await show('training', '--column', column);
    expect(code, err).toBe(0);
    for (const one of words) expect(out).toContain(one);
    expect(out).toContain('each block is 1 partition, 2025-01-01 … 2025-01-10');
  });

  test('bins hold every row once', async () => {
    const { out } = await show('training', '--column=amount', '--json');
    const { distribution } = JSON.parse(out);
    const rows = distribution.bins.reduce(
      (sum: number, bin: { rows: number }) => sum + bin.rows,
      0,
    );
    expect(rows + distribution.below + distribution.above + distribution.nulls).toBe(480);
    expect(distribution).toMatchObject({
      kind: 'numbers',
      rows: 480,
      nulls: 120,
      min: '1.0',
      max: '99.0',
    });
  });

  test.each([
    ['not built yet', ['other'], 'error NOT_PUBLISHED', 'Build it: tessera train-set --join=other'],
    [
      'a groupBy not built yet',
      ['--group-by=customer'],
      'error NOT_PUBLISHED',
      'tessera backfill --group-by=customer',
    ],
    ['no such join', ['trainin'], 'error UNKNOWN_JOIN', 'Did you mean `training`?'],
    ['a path', ['../training'], 'error UNKNOWN_JOIN', 'joins: other, training'],
    ['no such column', ['--column=amont'], 'error UNKNOWN_COLUMN', 'Did you mean `amount`?'],
    [
      'a piece of a name',
      ['--columns=id,count'],
      'error UNKNOWN_COLUMN',
      'columns with it: customer_count_1d',
    ],
    ['rows that are none', ['--rows=-1'], 'error BAD_OPTION', '--rows'],
  ])('%s', async (_, argv, error, hint) => {
    const { code, out, err } = await show(...argv);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(error);
    expect(err).toContain(hint);
  });

  test('daily values of a groupBy', async () => {
    await tessera(['backfill', '--out=daily', '--no-summary'], folder);
    const { code, out } = await show('--group-by=customer', '--out=daily', '--rows=1');
    expect(code).toBe(0);
    expect(out).toContain('✔ customer         50 rows · 10 partitions (2025-01-01 … 2025-01-10)');
  });
});

describe('train-set --dry-run', () => {
  test('shows first rows and the summary, and publishes nothing', async () => {
    const { code, out, err } = await tessera(
      ['train-set', '--join=training', '--dry-run', '--limit=60', '--out=dry'],
      folder,
    );
    expect(code, err).toBe(0);
    expect(out).toMatch(/✔ computed +60 rows, 10 columns; not published \(--dry-run\)/);
    expect(out).toContain('  customer  at                   customer_count_1d');
    expect(out).toContain('  c1        2025-01-01 03:00:00                  1');
    expect(existsSync(join(folder, 'dry/train-sets'))).toBe(false);
  });

  test('1,000 rows unless told otherwise; as a document too', async () => {
    const { out } = await tessera(
      ['train-set', '--join=training', '--dry-run', '--json', '--out=dry'],
      folder,
    );
    expect(JSON.parse(out)).toMatchObject({ rows: 480, path: null });
  });
});
