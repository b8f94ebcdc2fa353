import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TesseraError } from '@tessera/api';
import { copyToCsv, exportPath, quotePath, type Session } from '@tessera/lake';
import { arrowFile } from './arrow-file.js';
import { type ResultFile, readPartition } from './batches.js';
import type { NamedType } from './read-typed.js';

/**
 * Copies of published partitions in another format, beside the dataset: `<dataset>.csv/ds=…/part-0.csv`. They are made
 * anew for all partitions of the range, each whole or not at all; publishing a partition anew, or removing it, removes them.
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
): Promise<void> {
  for (const file of files) {
    if (signal?.aborted) throw new TesseraError('INTERRUPTED', {});
    const path = exportPath(dataset, file.ds, format);
    mkdirSync(dirname(path), { recursive: true });
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
}
