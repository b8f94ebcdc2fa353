import { rmSync } from 'node:fs';
import { type DataType, TesseraError } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import {
  checksumFile,
  copyToParquet,
  createTableFromBatch,
  quoteIdent,
  quoteLiteral,
  readRows,
  run,
  type TableColumn,
} from '@tessera/lake';
import type { FeaturePlan } from '@tessera/planner';
import { duringAll } from '../profile/phase-clock.js';
import { collect, type TaskContext, tableSql } from './context.js';
import { derivedColumns, type Piece, readByDerived } from './derived.js';
import { emptyColumn } from './empty-column.js';
import { type Blocks, columnsInLeftOrder } from './left-order.js';
import { localise } from './localise.js';
import type { AssembleResult } from './result.js';
import type { AssembleTask, KeptColumns } from './task.js';
import { leftDaySql, leftSql } from './task-sql.js';
import { numbers } from './typed.js';

const INT64: DataType = { kind: 'int64' };

/** A feature or derived column of one partition, in left order. */
export interface FeatureColumn {
  readonly name: string;
  readonly type: DataType;
  readonly column: Column;
  readonly strings: readonly string[] | null;
}

function piecesOf(task: AssembleTask): Piece[] {
  const { rows, pieceRows } = task;
  const pieces: Piece[] = [];
  for (let first = 0; first < rows || pieces.length === 0; first += pieceRows) {
    pieces.push({ idx: pieces.length, first, rows: Math.min(pieceRows, rows - first) });
  }
  return pieces;
}

function blocksOf(task: AssembleTask, scan: string, piece: Piece): Blocks {
  return {
    sections: task.blocks[scan]?.[piece.idx] ?? [],
    rows: piece.rows,
    shift: -piece.first,
    of: task.partition.ds,
  };
}

/** Feature and derived columns of a piece of the partition, in output order, with those that say who is present apart. */
async function featureColumns(
  context: TaskContext,
  task: AssembleTask,
  piece: Piece,
): Promise<{ written: FeatureColumn[]; unwritten: Column[] }> {
  const swept = columnsInLeftOrder(context, task.features, (scan) => [blocksOf(task, scan, piece)]);
  const made: (FeatureColumn & { outputIdx: number })[] = [];
  const unwritten: Column[] = [];
  for (const feature of task.features) {
    const column = swept(feature) ?? emptyOf(feature);
    if (feature.isPresence) {
      unwritten.push(column);
      continue;
    }
    const local = await localise(context, column, feature, task.dictionaries);
    made.push({
      outputIdx: feature.outputIdx,
      name: feature.name,
      type: feature.outputType,
      ...local,
    });
  }
  if (task.derived.length > 0) {
    const read = readByDerived(task);
    const features = made.filter(({ name }) => read.has(name));
    const rowsSql = () => leftRowsSql(context, task);
    const given = { piece, features, rowsSql };
    const derived = await duringAll(context, 'derive', () => derivedColumns(context, task, given));
    derived.forEach((column, at) => {
      made.push({ ...column, outputIdx: task.derived[at]!.outputIdx });
    });
  }
  const written = made.filter(({ outputIdx }) => outputIdx >= 0);
  written.sort((a, b) => a.outputIdx - b.outputIdx);
  return { written, unwritten };
}

/** Feature columns of a partition that is a single piece. */
export async function wholeFeatureColumns(
  context: TaskContext,
  task: AssembleTask,
): Promise<{ written: FeatureColumn[]; unwritten: Column[] }> {
  const [piece, ...more] = piecesOf(task);
  if (!piece || more.length > 0) throw new Error(`${task.partition.ds} is not a single piece`);
  return featureColumns(context, task, piece);
}

/** A partition without rows has no blocks. */
function emptyOf(feature: FeaturePlan): Column {
  return emptyColumn(feature.outputType);
}

/** Rows of a grid that had something to aggregate in at least one feature (S3.4). */
function presentRows(unwritten: readonly Column[], rows: number): Column {
  const keep = new Float64Array(rows);
  for (const column of unwritten) {
    const counts = numbers({ rows, columns: { n: column } }, 'n');
    for (let i = 0; i < rows; i++) if (counts[i]! > 0) keep[i] = 1;
  }
  return { kind: 'f64', values: keep };
}

function gridSql(
  context: TaskContext,
  grid: NonNullable<AssembleTask['grid']>,
  ds: string,
): string {
  const names = grid.names.map((name, idx) => `k${idx} AS ${quoteIdent(name)}`);
  const day =
    grid.keySet.snapshotLagMs === null
      ? ''
      : ` WHERE day = date_diff('day', DATE '1970-01-01', DATE '${ds}')`;
  return `SELECT ${names.join(', ')} FROM (SELECT * FROM ${tableSql(context, grid.table)}${day} ORDER BY code)`;
}

/** The left's own columns of the partition, in left order. */
function leftRowsSql(context: TaskContext, task: AssembleTask): string {
  if (task.grid) return gridSql(context, task.grid, task.partition.ds);
  if (!task.left) throw new Error('neither left rows nor a grid');
  const { source, relation } = task.left;
  const columns = task.leftColumns.map(quoteIdent).join(', ');
  const repeats = source.eventId !== undefined || source.dedupe !== undefined;
  const plain = relation.kind !== 'table' && relation.files.every((file) => file.ds === null);
  if (plain && !repeats && source.kind === 'events' && task.partition.ds !== '__none__') {
    const rows = leftDaySql(task.left, task.leftColumns, task.partition.ds);
    return `SELECT ${columns} FROM (${rows}) LIMIT ${task.rows}`;
  }
  const rows = leftSql(task.left, task.leftColumns);
  const day =
    task.partition.ds === '__none__'
      ? '__day IS NULL'
      : `__day = date_diff('day', DATE '1970-01-01', DATE '${task.partition.ds}')`;
  // A window function below (eventId, dedupe) gives rows in its own order; a plain scan keeps the file's.
  const order = repeats ? ' ORDER BY __pos' : '';
  const single =
    relation.kind === 'parquet' && relation.files.every((file) => file.ds === task.partition.ds);
  return `SELECT ${columns} FROM (${rows})${single ? '' : ` WHERE ${day}`}${order} LIMIT ${task.rows}`;
}

/**
 * What is published of the partition: a row each, in the same order.
 *
 * Throws  FILE_CHANGED where it is not what it was when the run was planned
 */
async function keptRowsSql(
  context: TaskContext,
  { rows, partition }: AssembleTask,
  { file, crc }: KeptColumns,
): Promise<string> {
  if (crc !== undefined && (await checksumFile(file)).crc !== crc)
    throw new TesseraError('FILE_CHANGED', { files: [file] });
  const from = `read_parquet(${quoteLiteral(file)}, hive_partitioning = false)`;
  const [found] = await readRows(context.session, `SELECT count(*) AS n FROM ${from}`);
  if (Number(found?.n) !== rows)
    throw new Error(`${partition.ds}: ${found?.n} published rows, ${rows} left rows`);
  return `SELECT * FROM ${from}`;
}

/** Columns of the table of features that are not written. */
const OWN_COLUMNS: ReadonlySet<string> = new Set(['__present', '__row']);

async function tableColumns(
  context: TaskContext,
  task: AssembleTask,
  piece: Piece,
): Promise<TableColumn[]> {
  const { written, unwritten } = await featureColumns(context, task, piece);
  const columns: TableColumn[] = written.map(({ name, type, column, strings }) => ({
    name,
    type,
    column,
    ...(strings && { dictionary: strings }),
  }));
  if (task.grid) {
    columns.push({
      name: '__present',
      type: { kind: 'boolean' },
      column: presentRows(unwritten, piece.rows),
    });
  }
  // A join whose parts have no column still has rows.
  if (columns.length === 0) {
    const values = new Float64Array(piece.rows);
    columns.push({ name: '__row', type: INT64, column: { kind: 'f64', values } });
  }
  return columns;
}

/** Features of a partition as something SQL reads in left order. */
interface FeaturesTable {
  readonly sql: string;
  readonly names: readonly string[];
  readonly drop: () => Promise<void>;
}

/**
 * A table of DuckDB where the partition is a single piece. Of several each goes to a file of its own: DuckDB holds all
 * that is appended to a table until it is whole.
 */
async function featuresTable(context: TaskContext, task: AssembleTask): Promise<FeaturesTable> {
  const drop = async () => {
    await run(context.session, 'DROP TABLE features');
  };
  const pieces = piecesOf(task);
  const files: string[] = [];
  let names: string[] = [];
  for (const piece of pieces) {
    const columns = await tableColumns(context, task, piece);
    names = columns.map(({ name }) => name);
    context.clock.enter('write');
    await createTableFromBatch(context.session, 'features', columns, piece.rows);
    if (pieces.length === 1) return { sql: 'features', names, drop };
    const file = context.exchange.path(`piece-${task.partition.idx}-${piece.idx}.parquet`);
    if (file === null) throw new Error('pieces in memory');
    await copyToParquet(context.session, 'FROM features', file, columns.length);
    await drop();
    files.push(file);
    collect(context);
    context.clock.enter('read');
  }
  return {
    sql: `read_parquet([${files.map(quoteLiteral).join(', ')}], hive_partitioning = false)`,
    names,
    drop: async () => {
      for (const file of files) rmSync(file, { force: true });
    },
  };
}

/** Write one partition: left columns, then features, in left order (S8). */
export async function runAssemble(
  context: TaskContext,
  task: AssembleTask,
): Promise<AssembleResult> {
  if (task.file === null) throw new Error('no file to write');
  const made = await featuresTable(context, task);
  const features = made.names
    .filter((name) => !OWN_COLUMNS.has(name))
    .map((name) => `f.${quoteIdent(name)}`);
  const { kept } = task;
  const names = [
    ...(task.grid ? task.grid.names : task.leftColumns),
    ...(kept === undefined ? [] : kept.columns),
  ];
  const left = names.map((name) => `l.${quoteIdent(name)}`);
  const rowsSql =
    kept === undefined ? leftRowsSql(context, task) : await keptRowsSql(context, task, kept);
  const from = `(${rowsSql}) l POSITIONAL JOIN ${made.sql} f`;
  const sql = `SELECT ${[...left, ...features].join(', ')} FROM ${from}${task.grid ? ' WHERE f.__present' : ''}`;
  const width = left.length + features.length;
  context.clock.enter('write');
  const rows = await copyToParquet(context.session, sql, task.file, width);
  await made.drop();
  return { rows, ...(await checksumFile(task.file)) };
}
