import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { quoteLiteral, readRows, run } from '@tessera/lake';
import { expect, test } from 'vitest';
import { fileExchange } from '../src/exchange.js';
import { memoryBudget, shareMemory } from '../src/memory.js';
import type { AssembleTask } from '../src/tasks/task.js';
import type { ThreadSettings } from '../src/threads.js';
import { runTaskInWorker } from '../src/worker.js';
import { sessionHere } from './session-here.js';

const { session, folder } = await sessionHere('worker');

const ROWS = 1000;

const settings: ThreadSettings = {
  ...{ dir: folder, spill: folder, isRecorded: false, threads: 1 },
  memory: shareMemory(memoryBudget(undefined), 1).worker,
  channel: 'tessera-worker-test',
  cancelled: new Int32Array(1),
  failed: new Int32Array(1),
};

/** A partition of one number, beside the left's own columns as they were published. */
async function partition(idx: number): Promise<AssembleTask> {
  const file = join(folder, `kept-${idx}.parquet`);
  await run(session, `COPY (SELECT i FROM range(${ROWS}) t(i)) TO ${quoteLiteral(file)}`);
  const position = Int32Array.from({ length: ROWS }, (_, i) => ROWS - 1 - i);
  const batch = {
    rows: ROWS,
    columns: {
      position: { kind: 'code', values: position },
      n: { kind: 'f64', values: Float64Array.from(position, (row) => 10_000 * idx + row) },
    },
  } as const;
  const feature = { scan: 's0', name: 'n', outputIdx: 0, outputType: { kind: 'double' } };
  return {
    ...{ type: 'assemble', partition: { idx, ds: `2025-01-0${idx}` }, rows: ROWS, pieceRows: 1e6 },
    blocks: { s0: [fileExchange(folder).write(`swept/${idx}`, [batch])] },
    features: [{ ...feature, dictionary: null, byDictionary: null }],
    ...{ kept: { file, columns: ['i'] }, left: null, grid: null, limit: null },
    ...{ leftColumns: [], derived: [], dictionaries: {} },
    file: join(folder, `made-${idx}.parquet`),
  } as unknown as AssembleTask;
}

async function isWhole({ file, partition: { idx } }: AssembleTask): Promise<boolean> {
  const right = `count(*) FILTER (WHERE n = ${10_000 * idx} + i) AS "right"`;
  const rows = await readRows(
    session,
    `SELECT count(*) AS "all", ${right} FROM read_parquet(${quoteLiteral(file!)})`,
  );
  return Number(rows[0]?.all) === ROWS && Number(rows[0]?.right) === ROWS;
}

/** What runs waits for DuckDB then: its answers come to the event loop. */
async function untilItWaits(): Promise<void> {
  for (let i = 0; i < 100; i++) await null;
}

test('a partition that is there while another is written has been read before its turn comes', async () => {
  const tasks = [await partition(1), await partition(2), await partition(3)] as const;
  const [first, second, third] = tasks;
  const away = (task: AssembleTask) => {
    const path = join(folder, `swept/${task.partition.idx}`);
    renameSync(path, `${path}.away`);
  };
  // Opens the thread's DuckDB.
  expect(await runTaskInWorker({ task: first, settings })).toHaveProperty('result.rows', ROWS);
  const running = runTaskInWorker({ task: second, settings });
  await untilItWaits();
  const next = runTaskInWorker({ task: third, settings });
  away(third);
  expect(await running).toHaveProperty('result.rows', ROWS);
  expect(await next).toHaveProperty('result.rows', ROWS);
  for (const task of tasks) expect(await isWhole(task)).toBe(true);
  // While nothing is written nothing is read before its turn.
  const alone = runTaskInWorker({ task: { ...first, file: join(folder, 'again') }, settings });
  away(first);
  expect(await alone).toHaveProperty('error.code', 'INTERNAL');
  expect(settings.failed[0]).toBe(1);
});
