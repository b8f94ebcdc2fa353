import type { Dirent } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve, sep } from 'node:path';
import { combineProblems, parseDay, type SourceSpec, TesseraError } from '@tessera/api';
import { settledStat, untilSettled } from './file-stat.js';
import { codeOf, readError } from './fs-error.js';
import { mapLimited } from './map-limited.js';
import { entriesIn, statOf } from './quick-fs.js';
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
 * with files of any name and depth. Names that begin with `.` or `_` or end as those of unfinished files do are not looked
 * at.
 *
 * Throws  REMOTE_PATH, PATH_MISSING, NO_PARTITIONS for a folder without files; all together: BAD_PARTITION for what lies
 *         beside `ds=` folders or is labelled with no day, FILE_UNREADABLE for links that lead nowhere or around, and for
 *         what is no file
 */
export function listSource(source: SourceSpec, lakeDir: string): Promise<SourceListing> {
  return untilSettled(
    () => list(source, lakeDir),
    ({ partitions }) => partitions.flatMap(({ files }) => files),
  );
}

async function list(source: SourceSpec, lakeDir: string): Promise<SourceListing> {
  const path = localPath(source, lakeDir);
  const found = await statOf(path).catch((cause: unknown) => {
    const error = readError(path, cause);
    throw error.code === 'PATH_MISSING'
      ? new TesseraError('PATH_MISSING', { path, source: source.name })
      : error;
  });
  if (!found.isDirectory()) {
    if (!found.isFile()) throw unreadable(path, 'it is neither a file nor a folder');
    const file = { path, name: basename(path), bytes: found.size, stat: settledStat(found) };
    return { path, layout: 'file', partitions: [{ ds: null, files: [file] }] };
  }
  const entries = (await entriesOf(path)).filter((entry) => !isHidden(entry.name));
  if (entries.some((entry) => entry.name.startsWith('ds='))) {
    const partitions = await hivePartitions(path, entries);
    if (partitions.length > 0) return { path, layout: 'hive', partitions };
    throw new TesseraError('NO_PARTITIONS', { path, source: source.name });
  }
  const problems: TesseraError[] = [];
  const files = await filesBelow(path, '', problems);
  if (problems.length > 0) throw combineProblems(byPath(problems));
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
  const problems: TesseraError[] = [];
  for (const entry of [...entries].sort((a, b) => byCodePoint(a.name, b.name))) {
    const label = entry.name.startsWith('ds=') ? labelOf(entry.name.slice(3)) : null;
    const folder = join(path, entry.name);
    if (label === null) {
      const reason = entry.name.startsWith('ds=')
        ? `\`${entry.name.slice(3)}\` is no day`
        : 'it lies beside `ds=` folders';
      problems.push(new TesseraError('BAD_PARTITION', { path: folder, reason }));
    } else if (!entry.isDirectory() && !(await isFolder(folder))) {
      problems.push(
        new TesseraError('BAD_PARTITION', { path: folder, reason: 'it is not a folder' }),
      );
    } else labels.set(label, [...(labels.get(label) ?? []), entry.name]);
  }
  const sorted = [...labels].sort(([a], [b]) => byCodePoint(a, b));
  const partitions = await mapLimited(sorted, 16, async ([ds, folders]) => {
    const lists = await mapLimited(folders, 2, (folder) =>
      filesBelow(join(path, folder), `${folder}/`, problems),
    );
    return { ds, files: lists.flat().sort((a, b) => byCodePoint(a.name, b.name)) };
  });
  if (problems.length > 0) throw combineProblems(byPath(problems));
  // What a writer left half-done, or emptied by hand, says nothing about its day.
  return partitions.filter(({ files }) => files.length > 0);
}

function labelOf(text: string): string | null {
  if (text === NO_DAY || text === HIVE_NULL) return NO_DAY;
  return parseDay(text) === null ? null : text;
}

async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path).catch(() => null))?.isDirectory() === true;
}

/** What cannot be listed goes to `problems`, in any order. */
async function filesBelow(
  folder: string,
  prefix: string,
  problems: TesseraError[],
): Promise<FileFact[]> {
  const entries = (await entriesOf(folder)).filter((entry) => !isHidden(entry.name));
  const found = await mapLimited(entries, 16, async (entry): Promise<FileFact[]> => {
    const path = join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) return filesBelow(path, `${name}/`, problems);
    try {
      const facts = await statOf(path);
      if (facts.isFile()) return [{ path, name, bytes: facts.size, stat: settledStat(facts) }];
      // Reading a pipe would wait for ever.
      if (!facts.isDirectory()) throw unreadable(path, 'it is neither a file nor a folder');
      if (isBelow(await realpath(folder), await realpath(path))) {
        throw unreadable(path, 'it is a link to a folder that it lies in');
      }
      return await filesBelow(path, `${name}/`, problems);
    } catch (cause) {
      problems.push(await linkError(path, cause));
      return [];
    }
  });
  return found.flat().sort((a, b) => byCodePoint(a.name, b.name));
}

function isBelow(folder: string, ancestor: string): boolean {
  return folder === ancestor || folder.startsWith(`${ancestor}${sep}`);
}

/** A file that was just listed and cannot be looked at is mostly a link. */
async function linkError(path: string, cause: unknown): Promise<TesseraError> {
  const isLink = (await lstat(path).catch(() => null))?.isSymbolicLink() === true;
  if (isLink && codeOf(cause) === 'ELOOP') return unreadable(path, 'it is a link to itself');
  if (isLink && codeOf(cause) === 'ENOENT') return unreadable(path, 'it is a link to nothing');
  return readError(path, cause);
}

/** Files are looked at side by side: what is said of them does not depend on who was first. */
function byPath(problems: readonly TesseraError[]): TesseraError[] {
  const pathOf = (problem: TesseraError) => (problem.params as { path: string }).path;
  return [...problems].sort((a, b) => byCodePoint(pathOf(a), pathOf(b)));
}

function unreadable(path: string, reason: string): TesseraError {
  return new TesseraError('FILE_UNREADABLE', { path, reason });
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await entriesIn(folder);
  } catch (cause) {
    throw readError(folder, cause);
  }
}

/** Files that a writer has not finished, and checksums that Hadoop puts beside files. */
const UNFINISHED = /\.(tmp|crc|inprogress)$|\._COPYING_$/i;

function isHidden(name: string): boolean {
  return name.startsWith('.') || name.startsWith('_') || UNFINISHED.test(name);
}

/** UTF-8 order is code point order; JavaScript's own `<` is not, beyond the basic plane. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
}

/** Halves of what lies beyond the basic plane come behind all of it. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
