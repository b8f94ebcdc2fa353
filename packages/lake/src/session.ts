import { mkdirSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Connection } from '@duckdb/node-bindings';
import { DuckDBInstance } from './duckdb.js';
import { writeError } from './fs-error.js';
import { failedQuery } from './name-bad-file.js';
import { sqlError } from './sql-error.js';

export interface SessionOptions {
  readonly threads: number;
  /** Default: DuckDB's own, 80 % of the machine. */
  readonly memoryBytes?: number;
  /** Folder for what does not fit in memory, of this session alone: two would overwrite each other's files. Without it nothing is spilled and the query fails instead. */
  readonly tmp?: string;
}

/**
 * Our joins are written with the small side last: keys, dictionaries. DuckDB's estimates of files that it is told the schema
 * of are a fifth of their rows, so it would put events into the hash table and walk through them with keys: twice the time,
 * all of them in memory, and in another order.
 */
const DISABLED_OPTIMIZERS = 'join_order,build_side_probe_side';

/** Where memory is this short, it matters what an idle DuckDB keeps. */
const FLUSHED_BELOW_BYTES = 256 * 1024 ** 2;

/** One private in-memory DuckDB and one connection to it. Not to be shared between threads. */
export interface Session {
  readonly connection: DuckDBConnection;
  /** With one a query's rows come in its order, to functions of ours too. */
  readonly threads: number;
  /** Frees everything; tables are gone. Harmless when repeated. */
  close(): void;
  /** Stops the running query, which then fails with INTERRUPTED. Safe to call at any time until close. */
  interrupt(): void;
}

/**
 * Open a private DuckDB.
 *
 * Instants are read and printed in UTC whatever the machine's zone (the time zone extension is part of the binary), rows
 * keep their order, and nothing is ever fetched from the network.
 *
 * Throws  DUCKDB_FAILED if a setting is refused, NOT_WRITABLE if `tmp` cannot be made.
 */
export async function openDuckDb(options: SessionOptions): Promise<Session> {
  const settings: Record<string, string> = {
    threads: String(options.threads),
    temp_directory: options.tmp ?? '',
    preserve_insertion_order: 'true',
    // Files are read once, and the system keeps what is read again; DuckDB's own copy would fill its memory to the limit.
    enable_external_file_cache: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  };
  if (options.memoryBytes !== undefined) {
    settings.memory_limit = `${Math.floor(options.memoryBytes)}B`;
    if (options.memoryBytes < FLUSHED_BELOW_BYTES) {
      // What is freed goes back to the system at once instead of being kept for the next query.
      settings.allocator_flush_threshold = '1MB';
      settings.allocator_bulk_deallocation_flush_threshold = '1MB';
    }
  }
  if (options.tmp !== undefined) makeTmp(options.tmp);
  let instance: DuckDBInstance;
  try {
    instance = await DuckDBInstance.create(':memory:', settings);
  } catch (cause) {
    throw sqlError(`open ${JSON.stringify(settings)}`, cause);
  }
  const connection = await instance.connect();
  let open = true;
  const session: Session = {
    connection,
    threads: options.threads,
    close() {
      if (!open) return;
      open = false;
      connection.closeSync();
      instance.closeSync();
    },
    interrupt() {
      if (open) connection.interrupt();
    },
  };
  try {
    await run(session, "SET TimeZone = 'UTC'");
    await run(session, `SET disabled_optimizers = '${DISABLED_OPTIMIZERS}'`);
  } catch (error) {
    session.close();
    throw error;
  }
  return session;
}

/** The binding's handle inside a connection, for what the wrapper does with an object for each vector. */
export function rawConnection({ connection }: Session): Connection {
  return (connection as unknown as { connection: Connection }).connection;
}

/** A finished result held by DuckDB, read chunk by chunk. */
export type Result = Awaited<ReturnType<DuckDBConnection['run']>>;

/** Run one statement. Throws what `sqlError` says. */
export async function run(session: Session, sql: string): Promise<Result> {
  try {
    return await session.connection.run(sql);
  } catch (cause) {
    throw await failedQuery(sql, cause);
  }
}

function makeTmp(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw writeError(path, cause);
  }
}
