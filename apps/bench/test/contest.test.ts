import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { standardCase } from '../src/cases/standard.js';
import type { Baseline, Contender } from '../src/contender.js';
import { type Contest, hold } from '../src/contest.js';
import { figures } from '../src/figures.js';
import { keptBaselines } from '../src/kept.js';
import { jsonLine } from '../src/report.js';
import { tableText } from '../src/table.js';
import { newFolder, writeResult } from './support.js';

const ROWS = 50;
const SCRIPT = 'printf "%s " "$2" >> "$1"; cp "$3" "$4"; sleep "$5"';

interface World {
  readonly folder: string;
  readonly contest: Contest;
  readonly said: string[];
  /** Who ran, in order. */
  readonly order: () => string[];
  readonly copies: (name: string, from?: string, seconds?: number) => Baseline;
}

/** Contenders that copy a finished result, which is all that the rounds need. */
async function world(): Promise<World> {
  const folder = newFolder();
  const log = join(folder, 'log');
  await writeResult(join(folder, 'good.parquet'), ROWS);
  await writeResult(join(folder, 'bad.parquet'), ROWS, { g_amount_max_7d: 'row_id + 1.5' });
  const copies = (name: string, from = 'good', seconds = 0): Baseline => ({
    name,
    title: name,
    version: () => 'one',
    family: 'duckdb',
    prepare: async () => null,
    place: ({ work }) => join(work, `${name}.parquet`),
    command: (_, place) => ({
      file: 'sh',
      args: ['-c', SCRIPT, 'sh', log, name, join(folder, `${from}.parquet`), place, `${seconds}`],
    }),
    result: (place) => place,
  });
  const said: string[] = [];
  const spec = { events: 100, leftRows: ROWS, keys: 5, hotShare: 0, days: 1, seed: 1 };
  const contest: Contest = {
    reference: copies('tessera') satisfies Contender,
    variants: [],
    baselines: [],
    checks: [],
    setting: {
      data: { spec, id: 'tiny', dir: folder, bytes: 1, files: 1 },
      of: standardCase,
      day: null,
      leftRows: ROWS,
      workers: 1,
      work: folder,
      cache: folder,
    },
    runs: 2,
    stopAfterSeconds: 60,
    slowSeconds: 60,
    kept: keptBaselines(folder),
    fresh: false,
    say: (line) => said.push(line),
  };
  const order = () => readFileSync(log, 'utf8').trim().split(' ');
  return { folder, contest, said, order, copies };
}

const outline = ({ contest }: World) => ({
  benchmark: 'tiny',
  of: standardCase,
  scale: 1,
  data: contest.setting.data,
  runs: contest.runs,
  workers: 1,
  loadBefore: 0,
  budgets: {},
});

test('all are checked first, then take turns, the second round in reverse', async () => {
  const w = await world();
  const entries = await hold({
    ...w.contest,
    baselines: [w.copies('a'), w.copies('b')],
    checks: [w.copies('c')],
  });
  expect(w.order()).toEqual(['tessera', 'a', 'b', 'c', 'tessera', 'a', 'b', 'b', 'a', 'tessera']);
  const line = jsonLine(outline(w), entries);
  expect(line).toMatchObject({
    a_agreed_rows: ROWS,
    a_times: 2,
    c_agreed_rows: ROWS,
    left_rows: ROWS,
  });
  expect(line.ratio_a).toBeGreaterThan(0);
  expect(line).not.toHaveProperty('c_s');
  expect(tableText(outline(w), entries)).toMatch(/c agrees in all 750 cells of 50 rows/);
});

test('a difference ends it before anything is timed', async () => {
  const w = await world();
  const held = hold({ ...w.contest, baselines: [w.copies('a', 'bad')] });
  await expect(held).rejects.toThrow(/a and Tessera differ in:\n {2}g_amount_max_7d: 50 rows/);
  expect(w.order()).toEqual(['tessera', 'a']);
});

test('a slow baseline runs once, is kept, and is still compared', async () => {
  const w = await world();
  const contest = { ...w.contest, slowSeconds: 0.5 };
  const slow = w.copies('slow', 'good', 0.6);
  await hold({ ...contest, baselines: [slow] });
  expect(w.order().filter((name) => name === 'slow')).toEqual(['slow']);

  const entries = await hold({ ...contest, baselines: [slow] });
  expect(w.order().filter((name) => name === 'slow')).toEqual(['slow']);
  const today = new Date().toISOString().slice(0, 10);
  expect(tableText(outline(w), entries)).toContain(`cached, measured on ${today}`);
  expect(jsonLine(outline(w), entries).slow_cached_on).toBe(today);

  const other = { ...contest, reference: w.copies('tessera', 'bad') };
  await expect(hold({ ...other, baselines: [slow] })).rejects.toThrow('slow and Tessera differ');

  // Another version, and `fresh`, measure again.
  await hold({ ...contest, baselines: [{ ...slow, version: () => 'two' }] });
  await hold({ ...contest, fresh: true, baselines: [slow] });
  expect(w.order().filter((name) => name === 'slow')).toHaveLength(3);
});

test('who is stopped, and who cannot take part, is told, without a time', async () => {
  const w = await world();
  const never = { ...w.copies('never'), prepare: async () => 'not installed' };
  const entries = await hold({
    ...w.contest,
    stopAfterSeconds: 3,
    baselines: [w.copies('hang', 'good', 60), never],
  });
  const line = jsonLine(outline(w), entries);
  expect(line).toMatchObject({
    hang_stopped_after_s: 3,
    ratio_hang: null,
    never_skipped: 'not installed',
  });
  expect(line.ratio_hang_at_least).toBeGreaterThan(0);
  const text = tableText(outline(w), entries);
  expect(text).toMatch(/hang +> 3 s +stopped/);
  expect(text).toMatch(/never +skipped: not installed/);
  expect(text).toContain('compared with NOBODY');
});

test('median, spread and the most memory of several runs', () => {
  const run = (seconds: number, peakBytes: number | null) => ({
    seconds,
    peakBytes,
    cpuSeconds: null,
    readBytes: 3,
    diskReadBytes: 0,
  });
  expect(figures([run(4, 10), run(1, 30), run(2, null)])).toEqual({
    seconds: 2,
    minSeconds: 1,
    maxSeconds: 4,
    peakBytes: 30,
    cpuSeconds: null,
    readBytes: 3,
    diskReadBytes: 0,
    foretold: null,
    told: null,
  });
  expect(figures([run(4, 1), run(1, 1)])?.seconds).toBe(2.5);
  expect(figures([])).toBe(null);
});
