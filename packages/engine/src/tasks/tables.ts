import { type TaskContext, writeTable } from './context.js';
import type { DictionaryResult, KeysResult } from './result.js';
import type { DictionaryTask, KeysTask } from './task.js';
import { dictionarySql, gridKeysSql, leftKeysSql } from './task-sql.js';

export async function runKeys(context: TaskContext, task: KeysTask): Promise<KeysResult> {
  const sql = task.grid
    ? gridKeysSql(
        { ...task.from, startMs: task.grid.startMs, endMs: task.grid.endMs },
        task.grid.keys,
        task.keySet.snapshotLagMs !== null,
      )
    : leftKeysSql(task.from, task.keySet);
  return { keys: await writeTable(context, task.out, sql) };
}

export async function runDictionary(
  context: TaskContext,
  task: DictionaryTask,
): Promise<DictionaryResult> {
  const { column, isList } = task.dictionary;
  return { strings: await writeTable(context, task.out, dictionarySql(task.scan, column, isList)) };
}
