import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadEngine } from '../src/engine.js';
import { runIn, writeFiles } from './harness.js';

/** `tessera explain` and `tessera status` with the real engine, over CSV texts that can be read here. */

const FILES = {
  'tessera.config.ts': `
import { defineProject } from '@tessera/api';
export default defineProject({ lake: 'lake', out: 'out', features: 'features' });
`,
  'features/next-order.ts': `
import { approxPercentile, average, count, entities, events, groupBy, join, last, part, sum, topKFrequent } from '@tessera/api';
const orders = events({
  name: 'shop.orders', path: 'orders', format: 'csv', time: 'ordered_at', tieBreaker: 'order_id',
  columns: { order_id: 'int64!', customer: 'string', amount: 'double', channel: 'string', ordered_at: 'timestamp' },
});
const customers = entities({
  name: 'shop.customers', path: 'customers', format: 'csv', keys: ['customer'],
  columns: { customer: 'string', city: 'string' },
});
const spend = groupBy({
  name: 'spend', source: orders, keys: ['customer'],
  aggregations: [
    count({ windows: ['1d'] }),
    sum('amount', { windows: ['1d', '2d'] }),
    sum('amount', { windows: ['2d'], where: "channel = 'web'", as: 'web_amount' }),
    average('amount', { windows: ['2d'], by: 'channel' }),
    approxPercentile('amount', { percentiles: [50], windows: ['2d'] }),
    topKFrequent('channel', { k: 2 }),
    last('amount'),
  ],
});
export const nextOrder = join({
  name: 'next_order', left: orders,
  parts: [part(spend), part(spend, { prefix: 'late', lag: '1d' }), part(customers)],
  derive: { share: 'amount / spend_amount_sum_2d', twice: 'share * 2' },
});
export { spend };
`,
  'lake/orders/ds=2025-05-01/a.csv': `order_id,customer,amount,channel,ordered_at
1,ann,10,web,2025-05-01T08:00:00Z
2,bob,2.5,app,2025-05-01T09:30:00Z
3,ann,,web,2025-05-01T10:00:00Z
4,,7,app,2025-05-01T11:00:00Z
`,
  'lake/orders/ds=2025-05-02/a.csv': `order_id,customer,amount,channel,ordered_at
5,ann,30.1,app,2025-05-02T07:59:00Z
6,ann,4,web,
7,eve,1,web,2025-05-02T12:00:00Z
8,ann,0.2,web,2025-05-02T12:00:00Z
`,
  'lake/orders/ds=2025-05-03/a.csv': `order_id,customer,amount,channel,ordered_at
9,ann,5,,2025-05-03T07:00:00Z
10,ann,6,app,2025-05-03T08:00:00Z
`,
  'lake/customers/ds=2025-05-01/dump.csv': 'customer,city\nann,Bern\n',
  'lake/customers/ds=2025-05-02/dump.csv': 'customer,city\nann,Oslo\nbob,\n',
} as const;

const project = writeFiles(FILES);

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
}

const published = () =>
  readdirSync(project, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.startsWith('out'))
    .sort();

const AT = ['--at', '2025-05-03T08:00:00Z'];
const explain = (...argv: readonly string[]) => runIn({ cwd: project, argv: ['explain', ...argv] });

describe('explain', () => {
  test.each([
    ['a sum', ['--key', 'customer=ann', ...AT, '--column', 'spend_amount_sum_2d']],
    ['where', ['--key', 'customer=ann', ...AT, '--column', 'spend_web_amount_2d']],
    ['by', ['--key', 'customer=ann', ...AT, '--column', 'spend_amount_average_2d_by_channel']],
    ['a percentile', ['--key', 'customer=ann', ...AT, '--column', 'spend_amount_p50_2d']],
    [
      'values and how often',
      ['--key', 'customer=ann', ...AT, '--column', 'spend_channel_top2_frequent'],
    ],
    [
      'a lag, and a prefix',
      ['--key', 'customer=ann', ...AT, '--column', 'late_spend_amount_sum_1d'],
    ],
    [
      'some of many',
      ['--key', 'customer=ann', ...AT, '--column', 'spend_amount_last', '--limit=2'],
    ],
    ['nothing to count', ['--key', 'customer=zoe', ...AT, '--column', 'spend_count_1d']],
    [
      'a passed-through column',
      ['--key', 'customer=ann', ...AT, '--column', 'shop_customers_city'],
    ],
    ['a row without a value', ['--key', 'customer=bob', ...AT, '--column', 'shop_customers_city']],
    ['a derived column', ['--key=customer=ann', ...AT, '--column=twice', '--left=amount=5']],
    [
      'a derived column without an input',
      ['--key=customer=ann', ...AT, '--column=share', '--left=amount'],
    ],
    [
      'a dump that is not there',
      ['--key', 'customer=ann', '--at', '2025-05-01', '--column', 'shop_customers_city'],
    ],
  ])('%s', async (_, argv) => {
    const { code, out, err } = await explain(...argv);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatchSnapshot();
  });

  test.each([
    ['nothing asked', []],
    ['names that are none', ['--key', 'custmer=ann', ...AT, '--column', 'spend_amount_sum_3d']],
    ['no key, and no instant', ['--at', 'noon', '--column', 'spend_count_1d']],
    [
      'keys that are none',
      ['--key', 'customer', '--key', 'a=1', '--key', 'a=2', '--limit=0', ...AT, '--column=x'],
    ],
    [
      'a derived column and what it reads',
      ['--key=customer=ann', ...AT, '--column=share', '--left=color=red'],
    ],
    ['left columns that are none', ['--left=a', '--left=a=1', '--left==1', ...AT, '--column=x']],
    ['another join', ['--join=next', ...AT, '--column=x']],
  ])('mistakes: %s', async (_, argv) => {
    const { code, out, err } = await explain(...argv);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatchSnapshot();
  });

  test('--json is one document, 64-bit integers as text', async () => {
    const argv = ['--key', 'customer=ann', ...AT, '--column', 'spend_amount_sum_2d', '--json'];
    const { code, out, err } = await explain(...argv);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const document = JSON.parse(out);
    expect(document).toMatchObject({
      command: 'explain',
      join: 'next_order',
      column: 'spend_amount_sum_2d',
      outcome: { kind: 'value', value: 45.300000000000004 },
      window: {
        start: '2025-05-01T08:00:00.000Z',
        end: '2025-05-03T08:00:00.000Z',
        hopMs: 3_600_000,
      },
      leftOut: [
        { reason: 'no-time', rows: 1 },
        { reason: 'too-late', rows: 1 },
        { reason: 'null-input', rows: 1 },
      ],
    });
    expect(document.pieces.shown[0]).toEqual({
      kind: 'event',
      idx: 0,
      file: 'orders/ds=2025-05-01/a.csv',
      row: 0,
      time: '2025-05-01T08:00:00.000Z',
      value: 10,
      weight: null,
      bucket: null,
      tieBreaker: '1',
      soFar: 10,
    });
    expect(document.pieces.shown.map(({ row }: { row: number }) => row)).toEqual([0, 0, 3, 0]);
  });
});

describe('status', () => {
  const settled = (text: string) =>
    text.replaceAll(project, '<project>').replace(/[\d.]+ kB/g, '# kB');
  const status = async (...argv: readonly string[]) => {
    const { code, out, err } = await runIn({ cwd: project, argv: ['status', ...argv] });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return settled(out);
  };

  test('never published; published; stale, missing and left over', async () => {
    expect(await status()).toMatchSnapshot('never published');
    expect(published()).toEqual([]);

    // The last day has no dump of the day before it; the groupBy has all days.
    write({ 'lake/customers/ds=2025-04-30/dump.csv': 'customer,city\nann,Bern\n' });
    const engine = await loadEngine();
    const argv = ['train-set', '--no-summary', '--workers=1'];
    const made = await runIn({ cwd: project, argv, engine });
    expect(made.code, made.err).toBe(0);
    expect(await status()).toMatchSnapshot('published');

    write({
      'lake/orders/ds=2025-05-05/a.csv': FILES['lake/orders/ds=2025-05-03/a.csv'].replaceAll(
        '05-03',
        '05-05',
      ),
      'lake/customers/ds=2025-05-02/dump.csv': 'customer,city\nann,Basel\n',
      'lake/customers/ds=2025-05-04/dump.csv': 'customer,city\nann,Bern\n',
    });
    rmSync(join(project, 'lake/orders/ds=2025-05-01'), { recursive: true });
    const before = published();
    expect(await status()).toMatchSnapshot('changed');
    expect(published()).toEqual(before);

    const document = JSON.parse(await status('--json'));
    expect(document.datasets[0]).toMatchObject({
      kind: 'train-set',
      name: 'next_order',
      engine: '0.1.0',
      problem: null,
      partitions: [
        { ds: '2025-05-01', state: 'leftover', reason: 'no longer in the left', rows: 4 },
        { ds: '2025-05-02', state: 'stale' },
        { ds: '2025-05-03', state: 'stale' },
        { ds: '2025-05-05', state: 'missing', reason: 'never built', rows: null, bytes: null },
      ],
    });
  });

  test('what cannot be looked at is told in its place', async () => {
    write({
      'other-lake/orders/ds=2025-05-02/a.csv': FILES['lake/orders/ds=2025-05-02/a.csv'],
    });
    expect(await status('--lake', 'other-lake')).toMatchSnapshot();
    const gone = await runIn({ cwd: project, argv: ['status', '--lake', 'no/lake'] });
    expect(gone.code).toBe(1);
    expect(gone.err).toContain('PATH_MISSING');
  });
});
