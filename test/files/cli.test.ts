import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, tessera, writeFiles } from './command.js';
import { tesseraHere } from './command-here.js';
import { filesBelow, hashes, isPublished, newFolder } from './workspace.js';

/** A project far from the clone, without a node_modules; its tables are CSV texts, so that all of it can be read here. */
const project = newFolder();
const elsewhere = newFolder();

const FILES = {
  'tessera.config.ts': `
import { defineProject } from '@tessera/api';
export default defineProject({ name: 'shop', lake: 'lake', out: 'out', features: 'features' });
`,
  'sources.ts': `
import { entities, events } from '@tessera/api';
export const orders = events({
  name: 'shop.orders', path: 'orders', format: 'csv', time: 'ordered_at',
  columns: { order_id: 'int64!', customer: 'string', amount: 'double', ordered_at: 'timestamp' },
});
export const customers = entities({
  name: 'shop.customers', path: 'customers.csv', keys: ['customer'], static: true,
  columns: { customer: 'string', city: 'string' },
});
`,
  'features/spend.ts': `
import { average, count, groupBy, last, sum } from '@tessera/api';
import { orders } from '../sources.js';
export const spend = groupBy({
  name: 'spend', source: orders, keys: ['customer'],
  aggregations: [count({ windows: ['1d'] }), sum('amount', { windows: ['1d', '2d'] }), average('amount', { windows: ['2d'] }), last('amount')],
});
`,
  'features/next-order.ts': `
import { join, part } from '@tessera/api';
import { customers, orders } from '../sources.js';
import { spend } from './spend.js';
export const nextOrder = join({ name: 'next_order', left: orders, parts: [part(spend), part(customers)] });
export const plain = join({ name: 'plain', left: orders, parts: [part(spend)] });
`,
  'lake/orders/ds=2025-05-01/a.csv': `order_id,customer,amount,ordered_at
1,ann,10,2025-05-01T08:00:00Z
2,bob,2.5,2025-05-01T09:30:00Z
3,ann,,2025-05-01T10:00:00Z
4,,7,2025-05-01T11:00:00Z
`,
  'lake/orders/ds=2025-05-02/a.csv': `order_id,customer,amount,ordered_at
5,ann,30,2025-05-02T07:59:00Z
6,bob,4,
7,eve,1,2025-05-02T12:00:00Z
`,
  'lake/orders/ds=2025-05-03/a.csv': `order_id,customer,amount,ordered_at
8,ann,5,2025-05-03T08:00:00Z
9,ann,6,2025-05-03T08:00:00Z
`,
  'lake/customers.csv': `customer,city
ann,Bern
bob,Oslo
`,
} as const;

beforeAll(() => writeFiles(project, FILES));

/** What differs from run to run: times, rates, memory, and the folders. */
function settled({ code, out, err }: Outcome): Outcome {
  const settle = (text: string) =>
    text
      .replaceAll(project, '<project>')
      .replaceAll(elsewhere, '<elsewhere>')
      .replace(/[\d.]+ s$/gm, '# s')
      .replace(/ +[\d.]+ (M |k )?rows\/s/g, ' # rows/s')
      .replace(/wrote [\d,.]+ \w+/g, 'wrote #')
      .replace(/(about|took|peak|estimate) [\d,.]+ \w+/g, '$1 #');
  return { code, out: settle(out), err: settle(err) };
}

/** In a process of its own, as a user would. */
async function run(argv: readonly string[], cwd = project): Promise<Outcome> {
  return settled(await tessera(argv, cwd));
}

async function runHere(argv: readonly string[], cwd = project): Promise<Outcome> {
  return settled(await tesseraHere(argv, cwd));
}

const expected = [
  'order_id',
  'spend_count_1d',
  'spend_amount_sum_1d',
  'spend_amount_sum_2d',
  'spend_amount_average_2d',
  'spend_amount_last',
  'shop_customers_city',
];

describe('train-set', () => {
  test('--plan, then for real, then nothing to do', async () => {
    const planned = await run(['train-set', '--join=next_order', '--plan', '--workers=1']);
    expect(planned).toEqual({ code: 0, err: '', out: expect.any(String) });
    expect(planned.out).toMatchInlineSnapshot(`
      "✔ plan             3 days · 2 parts · 1 bucket · reads 381 B of 381 B
                         spend           5 columns  events of    shop.orders     2 of 3 files  7 rows
                         shop.customers   1 column  snapshot of  shop.customers   1 of 1 file  2 rows
                         rows alone are read: windows begin or end on these days
                         build 3 of 3 days  (never built)
                         estimate  9 rows · 381 B · about # · peak #
                         6 feature columns; nothing was written
      "
    `);
    expect(filesBelow(join(project, 'out'))).toEqual([]);

    const first = await run(['train-set', '--join=next_order', '--workers=1']);
    expect(first.code).toBe(0);
    expect(first.out).toMatchInlineSnapshot(`
      "✔ plan             3 days · 2 parts · 1 bucket · reads 381 B of 381 B
                         spend           5 columns  events of    shop.orders     2 of 3 files  7 rows
                         shop.customers   1 column  snapshot of  shop.customers   1 of 1 file  2 rows
                         rows alone are read: windows begin or end on these days
                         build 3 of 3 days  (never built)
                         estimate  9 rows · 381 B · about # · peak #
      ✔ published        out/train-sets/next_order/ds=…  3 partitions, 9 rows, 10 columns   # s
                         read 9 rows of 3 files (381 B) · wrote #
                         took # (estimate #) · peak # (estimate #)
      ! worth knowing    what was dropped or defaulted on the way
          left          1 row without a time: kept, features null
          left          1 row with a null key of spend: kept, its features null
          left          1 row with a null key of shop.customers: kept, its features null
          shop.orders   1 row without a time: not counted
          shop.orders   1 row with a null key: not counted

        column                   type        nulls                  min                  p50                  max
        order_id                 int64         0 %                    1                    5                    9
        customer                 string     11.1 %                  ann                  ann                  eve
        amount                   double     11.1 %                 1.00                 5.00                30.00
        ordered_at               timestamp  11.1 %  2025-05-01 08:00:00  2025-05-01 11:00:00  2025-05-03 08:00:00
        spend_count_1d           int64      22.2 %                    0                    0                    2
        spend_amount_sum_1d      double     77.8 %                10.00                10.00                10.00
        spend_amount_sum_2d      double     55.6 %                10.00                10.00                40.00
        spend_amount_average_2d  double     55.6 %                10.00                10.00                20.00
        spend_amount_last        double     55.6 %                10.00                10.00                30.00
        shop_customers_city      string     33.3 %                 Bern                 Bern                 Oslo
      "
    `);
    expect(first.err).toMatchInlineSnapshot(`
      "  keys                 1/1 # rows/s   peak #
        dictionaries         1/1 # rows/s   peak #
        left                 1/1 # rows/s   peak #
        scan                 2/2 # rows/s   peak #
        join                 1/1 # rows/s   peak #
        write                3/3 # rows/s   peak #
      "
    `);

    const again = await run(['train-set', '--join=next_order', '--workers=2']);
    expect(again).toMatchInlineSnapshot(`
      {
        "code": 0,
        "err": "",
        "out": "✔ plan             nothing to do: 3 partitions are up to date   # s
      ",
      }
    `);
  });

  test('the rows are those that a reader of the data expects', async () => {
    const out = join(elsewhere, 'rows');
    const { code, out: said } = await runHere(
      [
        'train-set',
        '--project',
        project,
        '--out',
        out,
        '--join=next_order',
        '--format=csv',
        '--no-summary',
      ],
      elsewhere,
    );
    expect(code).toBe(0);
    expect(said).toContain(
      'exported         rows/train-sets/next_order.csv/ds=…  3 partitions, 9 rows',
    );
    const folder = join(out, 'train-sets', 'next_order.csv');
    const lines = filesBelow(folder).flatMap((name) =>
      readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').slice(1),
    );
    const [header] = readFileSync(join(folder, 'ds=2025-05-01/part-0.csv'), 'utf8').split('\n');
    const at = expected.map((name) => header!.split(',').indexOf(name));
    expect(at).not.toContain(-1);
    expect(lines.map((line) => at.map((idx) => line.split(',')[idx]).join(' '))).toEqual([
      '1 0     Bern',
      '2 0     Oslo',
      '3 1 10.0 10.0 10.0 10.0 Bern',
      '4      ',
      '5 2 10.0 10.0 10.0 10.0 Bern',
      '6      ',
      '7 0     ',
      '8 0  40.0 20.0 30.0 Bern',
      '9 0  40.0 20.0 30.0 Bern',
    ]);
  });

  test('--json: one document, and nothing else on stdout', async () => {
    const { code, out, err } = await tessera(
      ['train-set', '--project', project, '--out', 'json', '--join=plain', '--json', '--workers=1'],
      elsewhere,
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const document = JSON.parse(out);
    expect(Object.keys(document)).toEqual([
      'command',
      'name',
      'plan',
      'report',
      'path',
      'rows',
      'partitionsWritten',
      'partitionsRemoved',
      'bytesWritten',
      'elapsedMs',
      'peakBytes',
      'counters',
      'summary',
    ]);
    expect(document).toMatchObject({
      command: 'train-set',
      name: 'plain',
      path: join(elsewhere, 'json/train-sets/plain'),
      rows: 9,
      partitionsWritten: ['2025-05-01', '2025-05-02', '2025-05-03'],
      plan: {
        kind: 'train-set',
        partitions: 3,
        toBuild: 3,
        reasons: [{ reason: 'never built', partitions: 3 }],
      },
      report: {
        left: { rows: 9, rowsWithoutTime: 1, rowsWithNullKey: [{ part: 'spend', rows: 1 }] },
      },
    });
    const names = document.summary.map((column: { name: string; nulls: number }) => [
      column.name,
      column.nulls,
    ]);
    expect(names).toEqual([
      ['order_id', 0],
      ['customer', 1],
      ['amount', 1],
      ['ordered_at', 1],
      ['spend_count_1d', 2],
      ['spend_amount_sum_1d', 7],
      ['spend_amount_sum_2d', 5],
      ['spend_amount_average_2d', 5],
      ['spend_amount_last', 5],
    ]);
  });

  test('--start, --end and --limit', async () => {
    const days = await runHere([
      'train-set',
      '--join=plain',
      '--out=range',
      '--start=2025-05-02',
      '--end=2025-05-02',
      '--no-summary',
    ]);
    expect(days.code).toBe(0);
    expect(filesBelow(join(project, 'range')).filter(isPublished)).toEqual([
      'train-sets/plain/ds=2025-05-02/part-0.parquet',
    ]);
    const before = hashes(join(project, 'range'));
    const preview = await runHere([
      'train-set',
      '--join=plain',
      '--out=range',
      '--limit=5',
      '--no-summary',
    ]);
    expect(preview.out).toContain(
      'computed         5 rows, 5 feature columns; not published (--limit)',
    );
    expect(hashes(join(project, 'range'))).toEqual(before);
  });
});

describe('backfill', () => {
  test('every groupBy of the project', async () => {
    const { code, out } = await runHere(['backfill', '--out=daily', '--no-summary']);
    expect(code).toBe(0);
    expect(out).toContain('daily/group-bys/spend/ds=…  3 partitions');
    expect(filesBelow(join(project, 'daily')).filter(isPublished)).toEqual(
      ['2025-05-01', '2025-05-02', '2025-05-03'].map(
        (ds) => `group-bys/spend/ds=${ds}/part-0.parquet`,
      ),
    );
  });
});

describe('mistakes', () => {
  test.each([
    ['an unknown join', ['train-set', '--join=next_ordr'], 1],
    ['no join, and two to choose from', ['train-set'], 1],
    [
      'days that are none',
      ['train-set', '--join=plain', '--start=2025-02-30', '--end=tomorrow'],
      1,
    ],
    [
      'days the wrong way round',
      ['train-set', '--join=plain', '--start=2025-05-03', '--end=2025-05-01'],
      1,
    ],
    ['a range without rows', ['train-set', '--join=plain', '--start=2026-01-01'], 1],
    ['a lake that is not there', ['train-set', '--join=plain', '--lake=no/such/lake'], 1],
    ['a lake without the source', ['train-set', '--join=plain', '--lake=features'], 1],
    ['an unknown groupBy', ['backfill', '--group-by=spent'], 1],
  ] as const)('%s', async (_, argv, code) => {
    const failed = await runHere([...argv, '--out=never']);
    expect(failed.code).toBe(code);
    expect(failed.out).toBe('');
    expect(failed.err).toMatchSnapshot();
    expect(filesBelow(join(project, 'never'))).toEqual([]);
  });

  test('--json says the same as a document', async () => {
    const { code, out } = await tessera(['train-set', '--join=next_ordr', '--json'], project);
    expect(code).toBe(1);
    expect(JSON.parse(out).error).toMatchObject({
      code: 'UNKNOWN_JOIN',
      kind: 'user',
      message: 'there is no join `next_ordr`.',
    });
  });

  test('outside of any project', async () => {
    const { code, err } = await runHere(['train-set', '--join=plain'], newFolder());
    expect(code).toBe(1);
    expect(err).toContain('tessera.config.ts');
  });

  test('a dataset that someone writes: exit code 2', async () => {
    const dataset = join(project, 'held/train-sets/plain');
    mkdirSync(dataset, { recursive: true });
    const holder = {
      owner: 'train-set plain',
      pid: process.pid,
      host: (await import('node:os')).hostname(),
      since: '2025-01-01T00:00:00.000Z',
      started: null,
      token: 'abc',
    };
    writeFileSync(join(dataset, '_lock'), `${JSON.stringify(holder)}\n`);
    const refused = await run(['train-set', '--join=plain', '--out=held', '--workers=1']);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('error DATASET_LOCKED');
    expect(refused.err).toContain('is being written by another run (train-set plain, process');
    expect(filesBelow(dataset)).toEqual(['_lock']);
  });

  test('a damaged file, and a damaged manifest: exit code 2, which file, what to do', async () => {
    const lake = join(elsewhere, 'damaged');
    writeFiles(elsewhere, {
      'damaged/orders/ds=2025-05-01/a.csv': FILES['lake/orders/ds=2025-05-01/a.csv'].replace(
        '2.5',
        '2,5',
      ),
      'damaged/customers.csv': FILES['lake/customers.csv'],
    });
    const damaged = await runHere(['train-set', '--join=plain', '--lake', lake, '--out=never']);
    expect(damaged.code).toBe(2);
    expect(damaged.err).toContain('error FILE_UNREADABLE');
    expect(damaged.err).toContain('<elsewhere>/damaged/orders/ds=2025-05-01/a.csv');
    expect(damaged.err).toContain('line 3');
    writeFiles(project, { 'torn/train-sets/plain/_manifest.json': '{ "format": 1,' });
    const torn = await runHere(['train-set', '--join=plain', '--out=torn']);
    expect(torn.code).toBe(2);
    expect(torn.err).toContain('<project>/torn/train-sets/plain/_manifest.json could not be read');
    expect(torn.err).toContain(
      '`tessera doctor` clears it away, and the next run builds the dataset anew.',
    );
  });
});
