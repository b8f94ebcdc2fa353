import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TesseraError } from '@tessera/api';
import { replaceFile } from './durable.js';
import { readError } from './fs-error.js';
import { byCodePoint } from './list-source.js';

/** Raised when the layout of the manifest changes; an older or newer one is not read. */
export const MANIFEST_FORMAT = 2;

export interface ManifestColumn {
  readonly name: string;
  readonly type: string;
  readonly hash: string;
}

export interface ManifestFile {
  /** Source and name below it: no machine's path. */
  readonly path: string;
  readonly fingerprint: string;
  /** Hash of all of its bytes; null when they changed while they were read. */
  readonly content: string | null;
  /** Size and times when it was looked at: while they are the same the file is not read again. */
  readonly stat: string | null;
}

export interface ManifestPartition {
  readonly rows: number;
  readonly bytes: number;
  /** CRC-32 of the file, eight hex digits; absent where an older version wrote it. */
  readonly crc?: string;
  /** Made in STRICT mode. */
  readonly strict: boolean;
  /** Positions in the manifest's `files`, ascending: runs of `[first, how many]`, none of which touches the next. */
  readonly files: readonly (readonly [first: number, count: number])[];
  /** Of a training set with labels. */
  readonly labels?: {
    /** Those of `files` that the left and the features were made of. */
    readonly features: ManifestPartition['files'];
    /** Per label, in their order: the query time in ms since 1970 up to which rows were answered. */
    readonly until: readonly number[];
  };
  /** ISO instant. Only for people: nothing depends on it. */
  readonly publishedAt?: string;
}

/** The truth about what a dataset holds. A partition of no rows is listed: empty is not missing. */
export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  /** Version of what wrote it. */
  readonly engine: string;
  /** Version of what values mean; all partitions are of one. */
  readonly semantics: number;
  readonly name: string;
  readonly definitionHash: string;
  readonly columns: readonly ManifestColumn[];
  /** Every input of any partition, once. */
  readonly files: readonly ManifestFile[];
  readonly partitions: Readonly<Record<string, ManifestPartition>>;
}

export function manifestPath(dataset: string): string {
  return join(dataset, '_manifest.json');
}

/**
 * The manifest of a dataset, or null when there is none.
 *
 * Throws  FILE_UNREADABLE saying what is wrong with it
 */
export async function readManifest(dataset: string): Promise<Manifest | null> {
  const path = manifestPath(dataset);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const error = readError(path, cause);
    if (error.code === 'PATH_MISSING') return null;
    throw error;
  }
  try {
    return parseManifest(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TesseraError('FILE_UNREADABLE', { path, reason }, { hint: hintOf(cause), cause });
  }
}

/** What a newer version wrote is not damaged. */
function hintOf(cause: unknown): string {
  return cause instanceof NewerFormat
    ? 'A newer version of Tessera wrote it: use that one, or another `--out`.'
    : '`tessera doctor` clears it away, and the next run builds the dataset anew.';
}

class NewerFormat extends Error {}

/** Whether a manifest could not be read because a newer version wrote it. */
export function isOfNewerFormat(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof NewerFormat;
}

/** Replace the manifest. Bytes depend on the content alone. Throws DISK_FULL, NOT_WRITABLE. */
export async function commitManifest(dataset: string, manifest: Manifest): Promise<void> {
  await replaceFile(manifestPath(dataset), formatManifest(manifest), 'manifest');
}

/** JSON with fixed member order, one line per column, file and partition. */
export function formatManifest(manifest: Manifest): string {
  const lines = (items: readonly unknown[]): string =>
    items.length === 0
      ? ''
      : `\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  `;
  const partitions = Object.entries(manifest.partitions)
    .sort(([a], [b]) => byCodePoint(a, b))
    .map(([ds, p]) => {
      const { rows, bytes, crc, strict, publishedAt } = p;
      const plain = {
        ...{ rows, bytes, ...(crc && { crc }) },
        ...{ strict, files: p.files },
        ...(p.labels && { labels: { features: p.labels.features, until: p.labels.until } }),
        ...(publishedAt && { publishedAt }),
      };
      return `    ${JSON.stringify(ds)}: ${JSON.stringify(plain)}`;
    });
  const columns = manifest.columns.map(({ name, type, hash }) => ({ name, type, hash }));
  const files = manifest.files.map(({ path, fingerprint, content, stat }) => ({
    path,
    fingerprint,
    content,
    stat,
  }));
  return `{
  "format": ${manifest.format},
  "engine": ${JSON.stringify(manifest.engine)},
  "semantics": ${manifest.semantics},
  "name": ${JSON.stringify(manifest.name)},
  "definitionHash": ${JSON.stringify(manifest.definitionHash)},
  "columns": [${lines(columns)}],
  "files": [${lines(files)}],
  "partitions": {${partitions.length === 0 ? '' : `\n${partitions.join(',\n')}\n  `}}
}
`;
}

/** Throws an Error that says what is wrong with it. */
export function parseManifest(value: unknown): Manifest {
  const whole = record(value, 'the manifest');
  if (whole.format !== MANIFEST_FORMAT) {
    const isNewer = typeof whole.format === 'number' && whole.format > MANIFEST_FORMAT;
    throw new (isNewer ? NewerFormat : Error)(
      `its format is ${JSON.stringify(whole.format)}, this version reads ${MANIFEST_FORMAT}`,
    );
  }
  const files = array(whole.files, '`files`').map((item, i) => {
    const file = record(item, `file ${i}`);
    return {
      path: text(file, 'path'),
      fingerprint: text(file, 'fingerprint'),
      content: file.content === null ? null : text(file, 'content'),
      stat: file.stat === null ? null : text(file, 'stat'),
    };
  });
  const columns = array(whole.columns, '`columns`').map((item, i) => {
    const column = record(item, `column ${i}`);
    return { name: text(column, 'name'), type: text(column, 'type'), hash: text(column, 'hash') };
  });
  const partitions: Record<string, ManifestPartition> = {};
  for (const [ds, item] of Object.entries(record(whole.partitions, '`partitions`'))) {
    const p = record(item, `partition ${ds}`);
    partitions[ds] = {
      rows: count(p, 'rows'),
      bytes: count(p, 'bytes'),
      ...(p.crc !== undefined && { crc: text(p, 'crc') }),
      strict: flag(p, 'strict'),
      files: runs(p.files, ds, files.length),
      ...(p.labels !== undefined && { labels: labels(p.labels, ds, files.length) }),
      ...(p.publishedAt !== undefined && { publishedAt: text(p, 'publishedAt') }),
    };
  }
  return {
    format: MANIFEST_FORMAT,
    engine: text(whole, 'engine'),
    semantics: count(whole, 'semantics'),
    name: text(whole, 'name'),
    definitionHash: text(whole, 'definitionHash'),
    columns,
    files,
    partitions,
  };
}

function runs(value: unknown, ds: string, files: number): [number, number][] {
  return array(value, `files of ${ds}`).map((run) => {
    const [first, length] = array(run, `files of ${ds}`);
    if (!isCount(first) || !isCount(length) || first + length > files) {
      throw new Error(`partition ${ds} names files that are not listed`);
    }
    return [first, length];
  });
}

function labels(
  value: unknown,
  ds: string,
  files: number,
): NonNullable<ManifestPartition['labels']> {
  const { features, until } = record(value, `labels of ${ds}`);
  const instants = array(until, `until of ${ds}`).map((ms) => {
    if (typeof ms === 'number' && Number.isSafeInteger(ms)) return ms;
    throw new Error(`until of ${ds} is no list of instants`);
  });
  return { features: runs(features, ds, files), until: instants };
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${what} is no object`);
  }
  return value as Record<string, unknown>;
}

function array(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`${what} is no list`);
  return value;
}

function text(from: Record<string, unknown>, member: string): string {
  const value = from[member];
  if (typeof value !== 'string') throw new Error(`\`${member}\` is no text`);
  return value;
}

function flag(from: Record<string, unknown>, member: string): boolean {
  const value = from[member];
  if (typeof value !== 'boolean') throw new Error(`\`${member}\` is neither true nor false`);
  return value;
}

function count(from: Record<string, unknown>, member: string): number {
  const value = from[member];
  if (!isCount(value)) throw new Error(`\`${member}\` is no count`);
  return value;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
