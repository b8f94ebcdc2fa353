import { collectIfGrown, collectIfTight } from '@tessera/columnar';
import { quoteLiteral, readRows, type Session } from '@tessera/lake';
import type { Exchange } from '../exchange.js';
import type { WorkerMemory } from '../memory.js';
import { during, type PhaseClock } from '../profile/phase-clock.js';
import type { TableRef } from './task.js';

/** What a worker has beside the task: its DuckDB session, the exchange, and the folders that relative names start from. */
export interface TaskContext {
  readonly session: Session;
  readonly exchange: Exchange;
  readonly memory: WorkerMemory;
  /** True once the run is cancelled: long loops stop between steps. */
  readonly cancelled: () => boolean;
  /** What it is doing; the exchange's reading and writing is told to it already. */
  readonly clock: PhaseClock;
}

/** Between two steps: garbage is collected where memory is tight. */
export function collect(context: Pick<TaskContext, 'memory' | 'clock'>): void {
  during(context, 'collect', () => collectIfTight(context.memory.tightBytes));
}

/** Of what a task may hold; what a step of it leaves is seldom more. */
const GROWN = 0.25;

/** Between two small steps of a task: garbage is collected where memory is tight and has grown by a part of the task's. */
export function collectGrown({ memory, clock }: Pick<TaskContext, 'memory' | 'clock'>): void {
  const { tightBytes, taskBytes } = memory;
  during({ clock }, 'collect', () => collectIfGrown(tightBytes, GROWN * taskBytes));
}

/** SQL that names a table made by an earlier task. */
export function tableSql(context: TaskContext, table: TableRef): string {
  if (table.kind === 'table') return `"${table.name}"`;
  const path = context.exchange.path(table.name);
  if (path === null) throw new Error(`table ${table.name} is not in memory`);
  return `read_parquet(${quoteLiteral(path)})`;
}

/** Make a small table for later tasks. Returns its rows. */
export async function writeTable(
  context: TaskContext,
  table: TableRef,
  sql: string,
): Promise<number> {
  const [made] = await readRows(context.session, makeSql(context, table, sql));
  return Number(made?.Count ?? 0);
}

function makeSql(context: TaskContext, table: TableRef, sql: string): string {
  if (table.kind === 'table') return `CREATE OR REPLACE TEMP TABLE "${table.name}" AS ${sql}`;
  const path = context.exchange.path(table.name);
  if (path === null) throw new Error(`table ${table.name} is not in memory`);
  return `COPY (${sql}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION snappy)`;
}
