import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { count, definitionHash, events, groupBy, sum, topKFrequent } from '@tessera/api';
import { lookAtSources } from '@tessera/engine';
import type { Finding } from '@tessera/validators';
import { beforeAll, describe, expect, test } from 'vitest';
import { tesseraHere } from '../files/command-here.js';
import { newFolder, parquet } from '../files/workspace.js';

/** What commands about definitions say of a lake: what runs would take, and how many values columns have. */

const DAYS = 4;
const ROWS = 60;
const folder = newFolder();
const lake = join(folder, 'lake');
const day = (idx: number) => `2025-03-0${idx + 1}`;
const CONFIG = (limits = '') => `import { defineProject } from '@tessera/api';
export default defineProject({ lake: 'lake', out: 'out'${limits} });
`;
const FEATURES = `import { count, events, groupBy, join, part, sum } from '@tessera/api';
export const payments = events({
  name: 'payments', path: 'payments', time: 'at', tieBreaker: 'id',
  columns: { id: 'string', user: 'string', shop: 'string', kind: 'string', amount: 'double', at: 'timestamp' },
});
export const spend = groupBy({
  name: 'spend', source: payments, keys: ['user'],
  aggregations: [sum('amount', { windows: ['1d'] }), count({ windows: ['1d'], by: 'shop' })],
});
export const alone = groupBy({ name: 'alone', source: payments, keys: ['shop'], aggregations: [count({ windows: ['1d'] })] });
export const training = join({ name: 'training', left: payments, parts: [part(spend)] });
`;

beforeAll(async () => {
  for (let idx = 0; idx < DAYS; idx++)
    await parquet(
      join(lake, `payments/ds=${day(idx)}/a.parquet`),
      `SELECT 'p' || i AS id, 'u' || (i % 3) AS "user", 's' || (i % ${5 + 10 * idx}) AS shop,
        CASE WHEN i % 2 = 0 THEN 'x' ELSE 'y' END AS kind, i::DOUBLE AS amount,
        TIMESTAMP '${day(idx)}' + i * INTERVAL 10 MINUTE AS at FROM range(${ROWS}) t(i)`,
    );
  mkdirSync(join(folder, 'features'));
  writeFileSync(join(folder, 'features/all.ts'), FEATURES);
  writeFileSync(join(folder, 'tessera.config.ts'), CONFIG());
});

interface Estimate {
  readonly partitions: number;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly peakBytes: number;
}
interface Told {
  readonly findings: readonly Finding[];
  readonly estimates: Readonly<Record<string, Estimate>>;
}

async function validated(...argv: readonly string[]): Promise<Told> {
  const { code, out, err } = await tesseraHere(['validate', '--json', ...argv], folder);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as Told;
}
const costs = ({ findings }: Told) => findings.filter(({ layer }) => layer === 'performance');
const rulesOf = (told: Told) => costs(told).map(({ rule, at }) => `${rule} ${at}`);
const LARGE = 'RUN_TOO_LARGE features/all.ts › training';
const LARGE_ALONE = 'RUN_TOO_LARGE features/all.ts › alone';

describe('what runs would take', () => {
  test('is what their plans say: of joins, and of groupBys that no join reads', async () => {
    const told = await validated();
    const { estimates } = told;
    expect(costs(told)).toEqual([]);
    expect(Object.keys(estimates)).toEqual(['join training', 'groupBy alone']);
    const plan = await tesseraHere(['train-set', '--join', 'training', '--plan', '--json'], folder);
    const { estimate } = (JSON.parse(plan.out) as { plan: { estimate: Estimate } }).plan;
    expect(estimates['join training']).toMatchObject({
      partitions: DAYS,
      rows: DAYS * ROWS,
      bytes: estimate.bytes,
    });
    expect(estimates['join training']?.seconds).toBeGreaterThan(0);
    expect(estimates['join training']?.peakBytes).toBeGreaterThan(0);
  });

  test('--start and --end are what is asked for', async () => {
    const { estimates } = await validated('--start', day(2), '--end', day(2));
    expect(estimates['join training']).toMatchObject({ partitions: 1 });
    expect(estimates['join training']?.rows).toBeLessThan(DAYS * ROWS);
  });

  test('--no-estimates plans nothing, nor does --no-lake', async () => {
    expect((await validated('--no-estimates', '--max-rows', '1')).estimates).toEqual({});
    expect((await validated('--no-lake', '--max-rows', '1')).estimates).toEqual({});
  });
});

describe('limits', () => {
  test('of rows, of bytes, of memory; what is equal to one is within it', async () => {
    expect(rulesOf(await validated('--max-rows', String(DAYS * ROWS - 1)))).toEqual([
      LARGE,
      LARGE_ALONE,
    ]);
    // A groupBy by itself reads keys first, then all.
    expect(rulesOf(await validated('--max-rows', String(DAYS * ROWS)))).toEqual([LARGE_ALONE]);
    expect(rulesOf(await validated('--max-rows', String(2 * DAYS * ROWS)))).toEqual([]);
    expect(rulesOf(await validated('--max-bytes', '1k'))).toEqual([LARGE, LARGE_ALONE]);
    const findings = costs(await validated('--max-memory', '1MB'));
    expect(findings.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual([
      'RUN_TOO_LARGE warning',
      'RUN_TOO_LARGE warning',
    ]);
    expect(findings[0]?.message).toMatch(
      /^a run would take 0\.\d GB of memory \(limit 0\.0 GB\); about \d+ s\.$/,
    );
  });

  test('with --strict a run that is too large is an error', async () => {
    const { code, out } = await tesseraHere(['validate', '--strict', '--max-rows', '10'], folder);
    expect(code).toBe(1);
    expect(out).toContain('error RUN_TOO_LARGE  features/all.ts › training');
  });

  test('of the config, unless the command says otherwise; of other rules too', async () => {
    writeFileSync(
      join(folder, 'tessera.config.ts'),
      CONFIG(', limits: { runRows: 100, buckets: 30 }'),
    );
    expect(rulesOf(await validated())).toEqual([
      'BY_HIGH_CARDINALITY features/all.ts › spend › count()',
      LARGE,
      LARGE_ALONE,
    ]);
    expect(rulesOf(await validated('--max-rows', '1000'))).toHaveLength(1);
    writeFileSync(join(folder, 'tessera.config.ts'), CONFIG());
  });

  test.each([
    ["{ runRows: '100' }", 'limits'],
    ['{ runRows: 0 }', 'limits'],
    ['{ rows: 5 }', 'rows'],
    ['7', 'limits'],
  ])('a config with limits: %s is refused', async (limits, word) => {
    const text = CONFIG(`, limits: ${limits}`);
    for (const config of [text, text.replace('defineProject(', '(').replace(/import.*\n/, '')]) {
      writeFileSync(join(folder, 'tessera.config.ts'), config);
      const { code, err } = await tesseraHere(['validate'], folder);
      expect([code, err]).toEqual([1, expect.stringContaining(word)]);
    }
    writeFileSync(join(folder, 'tessera.config.ts'), CONFIG());
  });

  test.each([
    ['--max-rows', '1e9'],
    ['--max-rows', '0'],
    ['--max-rows', '-5'],
    ['--max-bytes', 'much'],
    ['--max-memory', '4 parsecs'],
  ])('%s %s is no limit', async (option, text) => {
    const { code, err } = await tesseraHere(['validate', `${option}=${text}`], folder);
    expect([code, err]).toEqual([1, expect.stringContaining(option)]);
  });
});

test('a diff says what building again takes, in words and in numbers', async () => {
  const other = newFolder();
  writeFileSync(join(other, 'tessera.config.ts'), CONFIG());
  mkdirSync(join(other, 'features'));
  const text = FEATURES.replace("windows: ['1d'] }), count", "windows: ['2d'] }), count");
  writeFileSync(join(other, 'features/all.ts'), text);
  const cost =
    /cost +4 partitions to build: reads (?:240|480) rows, [\d.]+ [kM]?B, about [\d.]+ s, peak \d+ MB/;
  const words = await tesseraHere(['diff', '--from', other], folder);
  expect(words.out.match(new RegExp(cost, 'g'))).toHaveLength(2);
  const { out } = await tesseraHere(['diff', '--from', other, '--json'], folder);
  const { estimates } = JSON.parse(out) as Told;
  expect(Object.keys(estimates).sort()).toEqual(['groupBy spend', 'join training']);
  expect(estimates['groupBy spend']).toMatchObject({ rows: 2 * DAYS * ROWS });
  const comment = await tesseraHere(['diff', '--from', other, '--markdown'], folder);
  expect(comment.out).toMatch(/4 partitions to build: reads (?:240|480) rows/);
  expect((await tesseraHere(['diff', '--from', other, '--no-lake'], folder)).out).not.toContain(
    'cost',
  );
});

test('the report page says it of every join and groupBy', async () => {
  const { code } = await tesseraHere(['lineage', '--report', 'report.html'], folder);
  expect(code).toBe(0);
  const page = readFileSync(join(folder, 'report.html'), 'utf8');
  expect(page.match(/4 partitions to build: reads (?:240|480) rows/g)).toHaveLength(3);
});

describe('values that columns have', () => {
  const payments = events({
    name: 'payments',
    path: 'payments',
    time: 'at',
    tieBreaker: 'id',
    columns: {
      id: 'string',
      user: 'string',
      shop: 'string',
      kind: 'string',
      amount: 'double',
      at: 'timestamp',
    },
    select: { big: { expression: 'amount > 5', type: 'boolean' } },
    where: "kind = 'x'",
  });
  const features = groupBy({
    name: 'g',
    source: payments,
    keys: ['user'],
    aggregations: [
      count({ windows: ['1d'], by: 'shop' }),
      count({ windows: ['1d'], by: 'kind' }),
      count({ windows: ['1d'], by: 'big' }),
      sum('amount', { windows: ['1d'] }),
      topKFrequent('id', { k: 2, maxDistinct: 10, windows: ['1d'] }),
    ],
  });
  const look = async (counts?: boolean) => {
    const { sources, problems } = await lookAtSources([features], {
      lake,
      ...(counts !== undefined && { counts }),
    });
    expect(problems).toEqual([]);
    return sources.get(definitionHash(payments));
  };

  test('are counted of buckets and of what is held apart, in the last partition, before any filter', async () => {
    const found = await look(true);
    // Of a computed column nothing is known before it is computed; of what is summed nobody asks.
    expect(Object.keys(found?.distinct ?? {}).sort()).toEqual(['id', 'kind', 'shop']);
    // The count is about right: of 35 values and of 60.
    expect(found?.distinct?.kind).toBe(2);
    expect(found?.distinct?.shop).toBeGreaterThan(28);
    expect(found?.distinct?.shop).toBeLessThan(42);
    expect(found?.distinct?.id).toBeGreaterThan(48);
    expect(found?.distinct?.id).toBeLessThan(72);
    expect(found).toMatchObject({ rows: DAYS * ROWS, hive: true });
    expect(found?.days).toEqual(Array.from({ length: DAYS }, (_, idx) => day(idx)));
  });

  test('are counted only where that is asked for', async () => {
    expect((await look())?.distinct).toBeUndefined();
    expect((await look(false))?.distinct).toBeUndefined();
  });

  test('of an empty last partition are those of the one before', async () => {
    const other = newFolder();
    await parquet(
      join(other, 'payments/ds=2025-03-01/a.parquet'),
      `SELECT * FROM read_parquet('${join(lake, `payments/ds=${day(0)}/a.parquet`)}')`,
    );
    await parquet(
      join(other, 'payments/ds=2025-03-02/a.parquet'),
      `SELECT * FROM read_parquet('${join(lake, `payments/ds=${day(1)}/a.parquet`)}') WHERE false`,
    );
    const { sources } = await lookAtSources([features], { lake: other, counts: true });
    expect(sources.get(definitionHash(payments))?.distinct?.shop).toBe(5);
  });
});
