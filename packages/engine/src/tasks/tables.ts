import { readRows } from '@tessera/lake';
import { scanStringsSql, type TileScan, tileScanSql } from '@tessera/tiling';
import { type TaskContext, writeTable } from './context.js';
import type { DictionaryResult, KeysResult } from './result.js';
import type { DictionaryTask, KeysTask } from './task.js';
import {
  dictionarySql,
  gridKeysSql,
  leftKeysSql,
  someStringsSql,
  tiedStringsSql,
} from './task-sql.js';

export async function runKeys(context: TaskContext, task: KeysTask): Promise<KeysResult> {
  const sql = task.grid
    ? gridKeysSql(
        { ...task.from, startMs: task.grid.startMs, endMs: task.grid.endMs },
        task.grid.keys,
        task.keySet.snapshotLagMs !== null,
        task.grid.tiles.map(tileKeysSql),
      )
    : leftKeysSql(task.from, task.keySet);
  return { keys: await writeTable(context, task.out, sql) };
}

export async function runDictionary(
  context: TaskContext,
  task: DictionaryTask,
): Promise<DictionaryResult> {
  const { column, isList, tiedBy } = task.dictionary;
  const tiles = task.tiles.flatMap((scan) => scanStringsSql(scan, column) ?? []);
  const sql =
    tiedBy && (await areMany(context, task))
      ? tiedStringsSql(task.scan, column, tiedBy)
      : dictionarySql(task.scan, column, isList, tiles);
  return { strings: await writeTable(context, task.out, sql) };
}

/** So many rows tell whether most have a string of their own. */
const TRIED_ROWS = 100_000;

/** Few strings are sooner numbered, all of them, than rows that tie are found. */
async function areMany(
  context: TaskContext,
  { dictionary, scan }: DictionaryTask,
): Promise<boolean> {
  const [row] = await readRows(
    context.session,
    someStringsSql(scan, dictionary.column, TRIED_ROWS),
  );
  return 2 * Number(row?.strings) > Number(row?.rows);
}

/** Keys of tiles, as often as they have some. */
function tileKeysSql(scan: TileScan): string {
  const names = Array.from({ length: scan.keyCount }, (_, idx) => `k${idx}`);
  const { sql } = tileScanSql({ ...scan, families: [] }, null, {});
  return `SELECT ${names.join(', ')} FROM (${sql})`;
}
