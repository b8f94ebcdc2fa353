import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tessera } from '../files/command.js';
import { tesseraHere } from '../files/command-here.js';
import { datasetRows, filesBelow, newFolder, quoted, sql } from '../files/workspace.js';
import { sharedFolder } from '../golden/shared.js';

const require = createRequire(import.meta.url);
const TSC = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');

interface Case {
  readonly set: string;
  readonly source: string;
  readonly schema: readonly string[];
  readonly join: string;
  /** First day, where all of them would take long. */
  readonly start?: string;
  /** The rows that are to come out: a count over the data itself. */
  readonly rows: (data: string) => string;
  readonly columns: readonly string[];
  /** A feature and what plain SQL says it is, summed over all rows. */
  readonly check: { readonly feature: string; readonly sql: (data: string) => string };
}

/** The project's own training rows are the last 365 days with matches; the default run of the tests builds a part. */
const RECENT = process.env.TESSERA_LONG === '1' ? '1872-01-01' : '2026-01-01';
const recent = (data: string) =>
  `SELECT * FROM ${data} WHERE date >= '${RECENT}' AND date IN (SELECT DISTINCT date FROM ${data} ORDER BY date DESC LIMIT 365)`;

const CASES: readonly Case[] = [
  {
    set: 'kaskada-events',
    source: 'shop_events.parquet',
    schema: [
      "event_timestamp: 'timestamp', // time",
      "time: 'event_timestamp'",
      'keys to group by: user_id',
    ],
    join: 'shop_events_training',
    rows: (data) => `SELECT count(*)::INTEGER AS n FROM ${data}`,
    columns: ['user_count_7d', 'user_price_sum_7d', 'user_item_id_approx_unique_count_30d'],
    check: {
      feature: 'user_count_1d',
      // Hops of one hour (S2.2), the head strict (S2.1), times floored to milliseconds (S1.1).
      sql: (data) =>
        `WITH e AS (SELECT user_id, epoch_ms(event_timestamp) AS t FROM ${data})
        SELECT sum(n)::BIGINT AS n FROM (SELECT count(r.t) AS n FROM e l LEFT JOIN e r ON l.user_id = r.user_id
          AND r.t < l.t AND r.t >= (l.t - 86400000) // 3600000 * 3600000 GROUP BY l.user_id, l.t, l.rowid)`.replace(
          'SELECT user_id,',
          'SELECT row_number() OVER () AS rowid, user_id,',
        ),
    },
  },
  {
    set: 'football',
    source: 'results.parquet',
    schema: [
      "date: 'date',",
      'allowPre1970: true',
      'export const goalscorers',
      'keys to group by: home_team',
    ],
    join: 'results_training',
    start: RECENT,
    rows: (data) => `SELECT count(*)::INTEGER AS n FROM (${recent(data)})`,
    columns: ['home_team_count_30d', 'home_team_home_score_average_7d'],
    check: {
      feature: 'home_team_count_30d',
      sql: (data) => `SELECT sum(n)::BIGINT AS n FROM (SELECT count(r.date) AS n
        FROM (SELECT row_number() OVER () AS i, * FROM (${recent(data)})) l
        LEFT JOIN ${data} r ON l.home_team = r.home_team AND r.date < l.date AND r.date >= l.date - 30 GROUP BY l.i)`,
    },
  },
];

describe('from tables nobody here wrote to a training set: schema, init, train-set', () => {
  for (const one of CASES) {
    const shared = sharedFolder(`data/${one.set}`);
    test.skipIf(shared === null)(one.set, () => goThrough(one, shared ?? ''));
  }
});

async function goThrough(
  { source, schema, join: name, start, rows, columns, check }: Case,
  shared: string,
): Promise<void> {
  const folder = newFolder();
  const printed = await tesseraHere(['schema', shared], folder);
  expect(printed.code, printed.err).toBe(0);
  for (const words of schema) expect(printed.out).toContain(words);

  const made = await tesseraHere(['init', 'mine', '--from', shared], folder);
  expect(made.code, made.err).toBe(0);
  const mine = join(folder, 'mine');
  expect(filesBelow(mine)).toEqual([
    '.gitignore',
    'README.md',
    'features/sources.ts',
    'features/training.ts',
    'package.json',
    'tessera.config.ts',
    'test/training.test.ts',
    'tsconfig.json',
  ]);

  const run = await tesseraHere(
    [
      'train-set',
      '--project',
      'mine',
      '--no-summary',
      ...(start === undefined ? [] : ['--start', start]),
    ],
    folder,
  );
  expect(run.code, run.err).toBe(0);
  const data = `read_parquet(${quoted(join(shared, source))})`;
  const [wanted] = await sql(rows(data));
  const out = await datasetRows(join(mine, 'out/train-sets', name));
  expect(out).toHaveLength(Number(wanted?.n));
  expect(Object.keys(out[0] ?? {})).toEqual(expect.arrayContaining([...columns]));
  const total = out.reduce((sum, row) => sum + Number(row[check.feature]), 0);
  const [expected] = await sql(check.sql(data));
  expect(total).toBe(Number(expected?.n));
  expect(total).toBeGreaterThan(0);

  const tested = await tessera(['test', '--project', 'mine'], folder);
  expect(tested.code, tested.out + tested.err).toBe(0);
  const types = spawnSync(process.execPath, [TSC, '-p', mine], { encoding: 'utf8' });
  expect(types.stdout).toBe('');
  expect(types.status).toBe(0);
  expect(existsSync(join(mine, 'node_modules'))).toBe(false);
}
