import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseType, type SourceSpec } from '@tessera/api';
import { quoteLiteral, run } from '@tessera/lake';
import { describe, expect, test } from 'vitest';
import { fileExchange } from '../src/exchange.js';
import { memoryBudget, shareMemory } from '../src/memory.js';
import { phaseClock } from '../src/profile/phase-clock.js';
import type { TaskContext } from '../src/tasks/context.js';
import { runLeft } from '../src/tasks/left.js';
import { leftLookups } from '../src/tasks/left-lookup.js';
import { runKeys } from '../src/tasks/tables.js';
import type { LeftTask } from '../src/tasks/task.js';
import { sessionHere } from './session-here.js';

const { session, folder: dir } = await sessionHere('left');

const { worker } = shareMemory(memoryBudget(undefined), 1);
let exchanges = 0;
function contextOf(memory: Partial<typeof worker>): TaskContext {
  const folder = join(dir, `exchange-${exchanges++}`);
  mkdirSync(folder);
  return {
    session,
    exchange: fileExchange(folder),
    memory: { ...worker, ...memory },
    cancelled: () => false,
    clock: phaseClock(0),
  };
}

const LOOKED_UP = {};
/** No memory for a table of keys. */
const JOINED = { taskBytes: 100, leastRows: 1e6 };

const source: SourceSpec = {
  ...{ kind: 'events', name: 'asked', path: 'asked', format: 'parquet', time: 'at' },
  columns: [
    { name: 'user', type: parseType('string'), nullable: true },
    { name: 'shop', type: parseType('int64'), nullable: true },
    { name: 'at', type: parseType('timestamp'), nullable: true },
  ],
};

const DAYS = ['2025-01-01', '2025-01-02', '2025-01-03'];

let files = 0;
/** A file of left rows with null keys and times; `spread` puts each row on any of the days. */
async function leftFile(ds: string, rows: number, spread: boolean): Promise<string> {
  const path = join(dir, `left-${files++}.parquet`);
  const day = spread ? `CAST(hash(i) % 4 AS INTEGER)` : '0';
  const sql = `SELECT CASE WHEN i % 11 = 3 THEN NULL ELSE 'u' || hash(i + ${files}) % 500 END AS user,
    CASE WHEN i % 7 = 2 THEN NULL ELSE CAST(hash(i * 3) % 90 AS BIGINT) - 45 END AS shop,
    CASE WHEN i % 13 = 5 THEN NULL ELSE TIMESTAMP '${ds} 00:00:00' + INTERVAL 1 DAY * ${day} + INTERVAL 1 SECOND * (hash(i) % 3000) END AS at
    FROM range(${rows}) r(i)`;
  await run(
    session,
    `COPY (${sql}) TO ${quoteLiteral(path)} (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
  );
  return path;
}

const keySet = (id: string, column: string, type: string): LeftTask['keySets'][number] => ({
  keySet: { id, columns: [column], types: [parseType(type)], snapshotLagMs: null },
  table: { kind: 'exchange', name: `${id}.parquet` },
});
const USER = keySet('users', 'user', 'string');
const SHOP = keySet('shops', 'shop', 'int64');
const BOTH = withKeySet('both', { columns: ['user', 'shop'] });
const DAILY = withKeySet('daily', { columns: ['shop'], snapshotLagMs: 3 * 3_600_000 });

function withKeySet(
  id: string,
  changes: Partial<(typeof USER)['keySet']>,
): LeftTask['keySets'][number] {
  return {
    ...USER,
    keySet: { ...USER.keySet, id, ...changes },
    table: { kind: 'exchange', name: `${id}.parquet` },
  };
}

type Changes = Partial<Omit<LeftTask, 'type' | 'id'>>;

async function taskOf(hive: boolean, changes: Changes = {}): Promise<LeftTask> {
  const sizes = [5000, 0, 3000];
  const made = [];
  for (const [idx, ds] of DAYS.entries())
    made.push({ path: await leftFile(ds, sizes[idx]!, !hive), ds: hive ? ds : null });
  const labels = hive ? DAYS : [...DAYS, '__none__'];
  return {
    ...{ type: 'left', id: '0', limit: null, rowsAtMost: 8000, buckets: 5 },
    from: { source, relation: { kind: 'parquet', files: made } },
    keySets: [USER, SHOP],
    partitions: labels.map((ds, idx) => ({ ds, idx: idx + 3 })),
    ...changes,
  };
}

/** What a task leaves, blocks of a bucket one behind the other, and which way it took. */
async function left(task: LeftTask, memory: Partial<typeof worker>) {
  const context = contextOf(memory);
  const { from, keySets } = task;
  if (from === null) throw new Error('a grid');
  for (const { keySet: own, table } of keySets)
    await runKeys(context, { type: 'keys', keySet: own, from, grid: null, out: table });
  const isLookedUp = (await leftLookups(context, task)) !== null;
  const { sections, ...counts } = await runLeft(context, task);
  let blocks = 0;
  const rows = Object.entries(sections).map(([id, buckets]) => [
    id,
    buckets.map((own) =>
      own.flatMap((section) => {
        blocks++;
        const { columns } = context.exchange.read(section);
        const { partition, position, code, t } = columns;
        if (partition?.kind !== 'code' || position?.kind !== 'code') throw new Error('no place');
        if (code?.kind !== 'code' || t?.kind !== 'f64') throw new Error('no key or time');
        return Array.from(code.values, (of, i) => [
          ...[partition.values[i], position.values[i], of, t.values[i]],
        ]);
      }),
    ),
  ]);
  return { isLookedUp, blocks, rows, counts };
}

describe('left rows whose keys are looked up', () => {
  test.each<[string, boolean, Changes]>([
    ['files with a day each', true, {}],
    ['files without days', false, {}],
    ['some of the days', true, { partitions: [{ ds: DAYS[2]!, idx: 0 }] }],
    ['some of the days of files without', false, { partitions: [{ ds: DAYS[1]!, idx: 0 }] }],
    ['one bucket', true, { buckets: 1 }],
    ['one key set', true, { keySets: [SHOP] }],
    ['no key set', true, { keySets: [] }],
    ['a key of two columns', true, { keySets: [SHOP, BOTH] }],
    ['keys by day', true, { keySets: [DAILY, USER] }],
    ['all of them, without days', false, { keySets: [BOTH, DAILY, USER, SHOP] }],
  ])('are those that a join finds: %s', async (_, hive, changes) => {
    const task = await taskOf(hive, changes);
    const joined = await left(task, JOINED);
    const lookedUp = await left(task, LOOKED_UP);
    if (task.keySets.length > 0) expect(joined.isLookedUp).toBe(false);
    expect(lookedUp.isLookedUp).toBe(true);
    expect(Object.values(joined.counts.rows).some((rows) => rows > 0)).toBe(true);
    expect(lookedUp.rows).toEqual(joined.rows);
    expect(lookedUp.counts).toEqual(joined.counts);
  });

  test('with memory for a few rows they are left a few at a time', async () => {
    const task = await taskOf(true, { keySets: [USER] });
    const whole = await left(task, LOOKED_UP);
    // A fifth of it is for the table of keys.
    const cut = await left(task, { taskBytes: 300_000, leastRows: 7 });
    expect(cut.isLookedUp).toBe(true);
    expect(cut.blocks).toBeGreaterThan(whole.blocks);
    expect(cut.rows).toEqual(whole.rows);
    expect(cut.counts).toEqual(whole.counts);
  });

  test('SQL joins where rows are not in the order of files, or a key has no look-up', async () => {
    const task = await taskOf(true);
    const { from } = task;
    if (from === null) throw new Error('a grid');
    const context = contextOf(LOOKED_UP);
    for (const { keySet: own, table } of task.keySets)
      await runKeys(context, { type: 'keys', keySet: own, from, grid: null, out: table });
    const isLookedUp = async (changes: Changes) =>
      (await leftLookups(context, { ...task, ...changes })) !== null;
    expect(await isLookedUp({})).toBe(true);
    expect(await isLookedUp({ limit: 10 })).toBe(false);
    expect(await isLookedUp({ from: null })).toBe(false);
    const deduplicated = { ...from, source: { ...source, eventId: 'user' } };
    expect(await isLookedUp({ from: deduplicated })).toBe(false);
    const time = keySet('users', 'at', 'timestamp');
    expect(await isLookedUp({ keySets: [USER, time] })).toBe(false);
  });
});
