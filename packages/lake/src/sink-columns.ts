import duckdb, { type DataChunk, type ScalarFunctionInfo } from '@duckdb/node-bindings';
import { TesseraError } from '@tessera/api';
import { type Batch, type Column, type KeyWidth, madeGarbage } from '@tessera/columnar';
import { ANY, BOOLEAN, DuckDBLogicalType, DuckDBTypeId } from './duckdb.js';
import { quoteIdent } from './quote.js';
import type { ReadKinds } from './read-columns.js';
import { readRows } from './read-rows.js';
import { columnReader, type Reader, rawWords, validityWords } from './read-vector.js';
import { rawConnection, type Session } from './session.js';

/**
 * Run a query and look at its rows as they are made, up to 2,048 at a time: nothing of the result is ever held.
 *
 * The rows pass through a function that SQL calls, so DuckDB's thread waits while they are looked at; a session of one
 * thread hands them over in the query's order.
 *
 * Shapes   a batch lies in memory that the next one is written to
 * Units    as `readColumns`
 * Throws   what `sqlError` says, what `onBatch` throws; DUCKDB_FAILED naming a column whose type has no columnar form
 *
 * @param columns the query's columns, in order
 * @param within  what all looking at rows is done in, copying them out too: to measure it
 * Returns  rows in all
 */
export function sinkColumns(
  session: Session,
  sql: string,
  columns: readonly string[],
  kinds: ReadKinds,
  onBatch: (batch: Batch) => void,
  within?: Within,
): Promise<number> {
  return sink(session, sql, [], { columns, kinds, within }, onBatch);
}

/** Does what it is given, at once. */
export type Within = (what: () => void) => void;

interface Taken {
  readonly columns: readonly string[];
  readonly kinds: ReadKinds;
  readonly within?: Within | undefined;
}

/** A column as it lies in a vector. */
export interface RawColumn {
  /** Words of a row: 1, 2 or 4. */
  readonly width: KeyWidth;
  /** What a null row holds is not defined. */
  readonly words: Int32Array;
  /** A bit per row, 1 = valid; null = no nulls. */
  readonly valid: Int32Array | null;
}

/**
 * The same with columns before the others that are read as they lie: a string as its length and the bytes themselves up to
 * 12 (of a longer one four bytes and a pointer), an integer or a date as 32 or 64 bits.
 *
 * Throws   DUCKDB_FAILED for such a column of another type
 */
export function sinkWithKeys(
  session: Session,
  sql: string,
  keys: readonly string[],
  taken: Taken,
  onBatch: (keys: readonly RawColumn[], batch: Batch) => void,
): Promise<number> {
  return sink(session, sql, keys, taken, (batch, raw) => onBatch(raw, batch));
}

async function sink(
  session: Session,
  sql: string,
  raw: readonly string[],
  { columns, kinds, within = (what) => what() }: Taken,
  onBatch: (batch: Batch, raw: readonly RawColumn[]) => void,
): Promise<number> {
  const own = sinkOf(session);
  let readers: Reader[] | null = null;
  let widths: KeyWidth[] | null = null;
  let rows = 0;
  let failure: unknown = null;
  const look = (chunk: DataChunk) => {
    const size = duckdb.data_chunk_get_size(chunk);
    readers ??= columns.map((name, at) => readerOf(name, chunk, raw.length + at, kinds));
    const read: Record<string, Column> = {};
    for (let at = 0; at < readers.length; at++) {
      const reader = readers[at]!;
      reader.open(duckdb.data_chunk_get_vector(chunk, raw.length + at), size);
      reader.append(0, size);
      read[columns[at]!] = reader.view();
    }
    widths ??= raw.map((name, at) => keyWidth(name, chunk, at));
    const keys = widths.map((width, at) => rawColumn(chunk, at, width, size));
    onBatch({ rows: size, columns: read }, keys);
    rows += size;
    madeGarbage(size * (readers.length + 2 * raw.length) * 8);
  };
  own.receive = (chunk, info) => {
    try {
      within(() => look(chunk));
    } catch (cause) {
      failure ??= cause;
      duckdb.scalar_function_set_error(info, 'stopped');
    }
  };
  try {
    const inputs = [...raw, ...columns].map(quoteIdent).join(', ');
    const [made] = await readRows(session, `SELECT count(${SINK}(${inputs})) AS n FROM (${sql})`);
    if (Number(made?.n) !== rows)
      throw new TesseraError('INTERNAL', { reason: `${rows} rows seen of ${String(made?.n)}` });
    return rows;
  } catch (cause) {
    throw failure ?? cause;
  } finally {
    own.receive = null;
  }
}

const SINK = '__tessera_sink';

/** Most rows that DuckDB hands over at once. */
const VECTOR_ROWS = 2048;

function readerOf(name: string, chunk: DataChunk, at: number, kinds: ReadKinds): Reader {
  const raw = duckdb.vector_get_column_type(duckdb.data_chunk_get_vector(chunk, at));
  return columnReader(name, DuckDBLogicalType.create(raw).asType(), kinds[name], VECTOR_ROWS);
}

function keyWidth(name: string, chunk: DataChunk, at: number): KeyWidth {
  const vector = duckdb.data_chunk_get_vector(chunk, at);
  const type = DuckDBLogicalType.create(duckdb.vector_get_column_type(vector)).asType();
  const width = KEY_WIDTHS[type.typeId];
  if (width === undefined)
    throw new TesseraError('DUCKDB_FAILED', {
      sql: `column ${name} ${type.toString()}`,
      reason: `a column of type ${type.toString()} cannot be read as it lies`,
    });
  return width;
}

function rawColumn(chunk: DataChunk, at: number, width: KeyWidth, size: number): RawColumn {
  const vector = duckdb.data_chunk_get_vector(chunk, at);
  return { width, words: rawWords(vector, size * width), valid: validityWords(vector, size) };
}

const KEY_WIDTHS: Partial<Record<DuckDBTypeId, KeyWidth>> = {
  [DuckDBTypeId.INTEGER]: 1,
  [DuckDBTypeId.DATE]: 1,
  [DuckDBTypeId.BIGINT]: 2,
  [DuckDBTypeId.VARCHAR]: 4,
};

interface Sink {
  receive: ((chunk: DataChunk, info: ScalarFunctionInfo) => void) | null;
}

/** A session runs one query at a time, so it has one sink. */
const sinks = new WeakMap<Session, Sink>();

function sinkOf(session: Session): Sink {
  const known = sinks.get(session);
  if (known !== undefined) return known;
  const sink: Sink = { receive: null };
  // The wrapper's functions make objects of every vector, which costs more than reading them.
  const made = duckdb.create_scalar_function();
  duckdb.scalar_function_set_name(made, SINK);
  duckdb.scalar_function_set_varargs(made, ANY.toLogicalType().logical_type);
  duckdb.scalar_function_set_return_type(made, BOOLEAN.toLogicalType().logical_type);
  // Nulls are handed over, and no row is left out because another is like it.
  duckdb.scalar_function_set_special_handling(made);
  duckdb.scalar_function_set_volatile(made);
  duckdb.scalar_function_set_function(made, (info, chunk) => sink.receive?.(chunk, info));
  duckdb.register_scalar_function(rawConnection(session), made);
  sinks.set(session, sink);
  return sink;
}
