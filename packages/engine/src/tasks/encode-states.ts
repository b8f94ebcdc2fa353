import type { ScalarValue } from '@tessera/algebra';
import type { Batch } from '@tessera/columnar';
import { type ReadKind, readRows, readStrings, streamColumns } from '@tessera/lake';
import { scannedBytes } from '@tessera/planner';
import {
  type Cells,
  createStringCodes,
  type StringCodes,
  scanStringsSql,
  tileScanSql,
  tilesOf,
} from '@tessera/tiling';
import { fromDuckDb } from '../explain/algebra-values.js';
import type { Strings } from '../explain/tile-state.js';
import { during } from '../profile/phase-clock.js';
import type { RunFile } from '../upload/run-file.js';
import { cleaned } from './build-tiles.js';
import { type TaskContext, tableSql } from './context.js';
import { type CellCollector, cellCollector } from './encode-cells.js';
import { writeEntries } from './encode-entries.js';
import { laneKinds } from './lane-kinds.js';
import { readSections } from './read-sections.js';
import type { EncodeStatesTask, RangeBlocks, Section } from './task.js';
import { dictionarySql, scatterSql } from './task-sql.js';
import { stringsOf, withTempTables } from './temp-tables.js';
import { codes } from './typed.js';

/** Tiles read at once; a tile is some hundred bytes. */
const TILES_AT_ONCE = 100_000;

/**
 * What a range of keys is served from: their states, per piece of time, out of tiles and rows, encoded and in the order of
 * the keys.
 */
export async function runEncodeStates(
  context: TaskContext,
  task: EncodeStatesTask,
): Promise<RunFile> {
  const { blocks } = task;
  if (blocks !== null) return entriesOf(context, task, readBlocks(context, task, blocks), {});
  return encodeFiles(context, task);
}

/** A range that reads for itself: strings are numbered for its keys alone. */
async function encodeFiles(context: TaskContext, task: EncodeStatesTask): Promise<RunFile> {
  const { session } = context;
  return withTempTables(session, 'encode', async (table) => {
    const { from, to } = task.range;
    const keys = await table(
      'keys',
      `SELECT * REPLACE (CAST(code - ${from} AS INTEGER) AS code) FROM ${tableSql(context, task.keys)} WHERE code >= ${from} AND code < ${to}`,
    );
    const dictionaries: Record<string, string> = {};
    const strings: Record<string, readonly string[]> = {};
    const codesOf: Record<string, StringCodes> = {};
    for (const [at, { column, isList }] of task.strings.entries()) {
      const ofTiles = task.tiles.flatMap((scan) => scanStringsSql(scan, column, `"${keys}"`) ?? []);
      const own = await table(`s${at}`, stringsSql(task, column, isList, keys, ofTiles));
      dictionaries[column] = `"${own}"`;
      strings[column] = await stringsOf(session, `"${own}"`);
      if (ofTiles.length > 0)
        codesOf[column] = await createStringCodes(session, `${own}_codes`, own);
    }
    const reading: Reading = { context, task, keys, dictionaries, codes: codesOf };
    return await entriesOf(context, task, await readFiles(reading), strings);
  });
}

interface Reading {
  readonly context: TaskContext;
  readonly task: EncodeStatesTask;
  /** Table of the range's keys, codes from 0. */
  readonly keys: string;
  /** Tables of strings, quoted, by column; and the same as types, where tiles hold some. */
  readonly dictionaries: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, StringCodes>>;
}

/** Strings of the range's keys alone: a range's dictionary is no larger than the range. */
function stringsSql(
  { scan, relation }: EncodeStatesTask,
  column: string,
  isList: boolean,
  keys: string,
  ofTiles: readonly string[],
): string {
  const input = { ...scan, relation };
  return dictionarySql(input, column, isList, ofTiles, { keys: scan.keys, table: keys });
}

/** Cells of each axis, from lots of tiles and rows that fit. */
async function readFiles(reading: Reading): Promise<Cells[]> {
  const { context, task } = reading;
  const collector = cellCollector(task);
  for (const scan of task.tiles) {
    const { sql, kinds } = tileScanSql(scan, `"${reading.keys}"`, reading.codes);
    const add = (batch: Batch) => {
      stopIfCancelled(context);
      during(context, 'merge', () => collector.addTiles(tilesOf(batch, scan)));
    };
    await streamColumns(context.session, sql, kinds, add, { batchRows: tilesAtOnce(context) });
  }
  if (task.rows > 0) await addRows(reading, collector);
  return during(context, 'merge', () => collector.end());
}

function tilesAtOnce({ memory: { leastRows, taskBytes } }: TaskContext): number {
  return Math.max(leastRows, Math.min(TILES_AT_ONCE, Math.floor(taskBytes / 1024)));
}

async function addRows(
  { context, task, keys, dictionaries }: Reading,
  collector: CellCollector,
): Promise<void> {
  const { lanes } = task.scan;
  const kinds: Record<string, ReadKind> = { code: 'code', ...laneKinds(lanes) };
  const sql = scatterSql(task.scan, task.relation, `"${keys}"`, dictionaries);
  const add = (batch: Batch) => {
    stopIfCancelled(context);
    during(context, 'merge', () => collector.addRows(cleaned(batch, task, {})));
  };
  await streamColumns(context.session, sql, kinds, add, { batchRows: rowsAtOnce(context, task) });
}

function rowsAtOnce({ memory: { leastRows, taskBytes } }: TaskContext, task: EncodeStatesTask) {
  return Math.max(leastRows, Math.floor(taskBytes / scannedBytes(task.scan.lanes) / 2));
}

/** The same from blocks that hold the range alone. */
function readBlocks(
  context: TaskContext,
  task: EncodeStatesTask,
  { events, tiles }: RangeBlocks,
): Cells[] {
  const collector = cellCollector(task);
  const each = (sections: readonly Section[], atOnce: number, add: (batch: Batch) => void) => {
    for (const lot of lotsOf(sections, atOnce)) {
      stopIfCancelled(context);
      const batch = during(context, 'read', () =>
        fromZero(readSections(context.exchange, lot), task),
      );
      during(context, 'merge', () => add(batch));
    }
  };
  const [scan] = task.tiles;
  // Tiles of all scans have the states of one.
  if (scan !== undefined)
    each(tiles, 8 * tilesAtOnce(context), (batch) => collector.addTiles(tilesOf(batch, scan)));
  each(events, rowsAtOnce(context, task), (batch) => collector.addRows(cleaned(batch, task, {})));
  return during(context, 'merge', () => collector.end());
}

/** Blocks that follow one another, of at most so many rows together where they have no more each. */
function lotsOf(sections: readonly Section[], rows: number): Section[][] {
  const lots: Section[][] = [];
  let held = 0;
  for (const section of sections) {
    const last = lots.at(-1);
    if (last !== undefined && held + section.rows <= rows) last.push(section);
    else {
      lots.push([section]);
      held = 0;
    }
    held += section.rows;
  }
  return lots;
}

/** Codes of the range, in place of those of the whole part. */
function fromZero(batch: Batch, { range: { from } }: EncodeStatesTask): Batch {
  const values = codes(batch, 'code').map((code) => code - from);
  return { ...batch, columns: { ...batch.columns, code: { kind: 'code', values } } };
}

function stopIfCancelled(context: TaskContext): void {
  if (context.cancelled()) throw new Error('cancelled');
}

async function entriesOf(
  context: TaskContext,
  task: EncodeStatesTask,
  cells: readonly Cells[],
  strings: Strings,
): Promise<RunFile> {
  const keys = await keyValues(context, task);
  const check = () => stopIfCancelled(context);
  return during(context, 'write', () => writeEntries(task, { cells, keys, strings, check }));
}

/** The range's keys as the algebra takes values, by code from 0. */
async function keyValues(
  context: TaskContext,
  { keys, keyTypes, range: { from, to } }: EncodeStatesTask,
): Promise<ScalarValue[][]> {
  const { session } = context;
  const columns: ScalarValue[][] = [];
  for (const [idx, { type }] of keyTypes.entries()) {
    const sql = `SELECT k${idx} AS k FROM ${tableSql(context, keys)} WHERE code >= ${from} AND code < ${to} ORDER BY code`;
    const values =
      type.kind === 'string'
        ? await readStrings(session, sql)
        : (await readRows(session, sql)).map(({ k }) => fromDuckDb(type, k));
    // Keys are scalars, and none is null.
    columns.push(values as ScalarValue[]);
  }
  return columns;
}
