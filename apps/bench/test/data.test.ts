import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { benchData, type DataSpec } from '../src/data.js';
import { newFolder, sql } from './support.js';

const SPEC: DataSpec = {
  events: 20_000,
  leftRows: 2_000,
  keys: 100,
  hotShare: 0.2,
  days: 5,
  seed: 42,
};

const rowsOf = (dir: string, table: string) =>
  `read_parquet('${join(dir, table)}/*/*.parquet', hive_partitioning = true)`;

test('rows, keys, the hot share and the days are as asked', async () => {
  const data = await benchData(SPEC, { cache: newFolder(), threads: 2 });
  expect(data.files).toBe(2 * SPEC.days);
  const [events] =
    await sql(`SELECT count(*)::INTEGER AS rows, count(DISTINCT row_id)::INTEGER AS ids,
      max(row_id)::INTEGER AS last, count(DISTINCT ds)::INTEGER AS days, bool_and(ts::DATE = ds) AS own_day,
      bool_and(amount >= 0.5 AND abs(amount * 100 - round(amount * 100)) < 1e-6) AS cents,
      count_if(user_id = 'u0000100') / count(*) AS hot, max(user_id) AS last_key
    FROM ${rowsOf(data.dir, 'events')}`);
  const { hot, ...rest } = events ?? {};
  expect(rest).toEqual({
    rows: SPEC.events,
    ids: SPEC.events,
    last: SPEC.events - 1,
    days: SPEC.days,
    own_day: true,
    cents: true,
    last_key: 'u0000100',
  });
  expect(Number(hot)).toBeCloseTo(SPEC.hotShare, 1);
  const [left] = await sql(`SELECT count(*)::INTEGER AS rows FROM ${rowsOf(data.dir, 'left')}`);
  expect(left).toEqual({ rows: SPEC.leftRows });
});

test('without a hot key there is none', async () => {
  const data = await benchData({ ...SPEC, hotShare: 0 }, { cache: newFolder(), threads: 1 });
  const [row] = await sql(`SELECT max(user_id) AS last FROM ${rowsOf(data.dir, 'events')}`);
  expect(row).toEqual({ last: 'u0000099' });
});

test('a spec gives the same bytes on any number of threads, and is made once', async () => {
  const hashes = async (threads: number) => {
    const cache = newFolder();
    let days = 0;
    const { dir } = await benchData(SPEC, { cache, threads, onDay: () => days++ });
    await benchData(SPEC, { cache, threads, onDay: () => days++ });
    expect(days).toBe(SPEC.days);
    return readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.parquet'))
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex'),
      ]);
  };
  expect(await hashes(1)).toEqual(await hashes(2));
});
