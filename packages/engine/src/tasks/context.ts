import { readRows, type Session } from '@tessera/lake';
import type { Exchange } from '../exchange.js';
import type { TableRef } from './task.js';

/** What a worker has beside the task: its DuckDB session, the exchange, and the folders that relative names start from. */
export interface TaskContext {
  readonly session: Session;
  readonly exchange: Exchange;
  /** True once the run is cancelled: long loops stop between steps. */
  readonly cancelled: () => boolean;
}

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** SQL that names a table made by an earlier task. */
export function tableSql(context: TaskContext, table: TableRef): string {
  if (table.kind === 'table') return `"${table.name}"`;
  const path = context.exchange.path(table.name);
  if (path === null) throw new Error(`table ${table.name} is not in memory`);
  return `read_parquet(${text(path)})`;
}

/** Make a small table for later tasks. */
export async function writeTable(
  context: TaskContext,
  table: TableRef,
  sql: string,
): Promise<void> {
  if (table.kind === 'table') {
    await readRows(context.session, `CREATE OR REPLACE TEMP TABLE "${table.name}" AS ${sql}`);
    return;
  }
  const path = context.exchange.path(table.name);
  if (path === null) throw new Error(`table ${table.name} is not in memory`);
  await readRows(
    context.session,
    `COPY (${sql}) TO ${text(path)} (FORMAT parquet, COMPRESSION snappy)`,
  );
}
