import type { Batch, Column } from '@tessera/columnar';
import {
  type ReadKind,
  readColumns,
  readRows,
  type StringDictionary,
  streamColumns,
} from '@tessera/lake';
import { cleanColumn } from '@tessera/pitjoin';
import { scannedBytes } from '@tessera/planner';
import {
  buildTiles,
  mergeTiles,
  type StagedTiles,
  stageTilePieces,
  stageTiles,
  type Tiles,
} from '@tessera/tiling';
import { during, duringAll } from '../profile/phase-clock.js';
import type { TaskContext } from './context.js';
import { laneKinds } from './lane-kinds.js';
import type { BuildTilesResult } from './result.js';
import { countRows } from './scatter.js';
import type { BuildTilesTask } from './task.js';
import { dictionarySql, gridKeysSql, scatterSql } from './task-sql.js';
import { stringsOf, withTempTables } from './temp-tables.js';

/** Tiles of one partition are put together from this many lots at a time. */
const LOTS = 8;
/** What a tile takes while it is merged: its key and start, and each state in two copies. */
const TILE_BYTES = { base: 96, state: 192 };

const LEVELS = ['5m', '1h', '1d'] as const;

/**
 * Tiles of one partition, of all levels up to a day: from its rows the finest, from those the coarser. Keys and strings
 * are numbered for the partition alone, in order.
 */
export async function runBuildTiles(
  context: TaskContext,
  task: BuildTilesTask,
): Promise<BuildTilesResult> {
  const { session } = context;
  return withTempTables(session, 'build', async (table) => {
    const scan = { ...task.scan, relation: task.relation };
    const keys = await table('keys', gridKeysSql(scan, task.scan.keys, false));
    const dictionaries: Record<string, string> = {};
    for (const [at, { column, isList }] of task.strings.entries())
      dictionaries[column] = `"${await table(`s${at}`, dictionarySql(scan, column, isList))}"`;
    const strings: Record<string, StringDictionary> = {};
    for (const [column, from] of Object.entries(dictionaries))
      strings[column] = await stringsOf(session, from);
    const building = { context, task, keys, dictionaries, strings };
    const ranges = await keyRanges(context, task, keys);
    const [only] = ranges;
    const { staged, infinite } =
      ranges.length === 1 && only
        ? await stageAtOnce(building, only)
        : await stageByKeys(building, ranges);
    const counts = { ...(task.counts ?? (await countRows(context, task))), infinite };
    return { staged, counts };
  });
}

interface Building {
  readonly context: TaskContext;
  readonly task: BuildTilesTask;
  /** Table of the partition's keys. */
  readonly keys: string;
  /** Tables of its strings, quoted, by column. */
  readonly dictionaries: Readonly<Record<string, string>>;
  readonly strings: Readonly<Record<string, StringDictionary>>;
}

interface Staged {
  readonly staged: readonly StagedTiles[];
  /** Infinite values by column. */
  readonly infinite: Readonly<Record<string, number>>;
}

/** Key codes from … to - 1. */
interface KeyRange {
  readonly from: number;
  readonly to: number;
}

/** All keys, in as many ranges as their tiles take memory for. */
async function keyRanges(
  { session, memory }: TaskContext,
  task: BuildTilesTask,
  keys: string,
): Promise<KeyRange[]> {
  const [row] = await readRows(session, `SELECT count(*) AS n FROM "${keys}"`);
  const count = Number(row?.n ?? 0);
  // A partition has no more tiles than rows.
  const bytes = task.rows * (TILE_BYTES.base + TILE_BYTES.state * task.states.length);
  const parts = Math.max(1, Math.min(count, Math.ceil(bytes / memory.taskBytes)));
  return Array.from({ length: parts }, (_, part) => ({
    from: Math.floor((count * part) / parts),
    to: Math.floor((count * (part + 1)) / parts),
  }));
}

/** Rows are read once, each level is made of the one before. */
async function stageAtOnce(building: Building, range: KeyRange): Promise<Staged> {
  const { context, task, strings } = building;
  const families = task.states.map(({ family }) => family);
  const infinite: Record<string, number> = {};
  let tiles = await readFinest(building, range, infinite);
  const staged: StagedTiles[] = [];
  for (const level of LEVELS) {
    const finer = tiles;
    if (level !== '5m')
      tiles = during(context, 'merge', () => mergeTiles([finer], level, families));
    const piece = { ...placeOf(task, level), tiles, keys: keysOf(building), strings };
    staged.push(await duringAll(context, 'write', () => stageTiles(context.session, piece)));
  }
  return { staged, infinite };
}

/** Rows are read once for each level and range of keys. */
async function stageByKeys(building: Building, ranges: readonly KeyRange[]): Promise<Staged> {
  const { context, task, strings } = building;
  const families = task.states.map(({ family }) => family);
  let infinite: Record<string, number> = {};
  const staged: StagedTiles[] = [];
  for (const level of LEVELS) {
    infinite = {};
    const found = infinite;
    const pieces = async function* () {
      for (const range of ranges) {
        const tiles = await duringAll(context, 'scan', async () => {
          const finest = await readFinest(building, range, found);
          if (level === '5m') return finest;
          return during(context, 'merge', () => mergeTiles([finest], level, families));
        });
        yield { tiles, keys: keysOf(building), strings };
      }
    };
    const stage = () => stageTilePieces(context.session, placeOf(task, level), pieces());
    staged.push(await duringAll(context, 'write', stage));
  }
  return { staged, infinite };
}

/** Codes are in the order of keys, and keys stay in the session. */
function keysOf({ task, keys }: Building) {
  return task.withBase ? { table: keys, count: task.scan.keys.length } : null;
}

function placeOf({ staging, ds, input }: BuildTilesTask, level: (typeof LEVELS)[number]) {
  return { staging, place: { ds, level, input } };
}

/** Tiles of five minutes, from lots of rows that fit. */
async function readFinest(
  { context, task, keys, dictionaries }: Building,
  { from, to }: KeyRange,
  infinite: Record<string, number>,
): Promise<Tiles> {
  const { lanes } = task.scan;
  const families = task.states.map(({ family }) => family);
  const kinds: Record<string, ReadKind> = { code: 'code', ...laneKinds(lanes) };
  let lots: Tiles[] = [];
  const add = (batch: Batch) => {
    if (context.cancelled()) throw new Error('cancelled');
    during(context, 'merge', () => {
      const events = cleaned(batch, task, infinite);
      lots.push(buildTiles({ level: '5m', events, states: task.states }));
      if (lots.length === LOTS) lots = [mergeTiles(lots, '5m', families)];
    });
  };
  const { taskBytes, leastRows } = context.memory;
  const fits = Math.max(leastRows, Math.floor(taskBytes / scannedBytes(lanes)));
  const wanted = `(SELECT * FROM "${keys}" WHERE code >= ${from} AND code < ${to})`;
  const sql = scatterSql(task.scan, task.relation, wanted, dictionaries);
  // A result that fits is faster whole than in a stream.
  if (task.rows <= fits) add(await readColumns(context.session, sql, kinds));
  else {
    const batchRows = Math.max(leastRows, Math.floor(fits / 2));
    await streamColumns(context.session, sql, kinds, add, { batchRows });
  }
  const [only] = lots;
  if (lots.length === 1 && only) return only;
  return during(context, 'merge', () => mergeTiles(lots, '5m', families));
}

/** S4.4; and how many values of each column were infinite. */
export function cleaned(
  batch: Batch,
  task: Pick<BuildTilesTask, 'scan'>,
  infinite: Record<string, number>,
): Batch {
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
