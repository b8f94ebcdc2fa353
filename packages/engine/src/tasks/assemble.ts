import { rmSync } from 'node:fs';
import { type DataType, TesseraError } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import {
  besideRows,
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
import { derivedColumns, readByDerived } from './derived.js';
import { emptyColumn } from './empty-column.js';
import { localise } from './localise.js';
import { type Piece, piecesOf } from './partition-pieces.js';
import { sweptColumns } from './read-ahead.js';
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

/** Feature and derived columns of a piece of the partition, in output order, with those that say who is present apart. */
async function featureColumns(
  context: TaskContext,
  task: AssembleTask,
  piece: Piece,
): Promise<{ written: FeatureColumn[]; unwritten: Column[] }> {
  const swept = sweptColumns(context, task, piece);
  const made: (FeatureColumn & { outputIdx: number })[] = [];
  const unwritten: Column[] = [];
  const read = readByDerived(task);
  for (const feature of task.features) {
    const column = swept(feature) ?? emptyOf(feature);
    if (feature.isPresence) {
      unwritten.push(column);
      continue;
    }
    const use = read.has(feature.name) ? 'read' : 'written';
    const { dictionaries } = task;
    const local = await localise(context, column, feature, { dictionaries, use });
    made.push({
      outputIdx: feature.outputIdx,
      name: feature.name,
      type: feature.outputType,
      ...local,
    });
  }
  if (task.derived.length > 0) {
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

/** Says which rows of a grid are written. */
const PRESENT = '__present';
/** Columns beside the features that are not written. */
const OWN_COLUMNS: ReadonlySet<string> = new Set([PRESENT, '__row']);
/** Features beside a left row, as a struct. */
const BESIDE = '__tessera_features';

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
      name: PRESENT,
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

/** What is written of a partition beside its features. */
interface LeftPart {
  readonly names: readonly string[];
  /** Rows of the partition, in left order. */
  readonly sql: string;
}

async function leftPart(context: TaskContext, task: AssembleTask): Promise<LeftPart> {
  const { kept } = task;
  return {
    names: [
      ...(task.grid ? task.grid.names : task.leftColumns),
      ...(kept === undefined ? [] : kept.columns),
    ],
    sql: kept === undefined ? leftRowsSql(context, task) : await keptRowsSql(context, task, kept),
  };
}

/** Write columns of the left as `l`, and others as SQL names them. Returns rows. */
function copyRows(
  context: TaskContext,
  task: AssembleTask,
  left: LeftPart,
  { features, from, present }: { features: readonly string[]; from: string; present: string },
): Promise<number> {
  if (task.file === null) throw new Error('no file to write');
  const columns = [...left.names.map((name) => `l.${quoteIdent(name)}`), ...features];
  const sql = `SELECT ${columns.join(', ')} FROM ${from}${task.grid ? ` WHERE ${present}` : ''}`;
  return copyToParquet(context.session, sql, task.file, columns.length);
}

/** A partition that is put together at once goes to the writer as it is, beside the rows of the left. */
async function writeWhole(context: TaskContext, task: AssembleTask, piece: Piece): Promise<number> {
  const columns = await tableColumns(context, task, piece);
  const left = await leftPart(context, task);
  context.clock.enter('write');
  return besideRows(context.session, columns, piece.rows, (call) => {
    const fields = columns.map(({ name }, idx) => ({ name, sql: `l.${BESIDE}.c${idx}` }));
    const features = fields.filter(({ name }) => !OWN_COLUMNS.has(name));
    return copyRows(context, task, left, {
      features: features.map(({ name, sql }) => `${sql} AS ${quoteIdent(name)}`),
      from: `(SELECT *, ${call} AS ${BESIDE} FROM (${left.sql})) l`,
      present: fields.find(({ name }) => name === PRESENT)?.sql ?? 'TRUE',
    });
  });
}

/** Of several pieces each goes to a file of its own first, so that one is held at a time. */
async function writePieces(
  context: TaskContext,
  task: AssembleTask,
  pieces: readonly Piece[],
): Promise<number> {
  const { session, exchange } = context;
  const files: string[] = [];
  let names: string[] = [];
  for (const piece of pieces) {
    const columns = await tableColumns(context, task, piece);
    names = columns.map(({ name }) => name);
    context.clock.enter('write');
    await createTableFromBatch(session, 'features', columns, piece.rows);
    const file = exchange.path(`piece-${task.partition.idx}-${piece.idx}.parquet`);
    if (file === null) throw new Error('pieces in memory');
    await copyToParquet(session, 'FROM features', file, columns.length);
    await run(session, 'DROP TABLE features');
    files.push(file);
    collect(context);
    context.clock.enter('read');
  }
  const left = await leftPart(context, task);
  context.clock.enter('write');
  const features = `read_parquet([${files.map(quoteLiteral).join(', ')}], hive_partitioning = false)`;
  const rows = await copyRows(context, task, left, {
    features: names.filter((name) => !OWN_COLUMNS.has(name)).map((name) => `f.${quoteIdent(name)}`),
    from: `(${left.sql}) l POSITIONAL JOIN ${features} f`,
    present: `f.${PRESENT}`,
  });
  for (const file of files) rmSync(file, { force: true });
  return rows;
}

/** Write one partition: left columns, then features, in left order (S8). */
export async function runAssemble(
  context: TaskContext,
  task: AssembleTask,
): Promise<AssembleResult> {
  if (task.file === null) throw new Error('no file to write');
  const pieces = piecesOf(task);
  const [piece, ...more] = pieces;
  const rows = await (piece && more.length === 0
    ? writeWhole(context, task, piece)
    : writePieces(context, task, pieces));
  return { rows, ...(await checksumFile(task.file)) };
}
