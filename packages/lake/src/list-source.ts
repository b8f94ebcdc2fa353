import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { parseDay, type SourceSpec, TesseraError } from '@tessera/api';
import { settledStat, untilSettled } from './file-stat.js';
import { readError } from './fs-error.js';
import { mapLimited } from './map-limited.js';
import { NO_DAY } from './scan-spec.js';

export interface FileFact {
  readonly path: string;
  /** The path below the source's own, with `/`: what is hashed and shown, equal on every machine. */
  readonly name: string;
  readonly bytes: number;
  /** Size and times as the system tells them, or null for a file so young that another write might not change them. */
  readonly stat: string | null;
}

export interface SourcePartition {
  /** The label of the `ds=` folder; null outside such folders. */
  readonly ds: string | null;
  readonly files: readonly FileFact[];
}

export interface SourceListing {
  /** Absolute. */
  readonly path: string;
  readonly layout: 'file' | 'folder' | 'hive';
  /**
   * In the order of labels, files in the order of names, both by code point. A
   * folder without any file is no partition; one whose files have no rows is an empty one.
   */
  readonly partitions: readonly SourcePartition[];
}

/** What Hive and Spark call the partition of null. */
const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/**
 * Find the files of a source: one file, a folder of files (with folders below it), or a folder of `ds=YYYY-MM-DD` folders
 * with files of any name and depth. Names that begin with `.` or `_` are not looked at.
 *
 * Throws  REMOTE_PATH, PATH_MISSING, NO_PARTITIONS for a folder without files, FILE_UNREADABLE for what lies beside `ds=`
 *         folders or is labelled with no day
 */
export function listSource(source: SourceSpec, lakeDir: string): Promise<SourceListing> {
  return untilSettled(
    () => list(source, lakeDir),
    ({ partitions }) => partitions.flatMap(({ files }) => files),
  );
}

async function list(source: SourceSpec, lakeDir: string): Promise<SourceListing> {
  const path = localPath(source, lakeDir);
  const found = await stat(path).catch((cause: unknown) => {
    const error = readError(path, cause);
    throw error.code === 'PATH_MISSING'
      ? new TesseraError('PATH_MISSING', { path, source: source.name }, { cause })
      : error;
  });
  if (!found.isDirectory()) {
    const file = { path, name: basename(path), bytes: found.size, stat: settledStat(found) };
    return { path, layout: 'file', partitions: [{ ds: null, files: [file] }] };
  }
  const entries = (await entriesOf(path)).filter((entry) => !isHidden(entry.name));
  if (entries.some((entry) => entry.name.startsWith('ds='))) {
    const partitions = await hivePartitions(path, entries);
    if (partitions.length > 0) return { path, layout: 'hive', partitions };
    throw new TesseraError('NO_PARTITIONS', { path, source: source.name });
  }
  const files = await filesBelow(path, '');
  if (files.length === 0) throw new TesseraError('NO_PARTITIONS', { path, source: source.name });
  return { path, layout: 'folder', partitions: [{ ds: null, files }] };
}

function localPath(source: SourceSpec, lakeDir: string): string {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):\/\//.exec(source.path)?.[1];
  if (scheme !== undefined) {
    const hint = `Only local files are read. Mount the store (for ${scheme}: e.g. ${MOUNTS[scheme] ?? 'rclone mount'}) or copy it, and give the local path.`;
    throw new TesseraError('REMOTE_PATH', { path: source.path }, { hint });
  }
  return isAbsolute(source.path) ? source.path : resolve(lakeDir, source.path);
}

const MOUNTS: Readonly<Record<string, string>> = {
  s3: 'mount-s3',
  s3a: 'mount-s3',
  gs: 'gcsfuse',
  az: 'blobfuse2',
  abfs: 'blobfuse2',
  abfss: 'blobfuse2',
  hdfs: 'hadoop-fuse-dfs',
};

async function hivePartitions(
  path: string,
  entries: readonly Dirent[],
): Promise<readonly SourcePartition[]> {
  const labels = new Map<string, string[]>();
  for (const entry of entries) {
    const label = entry.name.startsWith('ds=') ? labelOf(entry.name.slice(3)) : null;
    if (label === null) {
      throw new TesseraError(
        'FILE_UNREADABLE',
        {
          path: join(path, entry.name),
          reason: 'it lies beside `ds=` folders and is not named ds=YYYY-MM-DD',
        },
        {
          hint: 'Put it into the folder of its day; names that begin with `_` or `.` are not looked at.',
        },
      );
    }
    labels.set(label, [...(labels.get(label) ?? []), entry.name]);
  }
  const sorted = [...labels].sort(([a], [b]) => byCodePoint(a, b));
  const found = await mapLimited(sorted, 16, async ([ds, folders]) => {
    const lists = await mapLimited(folders, 2, (folder) =>
      filesBelow(join(path, folder), `${folder}/`),
    );
    return { ds, files: lists.flat().sort((a, b) => byCodePoint(a.name, b.name)) };
  });
  // What a writer left half-done, or emptied by hand, says nothing about its day.
  return found.filter(({ files }) => files.length > 0);
}

function labelOf(text: string): string | null {
  if (text === NO_DAY || text === HIVE_NULL) return NO_DAY;
  return parseDay(text) === null ? null : text;
}

async function filesBelow(folder: string, prefix: string): Promise<FileFact[]> {
  const files: FileFact[] = [];
  const entries = (await entriesOf(folder)).filter((entry) => !isHidden(entry.name));
  const found = await mapLimited(entries, 16, async (entry): Promise<FileFact[]> => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, `${prefix}${entry.name}/`);
    const facts = await stat(path).catch((cause: unknown) => {
      throw readError(path, cause);
    });
    // A link to a folder.
    if (facts.isDirectory()) return filesBelow(path, `${prefix}${entry.name}/`);
    const name = `${prefix}${entry.name}`;
    return [{ path, name, bytes: facts.size, stat: settledStat(facts) }];
  });
  files.push(...found.flat());
  return files.sort((a, b) => byCodePoint(a.name, b.name));
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw readError(folder, cause);
  }
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name.startsWith('_');
}

/** UTF-8 order is code point order; JavaScript's own `<` is not, beyond the basic plane. */
export function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
