import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { tessera as tesseraProcess } from '../files/command.js';
import { tesseraHere as tessera } from '../files/command-here.js';
import { datasetRows, filesBelow, newFolder } from '../files/workspace.js';
import { writeOddLake } from './odd-tables.js';

const folder = newFolder();
const lake = join(folder, 'lake');
beforeAll(() => writeOddLake(lake));

async function schemaOf(path: string, ...options: string[]): Promise<string> {
  const { code, out, err } = await tessera(
    ['schema', join('lake', path), '--lake', 'lake', ...options],
    folder,
  );
  expect(code, err).toBe(0);
  return out;
}

describe('schema', () => {
  test('odd names are quoted, what has no type is told', async () => {
    const out = await schemaOf('odd names');
    expect(out.replace(/[\d.]+ kB/, '# kB')).toMatchInlineSnapshot(`
      "import { events } from '@tessera/api';

      /* 100 rows in 1 file, # kB.
       * Events: select says when each row happened.
       */
      export const oddNames = events({
        name: 'odd_names',
        path: 'odd names',
        columns: {
          order: 'int64',                // 100 values, 0 … 99
          'user id': 'string',           // key, 7 values, u0 … u6
          'Grüße \\'n "stuff"': 'double', // 5 values, 0 … 4.00
          select: 'timestamp',           // time, 100 values, 2024-01-01 00:00:00 … 2024-01-05 03:00:00
          dec: 'decimal(10,2)',          // 1 value, 1.00
          li: 'list<int32>',
          '*/ evil': 'int32',            // 1 value, 1
        },
        time: 'select',
        // keys to group by: user id
      });
      // Left out:
      //   st  STRUCT(a BIGINT): a struct; write the fields you need as columns of their own
      //   mp  MAP(VARCHAR, BIGINT): a map: no feature reads one; write the entries you need as columns
      //   ub  UBIGINT: unsigned 64-bit: its upper half fits no int64; write it as BIGINT or VARCHAR
      //   tm  TIME: a time of day is no instant; write it as seconds
      //   bl  BLOB: bytes that the file does not call text; if they are, write the column as VARCHAR
      //   uu  UUID: write it as VARCHAR
      //   __x  INTEGER: names that begin with two underscores are taken
      "
    `);
  });

  test('daily dumps are entities, because their keys come back', async () => {
    const out = await schemaOf('merchants');
    expect(out).toContain('export const merchants = entities({');
    expect(out.replace(/\n \* /g, ' ')).toContain(
      'ds=2024-01-02 and ds=2024-01-03 each hold one row per merchant_id, and 100 % of the keys are in both: a dump per day.',
    );
    expect(out).not.toContain('static');
  });

  test('integers that are epochs, and ids that never repeat', async () => {
    const out = await schemaOf('payments');
    expect(out).toContain('export const payments = events({');
    expect(out).toMatch(
      /paid_ms: 'epoch_ms', +\/\/ time, 1,500 values, 2024-01-01 00:00:00 … 2024-01-03/,
    );
    expect(out).toContain("tieBreaker: 'payment_id'");
    expect(out).toContain("// eventId: 'payment_id'");
  });

  test('CSV in folders of days: types from its text, numbers with leading zeros stay text', async () => {
    const out = await schemaOf('clicks');
    expect(out).toContain("format: 'csv'");
    for (const [name, type] of [
      ['at', 'timestamp'],
      ['n', 'double'],
      ['zip', 'string'],
      ['ok', 'boolean'],
    ]) {
      expect(out).toMatch(new RegExp(`\\n    ${name}: '${type}',`));
    }
  });

  test('a time that is text: no source, and the SQL that makes it one', async () => {
    const out = await schemaOf('told.parquet');
    expect(out).toContain('// told.parquet: no source.');
    expect(out).toContain(
      'COPY (SELECT * REPLACE (TRY_CAST("happened" AS TIMESTAMPTZ) AS "happened")',
    );
    const asked = await tessera(['schema', 'lake/told.parquet', '--as', 'events'], folder);
    expect(asked.code).toBe(1);
    expect(asked.err).toContain('`happened` holds instants that are not typed as such');
  });

  test('a folder of tables: one source each, in the order of names', async () => {
    const out = await schemaOf('.');
    const names = [...out.matchAll(/^export const (\w+)|^\/\/ (\S+): no source/gm)];
    expect(names.map(([, source, none]) => source ?? none)).toEqual([
      'clicks',
      'merchants',
      'oddNames',
      'payments',
      'semicolons.csv',
      'told.parquet',
    ]);
    expect(out).toContain('only commas are read');
  });

  test('--json: one document', async () => {
    const document = JSON.parse(await schemaOf('.', '--json'));
    expect(
      document.tables.map(({ name, kind }: { name: string; kind: string }) => [name, kind]),
    ).toEqual([
      ['clicks', 'events'],
      ['merchants', 'entities'],
      ['odd names', 'events'],
      ['payments', 'events'],
      ['semicolons', 'entities'],
      ['told', 'entities'],
    ]);
    expect(document.otherFiles).toEqual([join(lake, 'notes.json')]);
    expect(document.tables[1]).toMatchObject({
      layout: 'hive',
      rows: 150,
      entityKeys: ['merchant_id'],
    });
  });

  test.each([
    ['nothing there', ['schema', 'nowhere'], 'PATH_MISSING'],
    ['no table', ['schema', 'lake/notes.json'], 'NO_TABLES'],
    ['--as what is nothing', ['schema', 'lake', '--as=labels'], 'BAD_OPTION'],
  ])('%s', async (_, argv, code) => {
    const failed = await tessera(argv, folder);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain(`error ${code}`);
  });
});

describe('init', () => {
  test('over all of it: events on the left, dumps as parts, a test that passes', async () => {
    const made = await tessera(['init', 'my features', '--from', 'lake'], folder);
    expect(made.code, made.err).toBe(0);
    expect(made.out).toContain("pnpm tessera train-set --project 'my features'");
    expect(readFileSync(join(folder, 'my features/tessera.config.ts'), 'utf8')).toContain(
      "lake: '../lake'",
    );
    const features = readFileSync(join(folder, 'my features/features/training.ts'), 'utf8');
    expect(features).toContain("part(merchants, { missing: 'null' })");
    const run = await tessera(['train-set', '--project', 'my features'], folder);
    expect(run.code, run.err).toBe(0);
    const rows = await datasetRows(join(folder, 'my features/out/train-sets/payments_training'));
    expect(rows).toHaveLength(1500);
    expect(rows.at(-1)).toMatchObject({
      merchant_id: 'm19',
      merchant_count_1d: 49n,
      merchants_country: 'FR',
    });
    const tested = await tesseraProcess(['test', '--project', 'my features'], folder);
    expect(tested.code, tested.out + tested.err).toBe(0);
    expect(tested.out).toContain('a row counts what came before it');
  });

  test.each(['odd names', 'clicks'])('over %s alone', async (table) => {
    const target = `only ${table}`;
    const made = await tessera(['init', target, '--from', join('lake', table)], folder);
    expect(made.code, made.err).toBe(0);
    const run = await tessera(['train-set', '--project', target, '--no-summary'], folder);
    expect(run.code, run.err).toBe(0);
    const tested = await tesseraProcess(['test', '--project', target], folder);
    expect(tested.code, tested.out + tested.err).toBe(0);
  });

  test('never overwrites', async () => {
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine/README.md'), 'mine');
    const refused = await tessera(['init', 'mine', '--from', 'lake'], folder);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('error FOLDER_IN_USE\n  mine is not empty: it has README.md.');
    expect(filesBelow(join(folder, 'mine'))).toEqual(['README.md']);
  });

  test('tables without a time are refused, with what would help', async () => {
    const refused = await tessera(['init', 'none', '--from', 'lake/told.parquet'], folder);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('error NO_EVENTS');
    expect(refused.err).toContain('told.happened: instants that are not typed as such');
    expect(filesBelow(join(folder, 'none'))).toEqual([]);
  });

  test('a feature test that fails is an error', async () => {
    const file = join(folder, 'only clicks/test/wrong.test.ts');
    writeFileSync(
      file,
      "import { test } from 'node:test';\ntest('no', () => { throw new Error('on purpose'); });\n",
    );
    const failed = await tesseraProcess(['test', '--project', 'only clicks'], folder);
    expect(failed.code).toBe(1);
    expect(failed.out).toContain('on purpose');
    expect(failed.err).toContain('error TESTS_FAILED');
  });
});
