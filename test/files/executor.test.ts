import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Expression, parseType, type SourceSpec } from '@tessera/api';
import { withArena } from '@tessera/columnar';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
// The contract is not public: implementations are made where runs are made.
import {
  type Executor,
  inlineExecutor,
  threadsExecutor,
} from '../../packages/engine/dist/executor.js';
import { lanesExecutor } from '../../packages/engine/dist/lanes-executor.js';
import type { KeysTask, LeftTask, ScatterTask } from '../../packages/engine/dist/tasks/task.js';
import { newFolder, parquet } from './workspace.js';

const folder = newFolder();
const SLOW = 7;
const fileOf = (rows: number) => join(folder, `${rows}.parquet`);

beforeAll(async () => {
  for (let rows = 1; rows <= 12; rows++) {
    await parquet(
      fileOf(rows),
      `SELECT 'u' || i AS "user", TIMESTAMP '2025-01-01' AS at FROM range(${rows}) t(i)`,
    );
  }
  await parquet(
    join(folder, 'twice.parquet'),
    `SELECT 'u1' AS "user", TIMESTAMP '2025-01-01' AS at FROM range(2)`,
  );
});

function source(where?: Expression): SourceSpec {
  return {
    kind: 'events',
    name: 'visits',
    path: 'visits',
    format: 'parquet',
    columns: [
      { name: 'user', type: parseType('string'), nullable: true },
      { name: 'at', type: parseType('timestamp'), nullable: true },
    ],
    time: 'at',
    ...(where && { where }),
  };
}

const keySet = { id: 'k0', columns: ['user'], types: [parseType('string')], snapshotLagMs: null };
const scan = (path: string) => ({
  source: source(),
  relation: { kind: 'parquet' as const, files: [{ path, ds: null }] },
});

/** Answers with the number of rows of the file, and leaves `name`. */
function keysTask(name: string, path: string, where?: Expression): KeysTask {
  const from = { ...scan(path), source: source(where) };
  return { type: 'keys', keySet, from, grid: null, out: { kind: 'exchange', name } };
}

/** Leaves files that can be written once only. */
function leftTask(id: string, keys: string): LeftTask {
  const table = { kind: 'exchange' as const, name: keys };
  const partitions = [{ idx: 0, ds: '2025-01-01' }];
  return {
    type: 'left',
    id,
    from: scan(fileOf(3)),
    keySets: [{ keySet, table }],
    partitions,
    buckets: 2,
    limit: null,
    rowsAtMost: 3,
  };
}

/** Fails with a code and parameters of its own. */
function failingTask(keys: string): ScatterTask {
  const { source: of, relation } = scan(join(folder, 'twice.parquet'));
  return {
    type: 'scatter',
    id: 'failing',
    scan: {
      id: 's0',
      source: of,
      sourceId: 'visits',
      keySet: 'k0',
      keys: ['user'],
      byPartition: false,
      startMs: null,
      endMs: null,
      lanes: [],
      tie: null,
      queries: [],
      uniqueKeys: true,
      timeless: true,
      parts: [0],
    },
    relation,
    keys: { kind: 'exchange', name: keys },
    dictionaries: {},
    buckets: 1,
    rows: 3,
    counts: null,
  };
}

/** A query of hours. */
const ENDLESS: Expression = {
  op: 'sql',
  sql: '(SELECT count(*) FROM range(1000000000000) t(i) WHERE i % 7 = 3) > 0',
};
/** A query of a good part of a second. */
const WHILE: Expression = {
  op: 'sql',
  sql: '(SELECT count(*) FROM range(20000000) t(i) WHERE i % 7 = 3) > 0',
};

const INTERRUPTED = { code: 'INTERRUPTED' };
/**
 * Far beyond the 2 s that a quiet machine is promised: other tests share the cores, and the query below never ends by
 * itself, so what is told apart here is an interrupt that arrives from one that is lost.
 */
const LATE_MS = 30_000;
const LATE = 'still running after 30 s';
/** What a promise is rejected with, if that happens in time. */
const rejection = (work: Promise<unknown>): Promise<unknown> =>
  Promise.race([
    work.then(
      () => 'it ended well',
      (error: unknown) => error,
    ),
    sleep(LATE_MS, LATE),
  ]);

type Options = Parameters<typeof lanesExecutor>[0];

describe.each([
  ['inline', inlineExecutor],
  ['lanes', lanesExecutor],
  // From its first task on threads do it all.
  ['lanes that grow', (options: Options) => lanesExecutor(options, -1)],
  ['threads', threadsExecutor],
] as const)('%s', (name, make) => {
  async function start(signal?: AbortSignal): Promise<{ executor: Executor; dir: string }> {
    const dir = newFolder();
    const executor = await make({ workers: name === 'inline' ? 1 : 2, dir, signal });
    onTestFinished(() => executor.close());
    return { executor, dir };
  }

  test('every task once, every result in its place', async () => {
    const { executor } = await start();
    const rows = [5, 1, 12, 2, 9, 3, 11, 4, 8, SLOW, 10, 6];
    const tasks = rows.map((n) =>
      keysTask(`${n}.parquet`, fileOf(n), n === SLOW ? WHILE : undefined),
    );
    const done: [keys: number, idx: number][] = [];
    const results = await executor.run<{ keys: number }>(tasks, ({ keys }, idx) =>
      done.push([keys, idx]),
    );
    expect(results).toEqual(rows.map((keys) => ({ keys })));
    expect(done.sort((a, b) => a[1] - b[1])).toEqual(rows.map((keys, idx) => [keys, idx]));
    const once = Array.from({ length: 9 }, (_, i) => leftTask(String(i), '3.parquet'));
    const left = await executor.run<{ rows: object }>(once, () => {});
    expect(left.map(({ rows: found }) => found)).toEqual(once.map(() => ({ 0: 3 })));
    // The files are there: a second time would fail.
    await expect(executor.run([once[0]!], () => {})).rejects.toThrow('EEXIST');
    expect(await executor.run([], () => {})).toEqual([]);
  });

  test('the first failure stops what has not begun and waits for what has, and keeps its parameters', async () => {
    const { executor, dir } = await start();
    await executor.run([keysTask('keys', fileOf(3))], () => {});
    // All threads have begun: one that only starts would do what fails after much that comes behind it.
    const slow = name === 'inline' ? [] : [0, 1];
    await executor.run(
      slow.map((n) => keysTask(`slow-${n}`, fileOf(2), WHILE)),
      () => {},
    );
    const before = name === 'inline' ? [] : [keysTask('begun', fileOf(2), WHILE)];
    const after = Array.from({ length: 30 }, (_, i) => keysTask(`after-${i}`, fileOf(1)));
    const done: number[] = [];
    const failed = executor.run([...before, failingTask('keys'), ...after], (_, idx) =>
      done.push(idx),
    );
    await expect(failed).rejects.toMatchObject({
      name: 'TesseraError',
      code: 'DUPLICATE_ENTITY_KEY',
      kind: 'user',
      params: { source: 'visits', key: 'user=u1', ds: '2025-01-01' },
    });
    expect(done).toEqual(name === 'inline' ? [] : [0]);
    expect(existsSync(join(dir, 'begun'))).toBe(name !== 'inline');
    expect(existsSync(join(dir, 'after-29'))).toBe(false);
    // It is none the worse for it.
    expect(await executor.run([keysTask('again', fileOf(4))], () => {})).toEqual([{ keys: 4 }]);
  });

  test('so does a failure of who is told that a task is done', async () => {
    const { executor, dir } = await start();
    await executor.run(
      [0, 1].map((n) => keysTask(`slow-${n}`, fileOf(2), WHILE)),
      () => {},
    );
    const tasks = [
      keysTask('told', fileOf(1)),
      keysTask('begun', fileOf(2), WHILE),
      ...Array.from({ length: 30 }, (_, i) => keysTask(`after-${i}`, fileOf(1))),
    ];
    const told: number[] = [];
    const failed = executor.run(tasks, (_, idx) => {
      told.push(idx);
      if (idx === 0) throw new Error('the disk is full');
    });
    await expect(failed).rejects.toThrow('the disk is full');
    expect(existsSync(join(dir, 'begun'))).toBe(name !== 'inline');
    // A thread that has ended one begins the next before it can be told.
    const begun = tasks.filter((_, idx) => idx > 1 && existsSync(join(dir, `after-${idx - 2}`)));
    expect(begun.length).toBeLessThan(2);
    expect(told.length).toBeLessThan(4);
    expect(await executor.run([keysTask('again', fileOf(4))], () => {})).toEqual([{ keys: 4 }]);
  });

  test('what DuckDB complains of is not our bug', async () => {
    const { executor } = await start();
    const gone = executor.run([keysTask('gone', join(folder, 'no-such.parquet'))], () => {});
    await expect(gone).rejects.toMatchObject({ code: 'PATH_MISSING' });
    const wrong = executor.run(
      [keysTask('wrong', fileOf(1), { op: 'sql', sql: 'no_such_function(1)' })],
      () => {},
    );
    await expect(wrong).rejects.toMatchObject({ code: 'DUCKDB_FAILED', kind: 'environment' });
  });

  test.each(name === 'inline' ? [0, 100] : [0, 300])(
    'interrupted in the middle of a long query, %i ms after it was begun',
    async (ms) => {
      const abort = new AbortController();
      const { executor } = await start(abort.signal);
      // A thread takes a while to start, and is there when it has answered.
      const short = [5, 6, 7, 8].map((n) => keysTask(String(n), fileOf(n)));
      if (ms > 0) await executor.run(short, () => {});
      const tasks = [1, 2, 3, 4].map((n) => keysTask(String(n), fileOf(n), ENDLESS));
      const run = executor.run(tasks, () => {});
      run.catch(() => {});
      await sleep(ms);
      abort.abort();
      expect(await rejection(run)).toMatchObject(INTERRUPTED);
      expect(await rejection(executor.run([keysTask('more', fileOf(1))], () => {}))).toMatchObject(
        INTERRUPTED,
      );
      await executor.close();
    },
  );

  test('interrupted in the middle of a long queue', async () => {
    const abort = new AbortController();
    const { executor, dir } = await start(abort.signal);
    const tasks = Array.from({ length: 5000 }, (_, i) => keysTask(`task-${i}`, fileOf(1)));
    let done = 0;
    const run = executor.run(tasks, () => {
      if (++done === 20) abort.abort();
    });
    expect(await rejection(run)).toMatchObject(INTERRUPTED);
    expect(done).toBeLessThan(30);
    await executor.close();
    expect(existsSync(join(dir, 'task-100'))).toBe(false);
  });

  test('threads are started where they are worth it', async () => {
    const { executor } = await start();
    await executor.run([keysTask('one', fileOf(1))], () => {});
    expect([executor.workers, executor.threads()]).toEqual(
      { inline: [1, 0], lanes: [2, 0], 'lanes that grow': [2, 2], threads: [2, 2] }[name],
    );
  });

  test('memory that tasks of this thread keep for each other is let go with them', async () => {
    const { executor } = await start();
    const isKept = () => withArena(0, (arena) => arena.doubles(100_000) !== null);
    withArena(1e6, () => undefined);
    expect(isKept()).toBe(true);
    await executor.run([], () => {});
    await executor.close();
    // Threads have memory of their own, and end.
    expect(isKept()).toBe(name === 'threads');
  });

  test('interrupted before it began', async () => {
    const abort = new AbortController();
    const { executor, dir } = await start(abort.signal);
    abort.abort();
    expect(await rejection(executor.run([keysTask('one', fileOf(1))], () => {}))).toMatchObject(
      INTERRUPTED,
    );
    expect(existsSync(join(dir, 'one'))).toBe(false);
  });
});

test('lanes begin threads once many rows have come out of queries, and keep what was done', async () => {
  const dir = newFolder();
  const executor = await lanesExecutor({ workers: 2, dir }, 20);
  onTestFinished(() => executor.close());
  await executor.run([keysTask('keys', fileOf(12))], () => {});
  expect(executor.threads()).toBe(0);
  const rows = [12, 4, 7, 1, 9, 3, 11];
  const failing = failingTask('keys');
  const tasks = rows.map(
    (n): ScatterTask => ({
      ...failing,
      id: `scan-${n}`,
      scan: { ...failing.scan, uniqueKeys: false },
      relation: scan(fileOf(n)).relation,
      rows: n,
    }),
  );
  const done: number[] = [];
  const scanned = await executor.run<{ rowsMatched: number }>(tasks, (_, idx) => done.push(idx));
  expect(scanned.map(({ rowsMatched }) => rowsMatched)).toEqual(rows);
  expect(done.sort()).toEqual(rows.map((_, idx) => idx));
  expect(executor.threads()).toBe(2);
  expect(await executor.run([keysTask('more', fileOf(2))], () => {})).toEqual([{ keys: 2 }]);
});
