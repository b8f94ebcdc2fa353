import { openDuckDb, quotePath, type Session } from '@tessera/lake';
import { type NamedType, readTyped } from './read-typed.js';
import type { ResultBatch } from './run-types.js';

export interface ResultFile {
  readonly ds: string;
  readonly file: string;
}

/** One published partition as columns. Strings are codes into a sorted dictionary per column. */
export async function readPartition(
  session: Session,
  { ds, file }: ResultFile,
  columns: readonly NamedType[],
): Promise<ResultBatch> {
  const from = `read_parquet(${quotePath(file)}, hive_partitioning = false)`;
  return { ds, ...(await readTyped(session, from, columns)) };
}

/** Partition by partition, in `ds` order; the session lives as long as the loop. */
export async function* resultBatches(
  files: readonly ResultFile[],
  columns: readonly NamedType[],
): AsyncIterable<ResultBatch> {
  if (files.length === 0) return;
  const session = await openDuckDb({ threads: 1 });
  try {
    for (const file of files) yield await readPartition(session, file, columns);
  } finally {
    session.close();
  }
}
