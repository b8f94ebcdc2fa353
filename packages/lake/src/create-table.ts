import type { DuckDBLogicalType } from '@duckdb/node-api';
import duckdb, { type LogicalType } from '@duckdb/node-bindings';
import { type DataType, TesseraError } from '@tessera/api';
import { type Column, columnLength } from '@tessera/columnar';
import { columnDefinitions } from './duckdb-type.js';
import type { StringDictionary } from './encoded-strings.js';
import { quoteIdent } from './quote.js';
import { run, type Session } from './session.js';
import { sqlError } from './sql-error.js';
import { type VectorWriter, vectorWriter } from './write-vector.js';

export interface TableColumn {
  readonly name: string;
  readonly type: DataType;
  readonly column: Column;
  /** Strings of `code` columns, also inside lists and maps. */
  readonly dictionary?: StringDictionary | undefined;
  /** Strings of a map's keys, where they are not those of its values. */
  readonly keyDictionary?: StringDictionary | undefined;
}

/**
 * Make a temporary table, in place of one of this name if there is any, and fill it with columns, in row order.
 *
 * Shapes   every column has at least `rows` entries
 * Units    as `readColumns` gives them: timestamps are µs (timestamp_ns: ns), dates are days, decimals unscaled
 * Throws   INTERNAL if a column is too short or cannot hold its type; what `sqlError` says
 * Cost     a memcpy per 2048 rows and column where the physical types agree
 */
export async function createTableFromBatch(
  session: Session,
  tableName: string,
  columns: readonly TableColumn[],
  rows: number,
): Promise<void> {
  await run(
    session,
    `CREATE OR REPLACE TEMP TABLE ${quoteIdent(tableName)} (${columnDefinitions(columns)})`,
  );
  await appendToTable(session, tableName, columns, rows);
}

/** Append columns to a table made by `createTableFromBatch`; same names and types, in the same order. */
export async function appendToTable(
  session: Session,
  tableName: string,
  columns: readonly TableColumn[],
  rows: number,
): Promise<void> {
  const writers = columnWriters(columns, rows);
  const sql = `append to ${tableName}`;
  try {
    const appender = await session.connection.createAppender(tableName);
    try {
      const types = columns.map((_, i) => appender.columnType(i).toLogicalType());
      const chunk = duckdb.create_data_chunk(types.map(rawType));
      const vectorRows = duckdb.vector_size();
      for (let from = 0; from < rows; from += vectorRows) {
        const count = Math.min(vectorRows, rows - from);
        duckdb.data_chunk_reset(chunk);
        duckdb.data_chunk_set_size(chunk, count);
        for (let i = 0; i < writers.length; i++) {
          writers[i]!(duckdb.data_chunk_get_vector(chunk, i), from, count);
        }
        duckdb.append_data_chunk(rawAppender(appender), chunk);
      }
      appender.flushSync();
    } finally {
      appender.closeSync();
    }
  } catch (cause) {
    throw sqlError(sql, cause);
  }
}

/** Throws INTERNAL if a column is too short or cannot hold its type. */
export function columnWriters(columns: readonly TableColumn[], rows: number): VectorWriter[] {
  return columns.map((c) => {
    if (columnLength(c.column) < rows) {
      throw new TesseraError('INTERNAL', {
        reason: `column ${c.name} has ${columnLength(c.column)} rows of ${rows}`,
      });
    }
    return vectorWriter(c.name, c.type, c.column, {
      values: c.dictionary,
      keys: c.keyDictionary,
    });
  });
}

// The wrapper keeps the binding's handles in plain members; going through it would cost an object per vector.
function rawType(type: DuckDBLogicalType): LogicalType {
  return type.logical_type;
}

function rawAppender(appender: object): Parameters<typeof duckdb.append_data_chunk>[0] {
  return (appender as { appender: Parameters<typeof duckdb.append_data_chunk>[0] }).appender;
}
