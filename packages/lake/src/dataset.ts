import { mkdirSync } from 'node:fs';
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseDay, TesseraError } from '@tessera/api';
import { makeFolder, moveFile, syncFolder } from './durable.js';
import { codeOf, writeError } from './fs-error.js';
import { type Manifest, readManifest } from './manifest.js';
import { mapLimited } from './map-limited.js';
import { NO_DAY } from './scan-spec.js';

/**
 * A published dataset:
 *
 *   <out>/<kind>/<name>/ds=2025-01-01/part-0.parquet    one file a partition, so that one rename replaces it
 *                      /_manifest.json                  what there is, and from what it was made
 *                      /_lock                           while someone writes
 *                      /_staging/<run>/ds=…             what is being made
 */
export interface Dataset {
  readonly path: string;
  /** Null when nothing was ever published. */
  readonly manifest: Manifest | null;
  /** Partitions of the manifest whose file is gone or of another size: to be built again. */
  readonly lost: readonly string[];
  /** Partitions on the disk that the manifest does not know: left by a run that was killed. */
  readonly unlisted: readonly string[];
}

export function datasetPath(out: string, kind: string, name: string): string {
  return join(out, kind, name);
}

/** The one file of a partition. */
export function partitionPath(dataset: string, ds: string): string {
  return join(dataset, folderOf(ds), 'part-0.parquet');
}

/** Look at a dataset; nothing is created. Throws FILE_UNREADABLE for a damaged manifest. */
export async function openDataset(path: string): Promise<Dataset> {
  const manifest = await readManifest(path);
  const found = await partitionsOnDisk(path);
  const listed = Object.entries(manifest?.partitions ?? {});
  const lost = listed.filter(([ds, { bytes }]) => found.get(ds) !== bytes).map(([ds]) => ds);
  const unlisted = [...found.keys()].filter((ds) => !manifest?.partitions[ds]);
  return { path, manifest, lost: lost.sort(), unlisted: unlisted.sort() };
}

/** A run that writes a dataset; its caller holds the lock. */
export interface PublishRun {
  readonly dataset: string;
  readonly staging: string;
}

/**
 * Start writing: a folder for what is staged. Whatever earlier runs left there is removed: the lock says they are dead.
 */
export async function beginRun(dataset: string, runId: string): Promise<PublishRun> {
  const all = join(dataset, '_staging');
  const staging = join(all, runId);
  await rm(all, { recursive: true, force: true }).catch((cause: unknown) => {
    throw writeError(all, cause);
  });
  await makeFolder(staging);
  return { dataset, staging };
}

/** Where a run writes a partition before it is published. The folder is made. */
export function stagePath(run: PublishRun, ds: string): string {
  const path = join(run.staging, folderOf(ds), 'part-0.parquet');
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    throw writeError(path, cause);
  }
  return path;
}

/**
 * Put a staged partition in place of the published one, if any: whole or not at all, and durable.
 * The manifest still speaks of the old one until `commitManifest`.
 *
 * Returns  its size in bytes
 * Throws   DISK_FULL, NOT_WRITABLE
 */
export async function publishPartition(run: PublishRun, ds: string): Promise<number> {
  const staged = join(run.staging, folderOf(ds), 'part-0.parquet');
  const bytes = await moveFile(staged, partitionPath(run.dataset, ds));
  await syncFolder(run.dataset);
  return bytes;
}

/** Remove a partition's file, and its folder where nothing else lies in it. The manifest no longer speaks of it. */
export async function removePartition(dataset: string, ds: string): Promise<void> {
  await removeFile(partitionPath(dataset, ds));
}

/** Remove a partition's copies in other formats, which would tell what no longer is so. */
export async function removeExports(dataset: string, ds: string): Promise<void> {
  for (const format of ['csv', 'arrow']) await removeFile(exportPath(dataset, ds, format));
}

/** Where a copy of a partition in another format lies: beside the dataset. */
export function exportPath(dataset: string, ds: string, format: string): string {
  return join(`${dataset}.${format}`, folderOf(ds), `part-0.${format}`);
}

async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch((cause: unknown) => {
    throw writeError(path, cause);
  });
  await rmdir(dirname(path)).catch((cause: unknown) => {
    const code = codeOf(cause);
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EEXIST')
      throw writeError(dirname(path), cause);
  });
}

/** Bytes of each partition's file. */
async function partitionsOnDisk(dataset: string): Promise<Map<string, number>> {
  const names = await readdir(dataset).catch(() => []);
  const labels = names.flatMap((name) => {
    const label = name.startsWith('ds=') ? name.slice(3) : '';
    return label === NO_DAY || parseDay(label) !== null ? [label] : [];
  });
  const found = await mapLimited(labels, 16, async (ds) => {
    const there = await stat(partitionPath(dataset, ds)).catch(() => null);
    return there === null ? [] : [[ds, there.size] as const];
  });
  return new Map(found.flat());
}

/** Remove what was staged and not published: at the end of a run, however it ended. */
export async function endRun(run: PublishRun): Promise<void> {
  await rm(dirname(run.staging), { recursive: true, force: true }).catch((cause: unknown) => {
    throw writeError(run.staging, cause);
  });
}

function folderOf(ds: string): string {
  // A label becomes a folder's name: nothing but a day or the label of none may get there.
  if (ds !== NO_DAY && parseDay(ds) === null) {
    throw new TesseraError('INTERNAL', { reason: `partition label ${JSON.stringify(ds)}` });
  }
  return `ds=${ds}`;
}
