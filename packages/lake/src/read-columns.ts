import type { DuckDBType } from '@duckdb/node-api';
import duckdb, { type DataChunk } from '@duckdb/node-bindings';
import type { Batch, Column } from '@tessera/columnar';
import { failedQuery } from './name-bad-file.js';
import { columnReader, type Reader, type ReadKind } from './read-vector.js';
import { type Result, run, type Session } from './session.js';

/** Asked kinds by result column; columns not named get the kind that follows from their type. */
export type ReadKinds = Readonly<Record<string, ReadKind>>;

/**
 * Run a query and copy its result into columns.
 *
 * Shapes   every column has `rows` entries, in the query's order; memory is fresh and belongs to the caller
 * Units    DATE is days, TIMESTAMP and TIMESTAMPTZ are µs, TIMESTAMP_NS/_MS/_S their own unit, DECIMAL is unscaled
 * Throws   what `sqlError` says; DUCKDB_FAILED naming a column whose type has no columnar form (VARCHAR, STRUCT, …)
 * Cost     the result exists twice for a moment; see `streamColumns` where that matters
 */
export async function readColumns(
  session: Session,
  sql: string,
  kinds: ReadKinds = {},
): Promise<Batch> {
  const result = await run(session, sql);
  const rows = Number(result.rowCount);
  const columns = columnsOf(result, kinds, rows);
  const chunks = result.chunkCount;
  for (let i = 0; i < chunks; i++) {
    const chunk = duckdb.result_get_chunk(rawOf(result), i);
    appendChunk(columns, chunk);
  }
  return takeBatch(columns, rows);
}

export interface StreamOptions {
  /** A batch is handed over as soon as it holds this many rows. Default 131,072. */
  readonly batchRows?: number;
}

/**
 * Run a query and hand its result over in batches of about `batchRows`, holding no more than one batch (and DuckDB's
 * own streaming buffer). `onBatch` is awaited before more is read; it owns the batch.
 *
 * Returns  rows in all. A result without rows makes no batch.
 */
export async function streamColumns(
  session: Session,
  sql: string,
  kinds: ReadKinds,
  onBatch: (batch: Batch) => void | Promise<void>,
  options: StreamOptions = {},
): Promise<number> {
  const batchRows = options.batchRows ?? 131_072;
  const result = await openStream(session, sql);
  // A chunk may overshoot the batch by at most its own size.
  const columns = columnsOf(result, kinds, batchRows + duckdb.vector_size());
  let rows = 0;
  let total = 0;
  for (;;) {
    const chunk = await nextChunk(session, result, sql);
    if (chunk === null) break;
    const size = appendChunk(columns, chunk);
    if (size === 0) break;
    rows += size;
    total += size;
    if (rows >= batchRows) {
      await onBatch(takeBatch(columns, rows));
      rows = 0;
    }
  }
  if (rows > 0) await onBatch(takeBatch(columns, rows));
  return total;
}

interface NamedReader {
  readonly name: string;
  readonly reader: Reader;
}

type AnyResult = Pick<Result, 'columnCount' | 'columnName' | 'columnType'>;

function columnsOf(result: AnyResult, kinds: ReadKinds, capacity: number): NamedReader[] {
  return Array.from({ length: result.columnCount }, (_, i) => {
    const name = result.columnName(i);
    const type: DuckDBType = result.columnType(i);
    return { name, reader: columnReader(name, type, kinds[name], capacity) };
  });
}

function appendChunk(columns: readonly NamedReader[], chunk: DataChunk): number {
  const size = duckdb.data_chunk_get_size(chunk);
  if (size === 0) return 0;
  for (let i = 0; i < columns.length; i++) {
    const { reader } = columns[i]!;
    reader.open(duckdb.data_chunk_get_vector(chunk, i), size);
    reader.append(0, size);
  }
  return size;
}

function takeBatch(columns: readonly NamedReader[], rows: number): Batch {
  const taken: Record<string, Column> = {};
  for (const { name, reader } of columns) taken[name] = reader.finish();
  return { rows, columns: taken };
}

async function openStream(session: Session, sql: string) {
  try {
    return await session.connection.stream(sql);
  } catch (cause) {
    throw await failedQuery(sql, cause);
  }
}

async function nextChunk(
  _session: Session,
  result: object,
  sql: string,
): Promise<DataChunk | null> {
  try {
    return await duckdb.fetch_chunk(rawOf(result));
  } catch (cause) {
    throw await failedQuery(sql, cause);
  }
}

/**
 * The binding's handle inside a result. The wrapper makes an object per chunk and per vector and reads validity through
 * BigInt, which costs more than the copy itself.
 */
function rawOf(result: object): Parameters<typeof duckdb.fetch_chunk>[0] {
  return (result as { result: Parameters<typeof duckdb.fetch_chunk>[0] }).result;
}
