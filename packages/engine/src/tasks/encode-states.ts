import { type ByteWriter, byteWriter, type ScalarValue } from '@tessera/algebra';
import type { Batch } from '@tessera/columnar';
import {
  type Axis,
  axisOf,
  beginValue,
  endValue,
  fingerprintBytes,
  pieceAt,
  pieceEndMs,
  writeEntryKey,
  writePieces,
} from '@tessera/kv-writer';
import { type ReadKind, readRows, readStrings, run, streamColumns } from '@tessera/lake';
import { scannedBytes } from '@tessera/planner';
import {
  buildCells,
  type Cells,
  createStringCodes,
  type Grid,
  mergeCells,
  type StateFamily,
  type StringCodes,
  scanStringsSql,
  stateOfTiles,
  tileScanSql,
  tilesOf,
} from '@tessera/tiling';
import { fromDuckDb } from '../explain/algebra-values.js';
import type { Strings } from '../explain/tile-state.js';
import { during, duringAll } from '../profile/phase-clock.js';
import { type RunFile, runWriter } from '../upload/run-file.js';
import { cleaned } from './build-tiles.js';
import { type TaskContext, tableSql } from './context.js';
import { type StateEncoder, stateEncoder } from './state-encoder.js';
import type { EncodeStatesTask } from './task.js';
import { dictionarySql, scatterSql } from './task-sql.js';

/** Cells are put together from this many lots at a time. */
const LOTS = 8;
/** Tiles read at once; a tile is some hundred bytes. */
const TILES_AT_ONCE = 100_000;

let tables = 0;

/**
 * What a range of keys is served from: their states, per piece of time, out of tiles and rows, encoded and in the order of
 * the keys.
 */
export async function runEncodeStates(
  context: TaskContext,
  task: EncodeStatesTask,
): Promise<RunFile> {
  const { session } = context;
  const name = `encode_${tables++}`;
  const made: string[] = [];
  const table = async (suffix: string, sql: string): Promise<string> => {
    const own = `${name}_${suffix}`;
    await run(session, `CREATE TEMP TABLE "${own}" AS ${sql}`);
    made.push(own);
    return own;
  };
  try {
    const { from, to } = task.range;
    const keys = await table(
      'keys',
      `SELECT * REPLACE (CAST(code - ${from} AS INTEGER) AS code) FROM ${tableSql(context, task.keys)} WHERE code >= ${from} AND code < ${to}`,
    );
    const dictionaries: Record<string, string> = {};
    const strings: Record<string, readonly string[]> = {};
    const codes: Record<string, StringCodes> = {};
    for (const [at, { column, isList }] of task.strings.entries()) {
      const ofTiles = task.tiles.flatMap((scan) => scanStringsSql(scan, column, `"${keys}"`) ?? []);
      const own = await table(`s${at}`, stringsSql(task, column, isList, keys, ofTiles));
      dictionaries[column] = `"${own}"`;
      strings[column] = await stringsOf(context, own);
      if (ofTiles.length > 0) codes[column] = await createStringCodes(session, `${own}_codes`, own);
    }
    const reading: Reading = { context, task, keys, dictionaries, codes, strings };
    const cells = await readCells(reading);
    return await duringAll(context, 'write', () => writeEntries(reading, cells));
  } finally {
    for (const own of made) await run(session, `DROP TABLE IF EXISTS "${own}"`);
  }
}

interface Reading {
  readonly context: TaskContext;
  readonly task: EncodeStatesTask;
  /** Table of the range's keys, codes from 0. */
  readonly keys: string;
  /** Tables of strings, quoted, by column; and the same as types, where tiles hold some. */
  readonly dictionaries: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, StringCodes>>;
  readonly strings: Strings;
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
async function readCells(reading: Reading): Promise<Cells[]> {
  const { context, task } = reading;
  const collectors = task.axes.map((families, axis) =>
    cellsOf(families, axisOf(task.part, axis, task.day)),
  );
  for (const scan of task.tiles) {
    const { sql, kinds } = tileScanSql(scan, `"${reading.keys}"`, reading.codes);
    const add = (batch: Batch) => {
      stopIfCancelled(context);
      during(context, 'merge', () => {
        const tiles = tilesOf(batch, scan);
        for (const collector of collectors) collector.addTiles(tiles);
      });
    };
    const { leastRows, taskBytes } = context.memory;
    const batchRows = Math.max(leastRows, Math.min(TILES_AT_ONCE, Math.floor(taskBytes / 1024)));
    await streamColumns(context.session, sql, kinds, add, { batchRows });
  }
  if (task.rows > 0) await addRows(reading, collectors);
  return during(context, 'merge', () => collectors.map((collector) => collector.end()));
}

async function addRows(
  { context, task, keys, dictionaries }: Reading,
  collectors: readonly Collector[],
): Promise<void> {
  const { lanes } = task.scan;
  const kinds: Record<string, ReadKind> = { code: 'code' };
  for (const lane of lanes)
    if (lane.read.how === 'code')
      kinds[lane.name] = lane.type.kind === 'list' ? { list: 'code' } : 'code';
  const infinite: Record<string, number> = {};
  const { taskBytes, leastRows } = context.memory;
  const fits = Math.max(leastRows, Math.floor(taskBytes / scannedBytes(lanes)));
  const sql = scatterSql(task.scan, task.relation, `"${keys}"`, dictionaries);
  const add = (batch: Batch) => {
    stopIfCancelled(context);
    during(context, 'merge', () => {
      const events = cleaned(batch, task, infinite);
      for (const collector of collectors) collector.addRows(events, task.states);
    });
  };
  const batchRows = Math.max(leastRows, Math.floor(fits / 2));
  await streamColumns(context.session, sql, kinds, add, { batchRows });
}

function stopIfCancelled(context: TaskContext): void {
  if (context.cancelled()) throw new Error('cancelled');
}

interface Collector {
  addTiles(tiles: Cells): void;
  addRows(events: Batch, states: EncodeStatesTask['states']): void;
  end(): Cells;
}

/** Cells of one axis, of the families that are served from it. */
function cellsOf(families: readonly StateFamily[], axis: Axis): Collector {
  const wanted = new Set(families.map(({ hash }) => hash));
  const grid: Grid = {
    cellOf(ms) {
      const piece = pieceAt(axis, ms);
      return piece < 0 ? Number.NaN : piece;
    },
    endOf: (ms) => pieceEndMs(axis, pieceAt(axis, ms)),
  };
  let lots: Cells[] = [];
  const add = (cells: Cells) => {
    lots.push(cells);
    if (lots.length === LOTS) lots = [mergeCells(lots, null, families)];
  };
  return {
    addTiles: (tiles) => add(mergeCells([tiles], grid, families)),
    addRows(events, states) {
      const own = states.filter(({ family }) => wanted.has(family.hash));
      add(buildCells({ events: onAxis(events, axis), states: own }, grid));
    },
    end: () => (lots.length === 1 ? lots[0]! : mergeCells(lots, null, families)),
  };
}

/** Rows that lie in no piece lose their key, and with it their place. */
function onAxis(events: Batch, axis: Axis): Batch {
  const { code, timeMs } = events.columns;
  if (code?.kind !== 'code' || timeMs?.kind !== 'f64')
    throw new TypeError('events without code or time');
  const values = code.values.slice();
  for (let i = 0; i < values.length; i++) {
    const ms = timeMs.values[i]!;
    if (!(pieceAt(axis, ms) >= 0)) values[i] = -1;
  }
  return { rows: events.rows, columns: { ...events.columns, code: { kind: 'code', values } } };
}

async function writeEntries(reading: Reading, cells: readonly Cells[]): Promise<RunFile> {
  const { context, task, strings } = reading;
  const { part, day } = task;
  const encoders = cells.map((own, axis) =>
    task.served
      .filter((state) => state.axis === axis)
      .map(({ families, idx }) => {
        const columns = families.map((hash) => stateOfTiles(own, hash));
        return stateEncoder(part.states[idx]!, columns, strings);
      }),
  );
  const keyOf = await keyValues(reading);
  const cursors = cells.map(() => 0);
  const [key, value, scratch] = [byteWriter(), byteWriter(), byteWriter()];
  const fingerprint = fingerprintBytes(part.fingerprint);
  const file = runWriter(task.file);
  try {
    const count = task.range.to - task.range.from;
    for (let code = 0; code < count; code++) {
      value.clear();
      beginValue(value, fingerprint);
      let isEmpty = true;
      cells.forEach((own, axis) => {
        const from = cursors[axis]!;
        let end = from;
        while (end < own.rows && own.code[end] === code) end++;
        cursors[axis] = end;
        if (writeAxis(value, scratch, own, { from, end }, encoders[axis]!)) isEmpty = false;
      });
      if (isEmpty) continue;
      endValue(value);
      key.clear();
      writeEntryKey(key, part, day, keyOf(code));
      file.add(key.view(0, key.length), value.view(0, value.length));
      if (code % 1024 === 0) stopIfCancelled(context);
    }
  } catch (error) {
    file.abandon();
    throw error;
  }
  return file.end();
}

/** Of `writeAxis`, used again for every key of a thread. */
let ends = new Int32Array(0);
let isKept = new Uint8Array(0);

/** Pieces of one key that something is in. Returns whether there are any. */
function writeAxis(
  payload: ByteWriter,
  scratch: ByteWriter,
  cells: Cells,
  { from, end }: { readonly from: number; readonly end: number },
  encoders: readonly StateEncoder[],
): boolean {
  const rows = end - from;
  scratch.clear();
  // Where the bytes of each state and row end; those of nothing where they begin.
  const cellsOfKey = encoders.length * rows;
  if (ends.length < cellsOfKey) ends = new Int32Array(2 * cellsOfKey);
  if (isKept.length < rows) isKept = new Uint8Array(2 * rows);
  isKept.fill(0, 0, rows);
  let kept = 0;
  for (let s = 0; s < encoders.length; s++) {
    const encode = encoders[s]!;
    for (let row = 0; row < rows; row++) {
      if (encode(from + row, scratch) && isKept[row] === 0) {
        isKept[row] = 1;
        kept++;
      }
      ends[s * rows + row] = scratch.length;
    }
  }
  writePieces(payload, kept, (each) => {
    for (let row = 0; row < rows; row++) if (isKept[row] === 1) each(cells.startMs[from + row]!);
  });
  let start = 0;
  for (let at = 0; at < cellsOfKey; at++) {
    const stop = ends[at]!;
    if (isKept[at % rows] === 1) {
      payload.varint(stop - start);
      payload.raw(scratch.view(start, stop));
    }
    start = stop;
  }
  return kept > 0;
}

/** The range's keys as the algebra takes values, by code. */
async function keyValues({
  context: { session },
  task,
  keys,
}: Reading): Promise<(code: number) => readonly ScalarValue[]> {
  const columns: ScalarValue[][] = [];
  for (const [idx, { type }] of task.keyTypes.entries()) {
    const sql = `SELECT k${idx} AS k FROM "${keys}" ORDER BY code`;
    const values =
      type.kind === 'string'
        ? await readStrings(session, sql)
        : (await readRows(session, sql)).map(({ k }) => fromDuckDb(type, k));
    // Keys are scalars, and none is null.
    columns.push(values as ScalarValue[]);
  }
  return (code) => columns.map((own) => own[code]!);
}

async function stringsOf(context: TaskContext, table: string): Promise<readonly string[]> {
  const strings = await readStrings(context.session, `SELECT s FROM "${table}" ORDER BY code`);
  return strings.map((s) => s ?? '');
}
