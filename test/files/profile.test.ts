import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { count, events, groupBy, join, part, sum } from '@tessera/api';
import {
  backfill,
  buildTiles,
  PHASES,
  type RunOptions,
  type RunProfile,
  type RunResult,
  trainSet,
} from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { filesBelow, hashes, newFolder, parquet } from './workspace.js';

const folder = newFolder();
const lake = joinPath(folder, 'lake');
const DAYS = ['2025-03-01', '2025-03-02', '2025-03-03'];
/** More than one thread would be left alone with. */
const ROWS_PER_DAY = 100_000;
const ORDERS_PER_DAY = 500;

const columns = { user: 'string', amount: 'double', at: 'timestamp' } as const;
const visits = events({ name: 'visits', path: 'visits', columns, time: 'at' });
const orders = events({ name: 'orders', path: 'orders', columns, time: 'at' });
const aggregations = [count({ windows: ['2h', '2d'] }), sum('amount', { windows: ['1d'] })];
const byUser = groupBy({ name: 'by_user', source: visits, keys: ['user'], aggregations });
const features = join({ name: 'features', left: orders, parts: [part(byUser)] });

const rowsOf = (ds: string, rows: number) =>
  `SELECT 'u' || i % 97 AS "user", i / 8 AS amount, TIMESTAMP '${ds}' + to_milliseconds((i * 7919) % 86400000) AS at
   FROM range(${rows}) t(i)`;

beforeAll(async () => {
  for (const ds of DAYS) {
    const fileOf = (name: string) => joinPath(lake, name, `ds=${ds}`, 'part.parquet');
    await parquet(fileOf('visits'), rowsOf(ds, ROWS_PER_DAY));
    await parquet(fileOf('orders'), rowsOf(ds, ORDERS_PER_DAY));
  }
});

const total = (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0);
const namesOf = (profile: RunProfile) => profile.stages.map(({ stage }) => stage);

/** All moments of the run are of a stage, all moments of workers in it of a phase. */
function checkSums({ profile, counters }: RunResult): RunProfile {
  if (profile === null) throw new Error('no profile');
  expect(total(profile.stages.map(({ wallMs }) => wallMs))).toBeCloseTo(profile.wallMs, 3);
  expect(total(profile.stages.map(({ tasks }) => tasks))).toBe(counters.tasks);
  for (const { stage, wallMs, tasks, phasesMs, usage } of profile.stages) {
    expect(wallMs).toBeGreaterThanOrEqual(0);
    for (const used of Object.values(usage)) expect(used).toBeGreaterThanOrEqual(0);
    const phases = Object.entries(phasesMs);
    if (tasks === 0) {
      expect(phases, stage).toEqual([]);
      continue;
    }
    expect(PHASES).toEqual(expect.arrayContaining(phases.map(([phase]) => phase)));
    for (const [phase, ms] of phases) expect(ms, `${stage} ${phase}`).toBeGreaterThan(-1e-6);
    expect(total(phases.map(([, ms]) => ms)), stage).toBeCloseTo(profile.workers * wallMs, 3);
  }
  expect(profile.usage.minorFaults).toBe(
    total(profile.stages.map(({ usage }) => usage.minorFaults)),
  );
  return profile;
}

interface Event {
  readonly name: string;
  readonly cat?: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args?: Readonly<Record<string, number | string>>;
}

/** A trace as viewers want it: on each track what overlaps lies within, and every track has a name. */
function readTrace(file: string, { wallMs }: RunProfile): Event[] {
  const document = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: Event[] };
  const { traceEvents: all } = document;
  const named = all.filter(({ name }) => name === 'thread_name').map(({ tid }) => tid);
  for (const { name, ph, ts, dur, pid, tid } of all) {
    expect([typeof name, pid], name).toEqual(['string', 1]);
    expect(['X', 'M', 'C']).toContain(ph);
    expect(Number.isInteger(ts) && ts >= 0 && ts <= 1000 * wallMs).toBe(true);
    expect(named).toContain(tid);
    if (ph !== 'X') continue;
    expect(Number.isInteger(dur) && dur! >= 0).toBe(true);
  }
  for (const track of new Set(named)) {
    const open: Event[] = [];
    const spans = all.filter(({ ph, tid }) => ph === 'X' && tid === track);
    spans.sort((a, b) => a.ts - b.ts || b.dur! - a.dur!);
    for (const span of spans) {
      while (open.length > 0 && endOf(open.at(-1)!) <= span.ts) open.pop();
      for (const outer of open) expect(endOf(span)).toBeLessThanOrEqual(endOf(outer));
      open.push(span);
    }
  }
  return all;
}

const endOf = ({ ts, dur }: Event) => ts + (dur ?? 0);

const NOT_TASKS: ReadonlySet<string | undefined> = new Set(['stage', 'phase', 'beside', 'start']);
const tasksOf = (all: readonly Event[]) =>
  all.filter(({ ph, cat }) => ph === 'X' && !NOT_TASKS.has(cat));

function checkTasks(all: readonly Event[]): void {
  for (const { name, dur, args = {} } of tasksOf(all)) {
    const phases = PHASES.flatMap((phase) => (args[`${phase} ms`] as number | undefined) ?? []);
    expect(phases.length, name).toBeGreaterThan(0);
    // Each is rounded to a microsecond.
    expect(1000 * total(phases), name).toBeLessThan(dur! + phases.length + 1);
  }
}

test.each([
  ['the calling thread', 1],
  ['two threads', 2],
])('a training set by %s', async (_, workers) => {
  const file = joinPath(folder, `${workers}.json`);
  const out = joinPath(folder, `out-${workers}`);
  const result = await trainSet(features, { lake, out, workers, profile: file });
  const profile = checkSums(result);
  expect([profile.timeline, profile.workers]).toEqual([file, workers]);
  const names = ['plan', 'check', 'start', 'keys', 'left', 'scan', 'join', 'write'];
  expect(namesOf(profile)).toEqual([...names, 'contents', 'publish', 'stop', 'rest']);
  const of = Object.fromEntries(profile.stages.map((stage) => [stage.stage, stage]));
  expect(of.scan?.rows).toBe(DAYS.length * ROWS_PER_DAY);
  expect(of.join?.rows).toBe(DAYS.length * ORDERS_PER_DAY);
  expect(of.write?.rows).toBe(DAYS.length * ORDERS_PER_DAY);
  // What one stage leaves the next one reads.
  expect(of.join?.readBytes).toBe(of.left!.writtenBytes + of.scan!.writtenBytes);
  const moved = total(profile.stages.map(({ readBytes }) => readBytes));
  expect(moved).toBeGreaterThan(result.counters.bytesRead);
  for (const phase of ['scan', 'scatter', 'write'] as const)
    expect(of.scan?.phasesMs[phase]).toBeGreaterThan(0);
  for (const phase of ['read', 'sort', 'sweep', 'write'] as const)
    expect(of.join?.phasesMs[phase]).toBeGreaterThan(0);

  const all = readTrace(file, profile);
  checkTasks(all);
  expect(tasksOf(all)).toHaveLength(result.counters.tasks);
  const threads = new Set(tasksOf(all).map(({ tid }) => tid));
  const stages = all.filter(({ cat }) => cat === 'stage');
  expect(new Set(stages.map(({ tid }) => tid)).size).toBe(1);
  if (workers === 1) expect(threads).toEqual(new Set([stages[0]!.tid]));
  else expect(threads).not.toContain(stages[0]!.tid);
  expect(new Set(stages.map(({ name }) => name))).toEqual(
    new Set(namesOf(profile).filter((name) => name !== 'rest')),
  );

  // The bytes that are published do not depend on being looked at.
  const plain = joinPath(folder, `plain-${workers}`);
  const unasked = await trainSet(features, { lake, out: plain, workers });
  expect(unasked.profile).toBe(null);
  const parquetOnly = (name: string) => name.endsWith('.parquet');
  expect(hashes(out, parquetOnly)).toEqual(hashes(plain, parquetOnly));
});

test('tiles, daily values over them, a preview, and nothing to do', async () => {
  const out = joinPath(folder, 'tiled');
  const options: RunOptions = { lake, out, workers: 2, profile: true };
  const tiles = checkSums(await buildTiles(features, options));
  expect(tiles.timeline).toBe(null);
  const built = tiles.stages.find(({ stage }) => stage === 'tiles');
  expect(built?.rows).toBe(DAYS.length * ROWS_PER_DAY);
  for (const phase of ['scan', 'merge', 'write'] as const)
    expect(built?.phasesMs[phase]).toBeGreaterThan(0);
  expect(namesOf(tiles)).toContain('publish');

  const daily = checkSums(await backfill(byUser, { ...options, summary: true, format: 'csv' }));
  expect(namesOf(daily)).toEqual(expect.arrayContaining(['scan', 'export', 'summary']));
  const again = checkSums(await backfill(byUser, options));
  expect(namesOf(again)).toEqual(['plan', 'check', 'rest']);
  const preview = checkSums(await trainSet(features, { ...options, limit: 10 }));
  expect(namesOf(preview)).toContain('join');
  const plan = checkSums(await trainSet(features, { ...options, planOnly: true }));
  expect(namesOf(plan)).toEqual(['plan', 'check', 'rest']);
  expect(filesBelow(out).filter((name) => name.endsWith('.json') && /trace/.test(name))).toEqual(
    [],
  );
});

test('a run that fails leaves no file, and an earlier one as it was', async () => {
  const bad = joinPath(folder, 'bad');
  for (const ds of DAYS) {
    const fileOf = (name: string) => joinPath(bad, name, `ds=${ds}`, 'part.parquet');
    const infinite = `SELECT * REPLACE (CASE WHEN i % 50 = 0 THEN CAST('inf' AS DOUBLE) ELSE amount END AS amount)`;
    await parquet(
      fileOf('visits'),
      `SELECT * EXCLUDE (i) FROM (${infinite} FROM (SELECT *, row_number() OVER () AS i FROM (${rowsOf(ds, 200)})))`,
    );
    await parquet(fileOf('orders'), rowsOf(ds, 20));
  }
  const runs = joinPath(folder, 'failed');
  mkdirSync(runs);
  const out = joinPath(runs, 'out');
  const file = joinPath(runs, 'run.json');
  const failing = () => trainSet(features, { lake: bad, out, strict: true, profile: file });
  await expect(failing()).rejects.toMatchObject({ code: 'INFINITE_INPUT' });
  expect(filesBelow(runs)).toEqual([]);
  await trainSet(features, { lake: bad, out: joinPath(folder, 'fine'), profile: file });
  const earlier = readFileSync(file);
  await expect(failing()).rejects.toMatchObject({ code: 'INFINITE_INPUT' });
  expect(filesBelow(runs)).toEqual(['run.json']);
  expect(readFileSync(file)).toEqual(earlier);
});

test('a place that cannot be written is refused before anything is done', async () => {
  const out = joinPath(folder, 'refused');
  const other = joinPath(folder, 'other.json');
  writeFileSync(other, '{}');
  let planned = 0;
  const refused = (profile: unknown) =>
    trainSet(features, {
      ...{ lake, out, onPlan: () => planned++ },
      profile: profile as string,
    }).then(
      () => 'it ran',
      ({ code, params }) => [code, params.option, params.reason.replaceAll(folder, '…')],
    );
  expect(await refused(joinPath(folder, 'none', 'run.json'))).toEqual([
    ...['BAD_OPTION', 'profile'],
    'cannot be written: there is no folder …/none',
  ]);
  expect(await refused(folder)).toEqual(['BAD_OPTION', 'profile', 'names what is no file: …']);
  expect(await refused(other)).toEqual([
    ...['BAD_OPTION', 'profile'],
    'would replace a file that is no timeline: …/other.json',
  ]);
  expect(await refused(3)).toEqual([
    ...['BAD_OPTION', 'profile'],
    'must be true, false or the path of a file: 3',
  ]);
  expect([planned, existsSync(out), readFileSync(other, 'utf8')]).toEqual([0, false, '{}']);
});
