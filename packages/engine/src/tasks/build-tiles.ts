import type { DataType } from '@tessera/api';
import { type Batch, type Column, gather } from '@tessera/columnar';
import {
  type ReadKind,
  readColumns,
  readStrings,
  run,
  type StringDictionary,
  streamColumns,
} from '@tessera/lake';
import { cleanColumn } from '@tessera/pitjoin';
import { scannedBytes } from '@tessera/planner';
import { buildTiles, mergeTiles, stageTiles, type TileKey, type Tiles } from '@tessera/tiling';
import type { TaskContext } from './context.js';
import type { BuildTilesResult } from './result.js';
import { countRows } from './scatter.js';
import type { BuildTilesTask } from './task.js';
import { dictionarySql, gridKeysSql, scatterSql } from './task-sql.js';

/** Tiles of one partition are put together from this many lots at a time. */
const LOTS = 8;

let tables = 0;

/**
 * Tiles of one partition, of all levels up to a day: from its rows the finest, from those the coarser. Keys and strings
 * are numbered for the partition alone, in order.
 */
export async function runBuildTiles(
  context: TaskContext,
  task: BuildTilesTask,
): Promise<BuildTilesResult> {
  const { session } = context;
  const name = `build_${tables++}`;
  const made: string[] = [];
  const table = async (suffix: string, sql: string): Promise<string> => {
    const own = `${name}_${suffix}`;
    await run(session, `CREATE TEMP TABLE "${own}" AS ${sql}`);
    made.push(own);
    return own;
  };
  try {
    const scan = { ...task.scan, relation: task.relation };
    const keys = await table('keys', gridKeysSql(scan, task.scan.keys, false));
    const dictionaries: Record<string, string> = {};
    for (const [at, { column, isList }] of task.strings.entries())
      dictionaries[column] = `"${await table(`s${at}`, dictionarySql(scan, column, isList))}"`;
    const infinite: Record<string, number> = {};
    const finest = await readFinest(context, task, `"${keys}"`, dictionaries, infinite);
    const strings: Record<string, StringDictionary> = {};
    for (const [column, from] of Object.entries(dictionaries))
      strings[column] = await stringsOf(context, from);
    const keyColumns = await readKeys(context, task, keys);
    const counts = { ...(task.counts ?? (await countRows(context, task))), infinite };
    const families = task.states.map(({ family }) => family);
    const staged = [];
    let tiles = finest;
    for (const level of ['5m', '1h', '1d'] as const) {
      if (level !== '5m') tiles = mergeTiles([tiles], level, families);
      staged.push(
        await stageTiles(session, {
          staging: task.staging,
          place: { ds: task.ds, level, input: task.input },
          tiles,
          keys: task.withBase ? keysOf(keyColumns, tiles) : null,
          strings,
        }),
      );
    }
    return { staged, counts };
  } finally {
    for (const own of made) await run(session, `DROP TABLE IF EXISTS "${own}"`);
  }
}

/** Tiles of five minutes, from lots of rows that fit. */
async function readFinest(
  context: TaskContext,
  task: BuildTilesTask,
  keys: string,
  dictionaries: Readonly<Record<string, string>>,
  infinite: Record<string, number>,
): Promise<Tiles> {
  const { lanes } = task.scan;
  const families = task.states.map(({ family }) => family);
  const kinds: Record<string, ReadKind> = { code: 'code' };
  for (const lane of lanes)
    if (lane.read.how === 'code')
      kinds[lane.name] = lane.type.kind === 'list' ? { list: 'code' } : 'code';
  let lots: Tiles[] = [];
  const add = (batch: Batch) => {
    const events = cleaned(batch, task, infinite);
    lots.push(buildTiles({ level: '5m', events, states: task.states }));
    if (lots.length === LOTS) lots = [mergeTiles(lots, '5m', families)];
  };
  const { taskBytes, leastRows } = context.memory;
  const fits = Math.max(leastRows, Math.floor(taskBytes / scannedBytes(lanes)));
  const sql = scatterSql(task.scan, task.relation, keys, dictionaries);
  // A result that fits is faster whole than in a stream.
  if (task.rows <= fits) add(await readColumns(context.session, sql, kinds));
  else {
    const batchRows = Math.max(leastRows, Math.floor(fits / 2));
    await streamColumns(context.session, sql, kinds, add, { batchRows });
  }
  const [only] = lots;
  if (lots.length === 1 && only) return only;
  return mergeTiles(lots, '5m', families);
}

/** S4.4; and how many values of each column were infinite. */
function cleaned(batch: Batch, task: BuildTilesTask, infinite: Record<string, number>): Batch {
  const { t, ...columns } = batch.columns;
  const lanes: Record<string, Column> = { timeMs: t! };
  for (const [name, column] of Object.entries(columns)) {
    const found = cleanColumn(column);
    lanes[name] = found.column;
    if (found.infinite === 0) continue;
    const read = task.scan.lanes.find((lane) => lane.name === name)?.read;
    const of = read !== undefined && 'column' in read ? read.column : name;
    infinite[of] = (infinite[of] ?? 0) + found.infinite;
  }
  return { rows: batch.rows, columns: lanes };
}

async function stringsOf(context: TaskContext, table: string): Promise<readonly string[]> {
  const strings = await readStrings(context.session, `SELECT s FROM ${table} ORDER BY code`);
  return strings.map((s) => s ?? '');
}

interface KeyColumn {
  readonly type: DataType;
  readonly column: Column;
  readonly dictionary: readonly string[] | null;
}

/** Key columns by code. */
async function readKeys(
  context: TaskContext,
  { scan }: BuildTilesTask,
  table: string,
): Promise<KeyColumn[]> {
  const columns: KeyColumn[] = [];
  for (const [at, name] of scan.keys.entries()) {
    const type = scan.source.columns.find((column) => column.name === name)!.type;
    const isString = type.kind === 'string';
    const value = isString ? `CAST(dense_rank() OVER (ORDER BY k${at}) - 1 AS INTEGER)` : `k${at}`;
    const sql = `SELECT v FROM (SELECT code, ${value} AS v FROM "${table}") ORDER BY code`;
    const batch = await readColumns(context.session, sql, isString ? { v: 'code' } : {});
    const dictionary = isString
      ? await readStrings(
          context.session,
          `SELECT DISTINCT k${at} AS s FROM "${table}" ORDER BY k${at}`,
        )
      : null;
    columns.push({
      type,
      column: batch.columns.v!,
      dictionary: dictionary?.map((s) => s ?? '') ?? null,
    });
  }
  return columns;
}

function keysOf(keys: readonly KeyColumn[], tiles: Tiles): TileKey[] {
  return keys.map(({ type, column, dictionary }) => ({
    type,
    column: gather(column, tiles.code),
    ...(dictionary !== null && { dictionary }),
  }));
}
