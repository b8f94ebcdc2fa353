import { readdir, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseDay, TesseraError } from '@tessera/api';
import { checksumFile } from './checksum.js';
import { makeFolder, moveSynced, removeTree, syncFile, syncFolder } from './durable.js';
import { fault } from './faults.js';
import { codeOf, writeError } from './fs-error.js';
import { clearLeftovers, stagingPath, TASK_RECORD, WORK } from './leftovers.js';
import { commitManifest, type Manifest, manifestPath, readManifest } from './manifest.js';
import { mapLimited } from './map-limited.js';
import { journalPath, type PublishJournal, readJournal, writeJournal } from './publish-journal.js';
import { statOf } from './quick-fs.js';
import { NO_DAY } from './scan-spec.js';

/**
 * A published dataset:
 *
 *   <out>/<kind>/<name>/ds=2025-01-01/part-0.parquet    one file a partition, so that one rename replaces it
 *                      /_manifest.json                  what there is, and from what it was made
 *                      /_lock                           while someone writes
 *                      /_publish.json                   while what was staged is put in place
 *                      /_staging/<run>/ds=….parquet     what is being made
 */
export interface Dataset {
  readonly path: string;
  /** Null when nothing was ever published. */
  readonly manifest: Manifest | null;
  /** Partitions of the manifest whose file is gone, or of another size, or was changed since: to be built again. */
  readonly lost: readonly string[];
  /** Partitions on the disk that the manifest does not know: left by a run that was killed. */
  readonly unlisted: readonly string[];
  /** A publish was begun: what is told of the dataset is how it will be once that is done, by whoever writes next. */
  readonly isPublishing: boolean;
  /** Where a partition lies: until it is moved to its place, where it was staged. */
  readonly fileOf: (ds: string) => string;
}

export function datasetPath(out: string, kind: string, name: string): string {
  return join(out, kind, name);
}

/** The one file of a partition. */
export function partitionPath(dataset: string, ds: string): string {
  return join(dataset, folderOf(ds), 'part-0.parquet');
}

/** Look at a dataset; nothing is created. Throws FILE_UNREADABLE for a damaged manifest or journal. */
export async function openDataset(path: string): Promise<Dataset> {
  const journal = await readJournal(path);
  const manifest = journal === null ? await readManifest(path) : journal.manifest;
  const found = await partitionsOnDisk(path);
  const writtenMs = (await statOf(manifestPath(path)).catch(() => null))?.mtimeMs ?? 0;
  const staged = new Set<string>();
  if (journal !== null) {
    const run = runOf(path, journal.run);
    for (const ds of Object.keys(journal.moves)) {
      const bytes = await sizeOf(stagePath(run, ds));
      if (bytes === null) continue;
      staged.add(ds);
      found.set(ds, { bytes, mtimeMs: 0 });
    }
  }
  const listed = Object.entries(manifest?.partitions ?? {});
  const lost: string[] = [];
  for (const [ds, { bytes, crc }] of listed) {
    const now = found.get(ds);
    if (now?.bytes !== bytes) lost.push(ds);
    // Somebody has written to it since it was listed.
    else if (journal === null && crc !== undefined && now.mtimeMs > writtenMs) {
      if ((await checksumOf(partitionPath(path, ds))) !== crc) lost.push(ds);
    }
  }
  const unlisted = [...found.keys()].filter((ds) => !manifest?.partitions[ds]);
  return {
    ...{ path, manifest, lost: lost.sort(), unlisted: unlisted.sort() },
    isPublishing: journal !== null,
    fileOf: (ds) =>
      journal !== null && staged.has(ds)
        ? stagePath(runOf(path, journal.run), ds)
        : partitionPath(path, ds),
  };
}

/** A run that writes a dataset or tile set; its caller holds the lock. */
export interface PublishRun {
  readonly dataset: string;
  /** Where it stages; what an earlier run of the same name left there is still there. */
  readonly staging: string;
}

/**
 * Start writing: a folder for what is staged. Whatever runs of another name left is removed: the lock says they are dead.
 */
export async function beginRun(dataset: string, name: string): Promise<PublishRun> {
  const run = runOf(dataset, name);
  await clearLeftovers(dataset);
  if (name !== WORK) await removeTree(stagingPath(dataset, WORK));
  await makeFolder(run.staging);
  fault('staging.made', dataset);
  return run;
}

function runOf(dataset: string, name: string): PublishRun {
  return { dataset, staging: stagingPath(dataset, name) };
}

/** Where a run writes a partition before it is published. */
export function stagePath({ staging }: PublishRun, ds: string): string {
  return join(staging, `${folderOf(ds)}.parquet`);
}

/** What is published at once. */
export interface Publish {
  /** Staged partitions that replace those that are there. */
  readonly staged: readonly string[];
  /** Partitions whose copies in other formats go. */
  readonly stale: readonly string[];
  /** What there is then. */
  readonly manifest: Manifest;
}

/**
 * Publish what was staged: all of it or nothing, and durably. A crash before the journal is written leaves what was there;
 * after that `finishPublish` does the rest, here or in the next run.
 *
 * Throws   DISK_FULL, NOT_WRITABLE
 */
export async function publish(
  run: PublishRun,
  { staged, stale, manifest }: Publish,
): Promise<void> {
  const files = staged.map((ds) => stagePath(run, ds));
  await mapLimited(files, SYNCS, syncFile);
  for (const folder of [run.staging, dirname(run.staging), run.dataset]) await syncFolder(folder);
  fault('partitions.synced', run.dataset);
  const moves = Object.fromEntries(
    await mapLimited(staged, SYNCS, async (ds) => [ds, (await statOf(stagePath(run, ds))).size]),
  ) as Record<string, number>;
  const journal = { run: basename(run.staging), moves, stale, manifest };
  for (const ds of staged) await checkPlace(partitionPath(run.dataset, ds));
  await writeJournal(run.dataset, journal);
  try {
    await finishPublish(run.dataset, journal);
  } catch (cause) {
    const error = writeError(run.dataset, cause);
    const hint = 'All of it is staged, and publishing has begun: the next run goes on with it.';
    throw new TesseraError(error.code, error.params, { hint, cause });
  }
}

/** What could never be replaced by a file is told while nothing has been done. */
async function checkPlace(path: string): Promise<void> {
  const there = await statOf(path).catch(() => null);
  if (there?.isDirectory())
    throw new TesseraError('NOT_WRITABLE', { path, reason: 'a folder is in its place' });
}

/** Waiting for the disk is most of it. */
const SYNCS = 8;

/**
 * Do what a journal says, as far as it is not done: partitions are moved to their places, the manifest is replaced, what it
 * does not list is removed, and last the journal. Done twice it is as done once. The caller holds the lock.
 *
 * Returns  partitions that the journal promised and that are nowhere: the manifest does not list them, they are built again
 * Throws   DISK_FULL, NOT_WRITABLE
 */
export async function finishPublish(dataset: string, journal: PublishJournal): Promise<string[]> {
  const run = runOf(dataset, journal.run);
  const { manifest } = journal;
  // Finished tasks are of no use any more: their outputs are about to be moved.
  await removeTree(join(run.staging, TASK_RECORD));
  for (const format of await exportedFormats(dataset))
    for (const ds of journal.stale) await removeFile(exportPath(dataset, ds, format));
  const labels = Object.keys(journal.moves);
  const lost: string[] = [];
  for (const ds of labels) {
    const staged = stagePath(run, ds);
    if ((await sizeOf(staged)) !== null) await moveSynced(staged, partitionPath(dataset, ds));
    else if ((await sizeOf(partitionPath(dataset, ds))) !== journal.moves[ds]) lost.push(ds);
    fault('partition.moved', ds);
  }
  const moved = labels.filter((ds) => !lost.includes(ds));
  await mapLimited(moved, SYNCS, (ds) => syncFolder(dirname(partitionPath(dataset, ds))));
  if (moved.length > 0) await syncFolder(dataset);
  fault('partitions.moved', dataset);
  const kept = Object.entries(manifest.partitions).filter(([ds]) => !lost.includes(ds));
  await commitManifest(dataset, { ...manifest, partitions: Object.fromEntries(kept) });
  await removeUnlisted(dataset, manifest);
  fault('unlisted.removed', dataset);
  await removeTree(journalPath(dataset));
  await syncFolder(dataset);
  fault('journal.removed', dataset);
  return lost;
}

/**
 * Finish what a killed run was about to publish, if any did. The caller holds the lock.
 *
 * Returns  whether there was something
 * Throws   FILE_UNREADABLE for a damaged journal, DISK_FULL, NOT_WRITABLE
 */
export async function recoverPublish(dataset: string): Promise<boolean> {
  const journal = await readJournal(dataset);
  if (journal === null) return false;
  await finishPublish(dataset, journal);
  return true;
}

/** Remove partitions that a manifest does not list, with their copies. The caller holds the lock. */
export async function removeUnlisted(dataset: string, manifest: Manifest): Promise<string[]> {
  const there = [...(await partitionsOnDisk(dataset)).keys()];
  const unlisted = there.filter((ds) => manifest.partitions[ds] === undefined);
  for (const ds of unlisted) {
    await removeExports(dataset, ds);
    await removePartition(dataset, ds);
  }
  return unlisted;
}

/** Remove a partition's file, and its folder where nothing else lies in it. The manifest no longer speaks of it. */
export async function removePartition(dataset: string, ds: string): Promise<void> {
  await removeFile(partitionPath(dataset, ds));
}

/** Remove a partition's copies in other formats, which would tell what no longer is so. */
export async function removeExports(dataset: string, ds: string): Promise<void> {
  for (const format of await exportedFormats(dataset))
    await removeFile(exportPath(dataset, ds, format));
}

/** Formats that any partition may have a copy in. */
async function exportedFormats(dataset: string): Promise<string[]> {
  const there = await mapLimited(['csv', 'arrow'], 2, async (format) =>
    (await sizeOf(exportFolder(dataset, format))) === null ? [] : [format],
  );
  return there.flat();
}

/** Where a copy of a partition in another format lies: beside the dataset. */
export function exportPath(dataset: string, ds: string, format: string): string {
  return join(exportFolder(dataset, format), folderOf(ds), `part-0.${format}`);
}

function exportFolder(dataset: string, format: string): string {
  return `${dataset}.${format}`;
}

async function removeFile(path: string): Promise<void> {
  if ((await sizeOf(path)) !== null) await removeTree(path);
  await rmdir(dirname(path)).catch((cause: unknown) => {
    const code = codeOf(cause);
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOTDIR')
      throw writeError(dirname(path), cause);
  });
}

async function sizeOf(path: string): Promise<number | null> {
  return (await statOf(path).catch(() => null))?.size ?? null;
}

async function checksumOf(path: string): Promise<string | null> {
  return (await checksumFile(path).catch(() => null))?.crc ?? null;
}

/** Each partition's file: its size, and when it was written. */
async function partitionsOnDisk(
  dataset: string,
): Promise<Map<string, { readonly bytes: number; readonly mtimeMs: number }>> {
  const names = await readdir(dataset).catch(() => []);
  const labels = names.flatMap((name) => {
    const label = name.startsWith('ds=') ? name.slice(3) : '';
    return label === NO_DAY || parseDay(label) !== null ? [label] : [];
  });
  const found = await mapLimited(labels, 16, async (ds) => {
    const file = await statOf(partitionPath(dataset, ds)).catch(() => null);
    return file === null ? [] : [[ds, { bytes: file.size, mtimeMs: file.mtimeMs }] as const];
  });
  return new Map(found.flat());
}

/** Remove what was staged and not published: at the end of a run, however it ended. What is being published stays. */
export async function endRun(run: PublishRun): Promise<void> {
  if ((await sizeOf(journalPath(run.dataset))) !== null) return;
  await removeTree(dirname(run.staging));
  fault('staging.removed', run.dataset);
}

function folderOf(ds: string): string {
  // A label becomes a folder's name: nothing but a day or the label of none may get there.
  if (ds !== NO_DAY && parseDay(ds) === null) {
    throw new TesseraError('INTERNAL', { reason: `partition label ${JSON.stringify(ds)}` });
  }
  return `ds=${ds}`;
}
