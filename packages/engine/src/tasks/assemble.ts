import { statSync } from 'node:fs';
import type { DataType } from '@tessera/api';
import { type Batch, type Column, concatBatches, gather } from '@tessera/columnar';
import { copyToParquet, createTableFromBatch, quoteIdent } from '@tessera/lake';
import type { FeaturePlan } from '@tessera/planner';
import { type TaskContext, tableSql } from './context.js';
import { emptyColumn } from './empty-column.js';
import { localise } from './localise.js';
import type { AssembleResult } from './result.js';
import type { AssembleTask } from './task.js';
import { leftDaySql, leftSql } from './task-sql.js';
import { codes, numbers } from './typed.js';

const INT64: DataType = { kind: 'int64' };

/** A written feature column of one partition, in left order. */
export interface FeatureColumn {
  readonly name: string;
  readonly type: DataType;
  readonly column: Column;
  readonly strings: readonly string[] | null;
}

/** Blocks of all buckets → columns in left order, per scan. */
function leftOrder(context: TaskContext, task: AssembleTask, scan: string): Batch | null {
  const sections = task.blocks[scan] ?? [];
  if (sections.length === 0) return null;
  const batch = concatBatches(sections.map((section) => context.exchange.read(section)));
  const position = codes(batch, 'position');
  if (position.length !== task.rows) {
    throw new Error(`${task.partition.ds}: ${position.length} swept rows of ${task.rows}`);
  }
  const at = new Int32Array(task.rows).fill(-1);
  for (let i = 0; i < position.length; i++) at[position[i]!] = i;
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(batch.columns)) columns[name] = gather(column, at);
  return { rows: task.rows, columns };
}

/** Feature columns of the partition, in output order, with the unwritten ones apart. */
export async function featureColumns(
  context: TaskContext,
  task: AssembleTask,
): Promise<{ written: FeatureColumn[]; unwritten: Column[] }> {
  const batches = new Map<string, Batch | null>();
  const written: (FeatureColumn & { outputIdx: number })[] = [];
  const unwritten: Column[] = [];
  for (const feature of task.features) {
    if (!batches.has(feature.scan))
      batches.set(feature.scan, leftOrder(context, task, feature.scan));
    const column = batches.get(feature.scan)?.columns[feature.name] ?? emptyOf(feature);
    if (feature.outputIdx < 0) {
      unwritten.push(column);
      continue;
    }
    const local = await localise(context, column, feature, task.dictionaries);
    written.push({
      outputIdx: feature.outputIdx,
      name: feature.name,
      type: feature.outputType,
      ...local,
    });
  }
  written.sort((a, b) => a.outputIdx - b.outputIdx);
  return { written, unwritten };
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

/** Write one partition: left columns, then features, in left order (S8). */
export async function runAssemble(
  context: TaskContext,
  task: AssembleTask,
): Promise<AssembleResult> {
  if (task.file === null) throw new Error('no file to write');
  const { written, unwritten } = await featureColumns(context, task);
  const columns = written.map(({ name, type, column, strings }) => ({
    name,
    type,
    column,
    ...(strings && { dictionary: strings }),
  }));
  if (task.grid) {
    columns.push({
      name: '__present',
      type: { kind: 'boolean' },
      column: presentRows(unwritten, task.rows),
    });
  }
  // A join whose parts have no column still has rows.
  if (columns.length === 0) {
    columns.push({
      name: '__row',
      type: INT64,
      column: { kind: 'f64', values: new Float64Array(task.rows) },
    });
  }
  await createTableFromBatch(context.session, 'features', columns, task.rows);
  const features = written.map(({ name }) => `f.${quoteIdent(name)}`);
  const left = (task.grid ? task.grid.names : task.leftColumns).map(
    (name) => `l.${quoteIdent(name)}`,
  );
  const from = `(${leftRowsSql(context, task)}) l POSITIONAL JOIN features f`;
  const sql = `SELECT ${[...left, ...features].join(', ')} FROM ${from}${task.grid ? ' WHERE f.__present' : ''}`;
  await copyToParquet(context.session, sql, task.file);
  await context.session.connection.run('DROP TABLE features');
  return {
    rows: task.grid ? await writtenRows(context, task.file) : task.rows,
    bytes: statSync(task.file).size,
  };
}

async function writtenRows(context: TaskContext, file: string): Promise<number> {
  const result = await context.session.connection.run(
    `SELECT count(*)::INTEGER AS n FROM read_parquet('${file.replaceAll("'", "''")}')`,
  );
  const [row] = await result.getRowObjects();
  return Number(row?.n ?? 0);
}
