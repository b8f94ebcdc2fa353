import { mkdirSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceSpec } from '@tessera/api';
import { checksumFile, copyToParquet, quotePath, type Session } from '@tessera/lake';
import type { Gathered } from './gather.js';
import type { Written } from './made.js';
import type { ResultBatch } from './run-types.js';

/** A run with `limit`: the first rows of the range, computed whatever is published, and published nowhere. */

export function previewFolder(): string {
  return mkdtempSync(join(tmpdir(), 'tessera-preview-'));
}

export function previewFile(folder: string, ds: string): string {
  mkdirSync(join(folder, `ds=${ds}`), { recursive: true });
  return join(folder, `ds=${ds}`, 'part-0.parquet');
}

/** Facts of as many partitions as hold the first `limit` left rows, none of them published. */
export function firstPartitions(
  gathered: Gathered,
  left: SourceSpec | null,
  limit: number,
): Gathered {
  // Files tell how many rows they have, not how many of them are left.
  const isUpperBound =
    left?.where !== undefined || left?.eventId !== undefined || left?.dedupe !== undefined;
  let rows = 0;
  const first = gathered.facts.left.filter((partition) => {
    const wanted = isUpperBound || rows < limit;
    rows += partition.rows;
    return wanted;
  });
  return { ...gathered, facts: { ...gathered.facts, left: first, published: null } };
}

/** No more than `limit` rows of what was written: how many keys a day of a groupBy has is not known before. */
export async function firstRows(
  session: Session,
  written: readonly Written[],
  limit: number,
): Promise<Written[]> {
  const kept: Written[] = [];
  let rows = 0;
  for (const one of written) {
    if (rows >= limit) break;
    kept.push(one.rows <= limit - rows ? one : await cut(session, one, limit - rows));
    rows += one.rows;
  }
  return kept;
}

async function cut(session: Session, one: Written, rows: number): Promise<Written> {
  const half = `${one.file}.half`;
  const from = `read_parquet(${quotePath(one.file)}, hive_partitioning = false)`;
  await copyToParquet(session, `SELECT * FROM ${from} LIMIT ${rows}`, half);
  renameSync(half, one.file);
  return { ...one, rows, ...(await checksumFile(one.file)) };
}

export async function hold(batches: AsyncIterable<ResultBatch>): Promise<readonly ResultBatch[]> {
  const held: ResultBatch[] = [];
  for await (const batch of batches) held.push(batch);
  return held;
}

export async function* replay(held: readonly ResultBatch[]): AsyncIterable<ResultBatch> {
  yield* held;
}
