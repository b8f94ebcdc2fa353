import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { count, entities, events, groupBy, type JoinSpec, join, part, sum } from '@tessera/api';
import { backfill, type RunOptions, trainSet } from '@tessera/engine';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Row } from '../oracle/types.js';
import { publishedRows, writeTable } from './lake-tables.js';
import { dayFile, numberedOrders as orders, states } from './till.js';
import { datasetRows, filesBelow, newFolder, parquet } from './workspace.js';

/** S3.2 over files: which days of a dump exist, and what is said of those that do not. */

const cities = groupBy({
  name: 'cities',
  source: states,
  keys: ['user'],
  aggregations: [count('city')],
});
let lake = '';
beforeEach(() => {
  lake = newFolder();
});

const options = () => ({ lake, out: joinPath(lake, 'out'), workers: 1 });
const run = (of: JoinSpec, more: RunOptions = {}) => trainSet(of, { ...options(), ...more });
const fill = (more: RunOptions = {}) => backfill(cities, { ...options(), ...more });

const dump = (ds: string, ...users: string[]): Row[] =>
  users.map((user) => ({ ds, user, city: `${user} on ${ds}` }));
const order = (id: number, ds: string): Row => ({ id, user: 'a', at: `${ds}T12:00:00Z` });

/** A dump of no rows. */
const emptyDump = (source: string, ds: string) =>
  parquet(
    dayFile(lake, source, ds, 'none'),
    `SELECT ''::VARCHAR AS "user", ''::VARCHAR AS city LIMIT 0`,
  );

describe('S3.2: a backfill over entities', () => {
  test('a day without a dump is an error that lists the days, and nothing is written', async () => {
    await writeTable(lake, states, [...dump('2025-03-01', 'a'), ...dump('2025-03-05', 'a', 'b')]);
    await emptyDump('states', '2025-03-03');
    const gap = {
      code: 'MISSING_SNAPSHOT',
      kind: 'user',
      params: { source: 'states', days: ['2025-03-02', '2025-03-04'] },
    };
    await expect(fill()).rejects.toMatchObject(gap);
    await expect(fill({ planOnly: true })).rejects.toMatchObject(gap);
    await expect(fill({ limit: 1 })).rejects.toMatchObject(gap);
    await expect(fill({ start: '2025-03-04', end: '2025-03-07' })).rejects.toMatchObject({
      params: { days: ['2025-03-04', '2025-03-06', '2025-03-07'] },
      message: expect.stringMatching(/3 days of the range: 2025-03-04, .*\n.*--start/),
    });
    expect(filesBelow(joinPath(lake, 'out'))).toEqual([]);
    // The days that have one can be made; a dump of no rows is a partition of no rows.
    const last = await fill({ start: '2025-03-05' });
    expect(last).toMatchObject({ partitionsWritten: ['2025-03-05'], rows: 2 });
    const none = await fill({ start: '2025-03-03', end: '2025-03-03' });
    expect(none).toMatchObject({ partitionsWritten: ['2025-03-03'], rows: 0 });
  });

  test('one file for all days must say so', async () => {
    await parquet(joinPath(lake, 'states', 'all.parquet'), `SELECT 'a' AS "user", 'x' AS city`);
    await expect(fill({ start: '2025-03-01', end: '2025-03-01' })).rejects.toMatchObject({
      code: 'MISSING_SNAPSHOT',
      message: expect.stringContaining('static: true'),
    });
  });
});

describe('S3.2: what a dump is', () => {
  const strict = join({ name: 'strict', left: orders, parts: [part(states)] });
  const lenient = join({
    name: 'lenient',
    left: orders,
    parts: [part(states, { missing: 'null' })],
  });
  const asked = [order(1, '2025-03-02'), order(2, '2025-03-03'), order(3, '2025-03-04')];
  const citiesOf = async (of: JoinSpec, path: string | null) =>
    (await publishedRows(of, path ?? '')).map((row) => row.states_city);

  test('a folder without a file is none, a file without a row is one', async () => {
    await writeTable(lake, orders, asked.slice(0, 1));
    await writeTable(lake, states, dump('2025-02-01', 'a'));
    mkdirSync(joinPath(lake, 'states', 'ds=2025-03-01'));
    writeFileSync(joinPath(lake, 'states', 'ds=2025-03-01', '_SUCCESS'), '');
    await expect(run(strict)).rejects.toMatchObject({
      code: 'MISSING_SNAPSHOT',
      params: { source: 'states', days: ['2025-03-01'], part: 'states' },
    });
    const first = await run(lenient);
    expect(first.report.missingSnapshots).toEqual([{ part: 'states', days: ['2025-03-01'] }]);

    await emptyDump('states', '2025-03-01');
    expect(await citiesOf(strict, (await run(strict)).path)).toEqual([null]);
    const second = await run(lenient);
    expect(second.plan.reasons).toEqual([
      { reason: 'input added: states/ds=2025-03-01/none.parquet', partitions: 1 },
    ]);
    expect(second.report.missingSnapshots).toEqual([]);
  });

  test("missing: 'null': a day that arrives, changes or goes makes its one reader stale", async () => {
    await writeTable(lake, orders, asked);
    await writeTable(lake, states, dump('2025-03-01', 'a'));
    await run(lenient);
    const step = async (reason: string, expected: readonly unknown[]) => {
      const { plan, partitionsWritten, path } = await run(lenient);
      expect(plan.reasons).toEqual([{ reason, partitions: 1 }]);
      expect(partitionsWritten).toEqual(['2025-03-03']);
      expect(await citiesOf(lenient, path)).toEqual(expected);
      expect((await run(lenient)).plan.toBuild).toBe(0);
    };
    const name = 'states/ds=2025-03-02/part-000.parquet';
    await writeTable(lake, states, dump('2025-03-02', 'a'));
    await step(`input added: ${name}`, ['a on 2025-03-01', 'a on 2025-03-02', null]);
    await writeTable(lake, states, [{ ds: '2025-03-02', user: 'a', city: 'elsewhere' }]);
    await step(`input changed: ${name}`, ['a on 2025-03-01', 'elsewhere', null]);
    rmSync(joinPath(lake, name));
    await step(`input removed: ${name}`, ['a on 2025-03-01', null, null]);
  });

  test('a left folder without a file is no day', async () => {
    await writeTable(
      lake,
      orders,
      asked.map((row) => ({ ...row, ds: String(row.at).slice(0, 10) })),
    );
    await writeTable(lake, states, dump('2025-03-01', 'a'));
    mkdirSync(joinPath(lake, 'orders', 'ds=2025-03-09'));
    expect((await run(lenient)).partitionsWritten).toEqual([
      '2025-03-02',
      '2025-03-03',
      '2025-03-04',
    ]);
    rmSync(joinPath(lake, 'orders'), { recursive: true });
    mkdirSync(joinPath(lake, 'orders', 'ds=2025-03-09'), { recursive: true });
    await expect(run(lenient)).rejects.toMatchObject({ code: 'NO_PARTITIONS' });
  });
});

describe('two parts of one name', () => {
  const homes = entities({
    name: 'homes',
    path: 'homes',
    keys: ['user'],
    columns: { user: 'string', city: 'string' },
  });
  const state = groupBy({
    name: 'place',
    source: states,
    keys: ['user'],
    aggregations: [count('city', { as: 'state' })],
  });
  const home = groupBy({
    name: 'place',
    source: homes,
    keys: ['user'],
    aggregations: [count('city', { as: 'home' })],
  });

  beforeEach(async () => {
    await writeTable(lake, orders, [
      order(1, '2025-03-02'),
      { ...order(2, '2025-03-02'), user: null },
    ]);
    await writeTable(lake, states, dump('2025-02-01', 'a'));
    await writeTable(lake, homes, dump('2025-03-01', 'a'));
  });

  test('each has its own `missing`, whichever comes first', async () => {
    const parts = [part(state, { missing: 'null' }), part(home)];
    for (const [name, of] of [
      ['forth', parts],
      ['back', [...parts].reverse()],
    ] as const) {
      const both = join({ name, left: orders, parts: [...of] });
      const result = await run(both);
      expect(result.report.missingSnapshots).toEqual([
        { part: 'place of states', days: ['2025-03-01'] },
      ]);
      expect(result.report.left.rowsWithNullKey.map(({ part: told }) => told).sort()).toEqual([
        'place of homes',
        'place of states',
      ]);
      expect(result.plan.parts.map((one) => [one.name, one.source, one.columns]).sort()).toEqual([
        ['place of homes', 'homes', 1],
        ['place of states', 'states', 1],
      ]);
      const [row] = await datasetRows(result.path ?? '');
      expect(row).toMatchObject({ place_state: null, place_home: 1n });
    }
    // The other way round it is the one without `missing` that is refused, by its name.
    const refused = join({
      name: 'refused',
      left: orders,
      parts: [part(state), part(home, { missing: 'null' })],
    });
    await expect(run(refused)).rejects.toMatchObject({
      code: 'MISSING_SNAPSHOT',
      params: { source: 'states', days: ['2025-03-01'], part: 'place of states' },
    });
  });

  test('one part twice, with another prefix, lag and `missing`', async () => {
    const twice = (now: 'error' | 'null', before: 'error' | 'null') =>
      join({
        name: 'twice',
        left: orders,
        parts: [
          part(home, { missing: now }),
          part(home, { prefix: 'before', lag: '1d', missing: before }),
        ],
      });
    await expect(run(twice('null', 'error'))).rejects.toMatchObject({
      code: 'MISSING_SNAPSHOT',
      params: { days: ['2025-02-28'], part: 'before_place' },
    });
    const { report, path } = await run(twice('error', 'null'));
    expect(report.missingSnapshots).toEqual([{ part: 'before_place', days: ['2025-02-28'] }]);
    expect((await datasetRows(path ?? ''))[0]).toMatchObject({
      place_home: 1n,
      before_place_home: null,
    });
  });

  test('over events: rows with a null key of each', async () => {
    const paid = events({
      name: 'paid',
      path: 'paid',
      columns: { user: 'string', id: 'int32', at: 'timestamp' },
      time: 'at',
    });
    const spend = (key: 'user' | 'id', as: string) =>
      groupBy({ name: 'spend', source: paid, keys: [key], aggregations: [sum('id', { as })] });
    await writeTable(lake, paid, [{ user: 'a', id: 1, at: '2025-03-01T00:00:00Z' }]);
    const both = join({
      name: 'both',
      left: orders,
      parts: [part(spend('id', 'x')), part(spend('user', 'y'))],
    });
    expect((await run(both)).report.left.rowsWithNullKey).toEqual([
      { part: 'spend of paid (part 2)', rows: 1 },
    ]);
  });
});
