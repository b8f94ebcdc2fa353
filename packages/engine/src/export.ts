import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TesseraError } from '@tessera/api';
import { copyToCsv, quotePath, type Session } from '@tessera/lake';
import { arrowFile } from './arrow-file.js';
import { type NamedType, type ResultFile, readPartition } from './batches.js';

/**
 * Copies of published partitions in another format, beside the dataset: `<dataset>.csv/ds=…/part-0.csv`. They are made
 * anew for all partitions of the range, each whole or not at all: without a manifest nobody could tell which are stale.
 */
export async function exportFiles(
  { session, signal }: { readonly session: Session; readonly signal: AbortSignal | undefined },
  {
    dataset,
    files,
    columns,
  }: {
    readonly dataset: string;
    readonly files: readonly ResultFile[];
    readonly columns: readonly NamedType[];
  },
  format: 'csv' | 'arrow',
): Promise<string> {
  const target = `${dataset}.${format}`;
  for (const file of files) {
    if (signal?.aborted) throw new TesseraError('INTERRUPTED', {});
    const folder = join(target, `ds=${file.ds}`);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `part-0.${format}`);
    const half = `${path}.half`;
    try {
      if (format === 'csv') {
        await copyToCsv(
          session,
          `SELECT * FROM read_parquet(${quotePath(file.file)}, hive_partitioning = false)`,
          half,
        );
      } else {
        writeFileSync(half, await arrowFile(await readPartition(session, file, columns), columns));
      }
      renameSync(half, path);
    } finally {
      rmSync(half, { force: true });
    }
  }
  return target;
}
