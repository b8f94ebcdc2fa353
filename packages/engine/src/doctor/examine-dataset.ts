import { isTesseraError, type TesseraError } from '@tessera/api';
import {
  checksumFile,
  commitManifest,
  isOfNewerFormat,
  journalPath,
  type Manifest,
  manifestPath,
  openDataset,
  readJournal,
  readManifest,
  recoverPublish,
  removeExports,
  removePartition,
  removeTree,
} from '@tessera/lake';
import { examineLeftovers, heldBy } from './examine-folder.js';
import { type Repairable, sound, wrong } from './finding.js';

/**
 * What is wrong with a dataset; nothing but who writes it where that is somebody else.
 *
 * Cost  one read of all of its partitions
 */
export async function examineDataset(path: string, isOurs: boolean): Promise<Repairable[]> {
  const held = isOurs ? null : await heldBy(path);
  if (held !== null) return [held];
  const publish = await examineJournal(path);
  // What was staged for a publish is a leftover only when that is finished: the journal comes first.
  const leftovers = await examineLeftovers(path);
  if (publish !== null) return [publish, ...leftovers];
  return [...(await examinePartitions(path)), ...leftovers];
}

async function examineJournal(dataset: string): Promise<Repairable | null> {
  const path = journalPath(dataset);
  try {
    if ((await readJournal(dataset)) === null) return null;
    const what = 'a publish that was begun and cut off';
    return wrong({ path, kind: 'publish', what, repair: 'finished' }, () =>
      recoverPublish(dataset),
    );
  } catch (error) {
    return unreadable(path, error, 'what it was to publish is built again');
  }
}

async function examinePartitions(dataset: string): Promise<Repairable[]> {
  let manifest: Manifest | null;
  try {
    manifest = await readManifest(dataset);
  } catch (error) {
    return [unreadable(manifestPath(dataset), error, 'the next run builds the dataset again')];
  }
  const { unlisted, fileOf } = await openDataset(dataset);
  const found: Repairable[] = [];
  if (manifest === null) {
    if (unlisted.length === 0) return [];
    const what = `there is none, beside ${unlisted.length} partitions`;
    const repair = 'left alone: the next run builds the dataset again';
    return [wrong({ path: manifestPath(dataset), kind: 'manifest', what, repair }, null)];
  }
  for (const ds of unlisted) {
    const what = 'no manifest lists it';
    found.push(
      wrong({ path: fileOf(ds), kind: 'unlisted', what, repair: 'removed' }, async () => {
        await removeExports(dataset, ds);
        await removePartition(dataset, ds);
      }),
    );
  }
  for (const [ds, { bytes, crc }] of Object.entries(manifest.partitions)) {
    const now = await checksumFile(fileOf(ds)).catch(() => null);
    const what =
      now === null
        ? 'listed, and missing'
        : now.bytes !== bytes
          ? `${now.bytes} bytes instead of ${bytes}`
          : crc !== undefined && now.crc !== crc
            ? 'not the bytes that were written'
            : null;
    if (what === null) continue;
    const repair = 'forgotten: the next run builds it again';
    found.push(
      wrong({ path: fileOf(ds), kind: 'partition', what, repair }, () => forget(dataset, ds)),
    );
  }
  return found;
}

async function forget(dataset: string, ds: string): Promise<void> {
  const manifest = await readManifest(dataset);
  if (manifest === null) return;
  const { [ds]: _, ...partitions } = manifest.partitions;
  await commitManifest(dataset, { ...manifest, partitions });
  await removePartition(dataset, ds);
}

/** A file that cannot be read: removed, unless a newer version wrote it. */
export function unreadable(path: string, error: unknown, after: string): Repairable {
  if (!isTesseraError(error) || error.code !== 'FILE_UNREADABLE') throw error;
  const { reason } = (error as TesseraError<'FILE_UNREADABLE'>).params;
  if (isOfNewerFormat(error)) {
    const repair = 'left alone: it is the newer version’s';
    return sound({ path, kind: 'newer', what: reason, repair });
  }
  const repair = `removed: ${after}`;
  return wrong({ path, kind: 'manifest', what: reason, repair }, () => removeTree(path));
}
