import { readRows } from '@tessera/lake';
import { type TaskContext, tableSql, writeTable } from './context.js';
import type { DictionaryResult, KeysResult } from './result.js';
import type { DictionaryTask, KeysTask, TableRef } from './task.js';
import { dictionarySql, gridKeysSql, leftKeysSql } from './task-sql.js';

async function countRows(context: TaskContext, table: TableRef): Promise<number> {
  const [row] = await readRows(
    context.session,
    `SELECT count(*) AS n FROM ${tableSql(context, table)}`,
  );
  return Number(row?.n ?? 0);
}

export async function runKeys(context: TaskContext, task: KeysTask): Promise<KeysResult> {
  const sql = task.grid
    ? gridKeysSql(
        { ...task.from, startMs: task.grid.startMs, endMs: task.grid.endMs },
        task.grid.keys,
        task.keySet.snapshotLagMs !== null,
      )
    : leftKeysSql(task.from, task.keySet);
  await writeTable(context, task.out, sql);
  return { keys: await countRows(context, task.out) };
}

export async function runDictionary(
  context: TaskContext,
  task: DictionaryTask,
): Promise<DictionaryResult> {
  await writeTable(
    context,
    task.out,
    dictionarySql(task.scan, task.dictionary.column, task.dictionary.isList),
  );
  return { strings: await countRows(context, task.out) };
}
