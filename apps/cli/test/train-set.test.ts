import path from 'node:path';
import { TesseraError } from '@tessera/api';
import type { RunReport } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { CLEAN_REPORT, fakeEngine, PLAN, RESULT } from './fake-engine.js';
import {
  CONFIG,
  FRAUD_V2,
  runIn,
  SMALL_PROJECT,
  SOURCES,
  USER_SPEND,
  writeFiles,
} from './harness.js';

const folder = writeFiles(SMALL_PROJECT);

describe('what is printed', () => {
  test('a first run', async () => {
    const { code, out, err } = await runIn({ cwd: folder, argv: ['train-set', '--join=fraud_v2'] });
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "✔ plan             90 days · 2 parts · 14 buckets · reads 61 MB of 410 MB
                         user_spend  12 columns  events of    payments.transactions   90 of 90 files  2,000,000 rows
                         merchants    4 columns  snapshot of  merchants.profiles     90 of 110 files    450,000 rows  (one day earlier)
                         rows alone are read: tiles were never built
                         build 90 of 90 days  (never built)
                         estimate  2.5 M rows · 61 MB · about 12 s · peak 912 MB
      ✔ published        out/train-sets/fraud_v2/ds=…  90 partitions, 2,000,000 rows, 3 columns   6.8 s
                         read 2,450,000 rows of 180 files (61 MB) · wrote 123 MB
                         took 6.8 s (estimate 12 s) · peak 612 MB (estimate 912 MB)

        column                    type    nulls    min     p50                   max
        user_id                   string    0 %  u0001   u0500  u9999-with-a-name-t…
        user_spend_amount_sum_7d  double  3.1 %   0.02  212.40             18,930.11
        user_spend_count_1d       int64     0 %      0       3                12,345
      "
    `);
    expect(err).toMatchInlineSnapshot(`
      "  join               14/14     1.9 M rows/s   peak 612 MB
      "
    `);
    expect(out + err).not.toContain('\u001b');
  });

  test('nothing to do', async () => {
    const engine = fakeEngine(() => ({
      plan: { ...PLAN, upToDate: 90, toBuild: 0, reasons: [] },
      partitionsWritten: [],
      summary: null,
      elapsedMs: 210,
    }));
    const { out, err } = await runIn({
      cwd: folder,
      argv: ['train-set', '--join=fraud_v2'],
      engine,
    });
    expect(out).toBe('✔ plan             nothing to do: 90 partitions are up to date   0.2 s\n');
    expect(err).toBe('');
  });

  test('days that are gone, alone and beside others', async () => {
    const removed = [{ reason: 'no longer in the left', days: ['2025-03-01', '2025-03-02'] }];
    const partitionsRemoved = ['2025-03-01', '2025-03-02'];
    const argv = ['train-set', '--join=fraud_v2', '--no-summary', '--replace'];
    const alone = fakeEngine(() => ({
      plan: { ...PLAN, upToDate: 90, toBuild: 0, reasons: [], removed },
      ...{ partitionsWritten: [], partitionsRemoved, elapsedMs: 210 },
    }));
    const { out } = await runIn({ cwd: folder, argv, engine: alone });
    expect(alone.calls[0]?.options).toMatchObject({ replace: true });
    expect(out).toContain(
      'remove 2 days: 2025-03-01 … 2025-03-02 (2 days)  (no longer in the left)\n',
    );
    expect(out).toContain(
      '✔ removed          out/train-sets/fraud_v2/ds=…  2 partitions   0.2 s\n',
    );
    const beside = fakeEngine(() => ({ plan: { ...PLAN, removed }, partitionsRemoved }));
    const both = await runIn({ cwd: folder, argv, engine: beside });
    expect(both.out).toContain('remove 2 days');
    expect(both.out).toContain('✔ published        out/train-sets/fraud_v2/ds=…  90 partitions');
  });

  test('a range without days', async () => {
    const engine = fakeEngine(() => ({
      plan: { ...PLAN, partitions: 0, toBuild: 0, reasons: [] },
      elapsedMs: 100,
    }));
    const { out } = await runIn({
      cwd: folder,
      argv: ['train-set', '--join=fraud_v2', '--start=2030-01-01'],
      engine,
    });
    expect(out).toBe(
      '✔ plan             nothing to do: the left has no partitions from 2030-01-01 on   0.1 s\n',
    );
  });

  test('an incremental run says how much of the whole it wrote', async () => {
    const engine = fakeEngine(() => ({
      plan: {
        ...PLAN,
        upToDate: 88,
        toBuild: 2,
        reasons: [{ reason: 'input changed: ds=2025-03-31/a.parquet', partitions: 2 }],
      },
      partitionsWritten: ['2025-03-30', '2025-03-31'],
    }));
    const { out } = await runIn({
      cwd: folder,
      argv: ['train-set', '--join=fraud_v2', '--no-summary'],
      engine,
    });
    expect(out).toMatchInlineSnapshot(`
      "✔ plan             2 of 90 days · 2 parts · 14 buckets · reads 61 MB of 410 MB
                         user_spend  12 columns  events of    payments.transactions   90 of 90 files  2,000,000 rows
                         merchants    4 columns  snapshot of  merchants.profiles     90 of 110 files    450,000 rows  (one day earlier)
                         rows alone are read: tiles were never built
                         build 2 of 90 days  (input changed: ds=2025-03-31/a.parquet)
                         estimate  2.5 M rows · 61 MB · about 12 s · peak 912 MB
      ✔ published        out/train-sets/fraud_v2/ds=…  2 of 90 partitions, 2,000,000 rows, 2 feature columns   6.8 s
                         read 2,450,000 rows of 180 files (61 MB) · wrote 123 MB
                         took 6.8 s (estimate 12 s) · peak 612 MB (estimate 912 MB)
      "
    `);
  });

  test('--plan writes nothing and says so', async () => {
    const engine = fakeEngine();
    const { code, out, err } = await runIn({
      cwd: folder,
      argv: ['train-set', '--join=fraud_v2', '--plan'],
      engine,
    });
    expect(code).toBe(0);
    expect(engine.calls[0]?.options).toMatchObject({ planOnly: true, summary: false });
    expect(out).toMatchInlineSnapshot(`
      "✔ plan             90 days · 2 parts · 14 buckets · reads 61 MB of 410 MB
                         user_spend  12 columns  events of    payments.transactions   90 of 90 files  2,000,000 rows
                         merchants    4 columns  snapshot of  merchants.profiles     90 of 110 files    450,000 rows  (one day earlier)
                         rows alone are read: tiles were never built
                         build 90 of 90 days  (never built)
                         estimate  2.5 M rows · 61 MB · about 12 s · peak 912 MB
                         2 feature columns; nothing was written
      "
    `);
    expect(err).toBe('');
  });

  test('--limit is not published', async () => {
    const engine = fakeEngine(() => ({ rows: 1000, elapsedMs: 900 }));
    const argv = ['train-set', '--join=fraud_v2', '--limit=1000', '--no-summary'];
    const { out } = await runIn({ cwd: folder, argv, engine });
    expect(out).toContain(
      '✔ computed         1,000 rows, 2 feature columns; not published (--limit)   0.9 s',
    );
  });

  test('--limit previews what is up to date', async () => {
    const engine = fakeEngine(() => ({
      plan: { ...PLAN, upToDate: 90, toBuild: 0, reasons: [] },
      rows: 5,
    }));
    const argv = ['train-set', '--join=fraud_v2', '--limit=5'];
    const { out } = await runIn({ cwd: folder, argv, engine });
    expect(out).toMatch(/^✔ computed {9}5 rows, 3 columns; not published/);
    const plan = await runIn({ cwd: folder, argv: [...argv, '--plan'], engine });
    expect(plan.out).toContain('nothing to do: 90 partitions are up to date');
  });

  test('only what was dropped or defaulted is listed', async () => {
    const report: RunReport = {
      sources: [
        {
          ...CLEAN_REPORT.sources[0]!,
          rowsWithoutTime: 12,
          rowsWithNullKey: 1,
          infiniteValues: 3,
          duplicateEvents: 2,
          missingDays: Array.from(
            { length: 30 },
            (_, idx) => `2024-12-${String(idx + 2).padStart(2, '0')}`,
          ),
          filledColumns: ['channel: 4 files'],
        },
      ],
      left: {
        rows: 2_000_000,
        rowsWithoutTime: 1,
        rowsWithNullKey: [
          { part: 'user_spend', rows: 0 },
          { part: 'merchants', rows: 1234 },
        ],
      },
      missingSnapshots: [{ part: 'merchants', days: ['2025-01-05'] }],
      tooManyDistinct: [
        { column: 'user_spend_merchant_id_top3_frequent', rows: 7 },
        { column: 'other', rows: 0 },
      ],
    };
    const engine = fakeEngine(() => ({ report }));
    const { out } = await runIn({
      cwd: folder,
      argv: ['train-set', '--join=fraud_v2', '--no-summary'],
      engine,
    });
    expect(out.slice(out.indexOf('!'))).toMatchInlineSnapshot(`
      "! worth knowing    what was dropped or defaulted on the way
          left                                   1 row without a time: kept, features null
          left                                   1,234 rows with a null key of merchants: kept, its features null
          payments.transactions                  12 rows without a time: not counted
          payments.transactions                  1 row with a null key: not counted
          payments.transactions                  3 ±Infinity values read as null (--strict refuses)
          payments.transactions                  2 duplicate events: counted once
          payments.transactions                  no partition inside the windows: 2024-12-02 … 2024-12-31 (30 days)
          payments.transactions                  column filled with null: channel: 4 files
          merchants                              no snapshot, features null: 2025-01-05
          user_spend_merchant_id_top3_frequent   null in 7 rows: too many distinct values
      "
    `);
  });

  test('--json is one document and nothing else', async () => {
    const { code, out, err } = await runIn({ cwd: folder, argv: ['train-set', '--json'] });
    expect(code).toBe(0);
    expect(err).toBe('');
    const document = JSON.parse(out);
    expect(document).toMatchObject({
      command: 'train-set',
      name: 'fraud_v2',
      path: path.join(folder, 'out/train-sets/fraud_v2'),
      plan: PLAN,
      report: CLEAN_REPORT,
      summary: RESULT.summary,
      counters: RESULT.counters,
    });
  });
});

describe('which join', () => {
  test('the only one needs no name', async () => {
    const engine = fakeEngine();
    const { code, out } = await runIn({ cwd: folder, argv: ['train-set'], engine });
    expect(code).toBe(0);
    expect(engine.calls.map(({ name }) => name)).toEqual(['fraud_v2']);
    expect(out.split('\n')[0]).toBe('  join             fraud_v2 (the only one in this project)');
  });

  test('of several one must be named', async () => {
    const several = writeFiles({
      ...SMALL_PROJECT,
      'features/other.ts': FRAUD_V2.replace("'fraud_v2'", "'fraud_v1'"),
    });
    const { code, out, err } = await runIn({ cwd: several, argv: ['train-set'] });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      'error BAD_OPTION\n  `--join` is needed: this project has 2 joins.\n  joins: fraud_v1, fraud_v2\n',
    );
  });

  test('an unknown one gets a suggestion', async () => {
    const { code, err } = await runIn({ cwd: folder, argv: ['train-set', '--join=fraud_2'] });
    expect(code).toBe(1);
    expect(err).toBe(
      'error UNKNOWN_JOIN\n  there is no join `fraud_2`. Did you mean `fraud_v2`?\n  joins: fraud_v2\n',
    );
  });
});

describe('what the engine is asked', () => {
  test("config's folders start from the project, options' from the working folder", async () => {
    const engine = fakeEngine();
    const cwd = path.join(folder, 'features');
    const argv = [
      'train-set',
      '--out=here',
      '--tmp=../tmp',
      '--start=2025-01-01',
      '--end=2025-01-01',
      '--workers=3',
    ];
    await runIn({ cwd, argv: [...argv, '--buckets=4', '--format=csv', '--strict'], engine });
    expect(engine.calls[0]?.options).toMatchObject({
      lake: path.join(folder, 'lake'),
      out: path.join(folder, 'features/here'),
      tmp: path.join(folder, 'tmp'),
      start: '2025-01-01',
      end: '2025-01-01',
      workers: 3,
      buckets: 4,
      format: 'csv',
      strict: true,
      planOnly: false,
      summary: true,
    });
    expect(engine.calls[0]?.options).not.toHaveProperty('limit');
  });

  test('`--` of a package manager is not the end of the options', async () => {
    const engine = fakeEngine();
    const { code } = await runIn({
      cwd: folder,
      argv: ['train-set', '--', '--join=fraud_v2', '--strict'],
      engine,
    });
    expect(code).toBe(0);
    expect(engine.calls[0]?.options.strict).toBe(true);
  });
});

describe('mistakes', () => {
  test('every bad option is named at once, before a project is looked for', async () => {
    const argv = [
      'train-set',
      '--start=2025-02-30',
      '--end=March',
      '--workers=0',
      '--buckets=1.5',
      '--limit=-1',
    ];
    const { code, err } = await runIn({ cwd: '/', argv: [...argv, '--format=xml', '--out='] });
    expect(code).toBe(1);
    expect(err).toMatchInlineSnapshot(`
      "error BAD_OPTION
        \`--start\` is not a day written YYYY-MM-DD: \`2025-02-30\`.
      error BAD_OPTION
        \`--end\` is not a day written YYYY-MM-DD: \`March\`.
      error BAD_OPTION
        \`--format\` is not one of parquet, csv, arrow: \`xml\`.
      error BAD_OPTION
        \`--workers\` is not a whole number from 1 to 256: \`0\`.
      error BAD_OPTION
        \`--buckets\` is not a whole number from 1 to 65536: \`1.5\`.
      error BAD_OPTION
        \`--limit\` is not a whole number of at least 1: \`-1\`.
      error BAD_OPTION
        \`--out\` names no folder.
      "
    `);
  });

  test('a range that ends before it starts', async () => {
    const argv = ['train-set', '--start=2025-02-02', '--end=2025-02-01'];
    const { code, err } = await runIn({ cwd: folder, argv });
    expect(code).toBe(1);
    expect(err).toContain('`--start` 2025-02-02 is after --end 2025-02-01.');
  });

  test('unknown options and commands get a suggestion', async () => {
    const option = await runIn({ cwd: folder, argv: ['train-set', '--jion=x'] });
    expect(option.code).toBe(1);
    expect(option.err).toContain(
      "unknown option '--jion=x'\n(Did you mean one of --join, --json?)",
    );
    const command = await runIn({ cwd: folder, argv: ['train-sets'] });
    expect(command.code).toBe(1);
    expect(command.err).toContain("unknown command 'train-sets'\n(Did you mean train-set?)");
  });

  test('a lake that is not there is not filled when it was named', async () => {
    const { code, err } = await runIn({ cwd: folder, argv: ['train-set', '--lake=typo'] });
    expect(code).toBe(1);
    expect(err).toContain('error PATH_MISSING\n  lake: there is nothing at typo.');
  });
});

describe('exit codes', () => {
  const failing = (error: unknown) => ({
    trainSet: async () => Promise.reject(error),
    backfill: async () => RESULT,
    buildTiles: async () => RESULT,
  });
  test.each([
    [1, new TesseraError('SUM_OVERFLOW', { column: 'c', key: 'k' })],
    [2, new TesseraError('DISK_FULL', { path: '/out' })],
    [
      2,
      Object.assign(new Error('ENOSPC: no space left'), {
        errno: -28,
        code: 'ENOSPC',
        path: '/out',
      }),
    ],
    [3, new TesseraError('INTERNAL', { reason: 'cursor went back' })],
    [3, new TypeError('x is undefined')],
    [130, new TesseraError('INTERRUPTED', {})],
  ])('%i', async (expected, error) => {
    const { code, err } = await runIn({ cwd: folder, argv: ['train-set'], engine: failing(error) });
    expect(code).toBe(expected);
    expect(err).not.toMatch(/\n {4}at /);
  });

  test('an interruption is one line', async () => {
    const engine = failing(new TesseraError('INTERRUPTED', {}));
    const { err } = await runIn({ cwd: folder, argv: ['train-set'], engine });
    expect(err).toBe(
      'interrupted: nothing was half-written; run the same command again to go on\n',
    );
  });

  test('--debug adds the stack', async () => {
    const engine = failing(new TypeError('x is undefined'));
    const { err } = await runIn({ cwd: folder, argv: ['train-set', '--debug'], engine });
    expect(err).toContain('broken invariant: x is undefined');
    expect(err).toMatch(/TypeError: x is undefined\n {4}at /);
  });

  test('--json tells machines what humans read', async () => {
    const { code, out, err } = await runIn({
      cwd: folder,
      argv: ['train-set', '--join=x', '--json'],
    });
    expect(code).toBe(1);
    expect(JSON.parse(out).error).toMatchObject({ code: 'UNKNOWN_JOIN', kind: 'user' });
    expect(err).toContain('error UNKNOWN_JOIN');
  });
});

describe('backfill', () => {
  const two = writeFiles({
    ...SMALL_PROJECT,
    'features/more.ts': USER_SPEND.replace('userSpend', 'userCount').replace(
      'user_spend',
      'user_count',
    ),
  });

  test('takes every groupBy, or those named', async () => {
    const all = fakeEngine();
    const { out } = await runIn({ cwd: two, argv: ['backfill', '--no-summary'], engine: all });
    expect(all.calls.map(({ verb, name }) => `${verb} ${name}`)).toEqual([
      'backfill user_count',
      'backfill user_spend',
    ]);
    expect(out).toMatch(/^user_count\n✔ plan[\s\S]*\nuser_spend\n✔ plan/);
    const one = fakeEngine();
    await runIn({ cwd: two, argv: ['backfill', '--group-by', 'user_spend'], engine: one });
    expect(one.calls.map(({ name }) => name)).toEqual(['user_spend']);
  });

  test('json: one run for one name, a list otherwise', async () => {
    const one = await runIn({ cwd: two, argv: ['backfill', '--group-by=user_spend', '--json'] });
    expect(JSON.parse(one.out)).toMatchObject({
      command: 'backfill',
      name: 'user_spend',
      rows: 2_000_000,
    });
    const all = await runIn({ cwd: two, argv: ['backfill', '--json'] });
    expect(JSON.parse(all.out).runs).toHaveLength(2);
  });

  test('an unknown name gets a suggestion', async () => {
    const { code, err } = await runIn({ cwd: two, argv: ['backfill', '--group-by=user_spent'] });
    expect(code).toBe(1);
    expect(err).toContain(
      'error UNKNOWN_GROUP_BY\n  there is no groupBy `user_spent`. Did you mean `user_spend`?',
    );
  });

  test('a project without groupBys', async () => {
    const none = writeFiles({
      'tessera.config.ts': CONFIG,
      'sources.ts': SOURCES,
      'features/j.ts': `
import { groupBy, count, join, part } from '@tessera/api';
import { transactions } from '../sources.js';
const hidden = groupBy({ name: 'g', source: transactions, keys: ['user_id'], aggregations: [count()] });
export const j = join({ name: 'j', left: transactions, parts: [part(hidden)] });`,
    });
    const { code, err } = await runIn({ cwd: none, argv: ['backfill'] });
    expect(code).toBe(1);
    expect(err).toContain('no file in features exports a groupBy');
  });
});
