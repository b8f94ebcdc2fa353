import type { Dirent } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { parseDay, TesseraError } from '@tessera/api';
import { readCsvHeader } from '../csv-header.js';
import { readError } from '../fs-error.js';
import { byCodePoint } from '../list-source.js';
import { quotePath } from '../quote.js';
import { readRows } from '../read-rows.js';
import type { Session } from '../session.js';

export interface TableFile {
  readonly path: string;
  /** Label of its `ds=` folder. */
  readonly ds: string | null;
  readonly bytes: number;
}

/** Files that are one table, as a source's `path` would name them. */
export interface FoundTable {
  /** From the file's or the folder's name. */
  readonly name: string;
  readonly path: string;
  readonly format: 'parquet' | 'csv';
  readonly layout: 'file' | 'folder' | 'hive';
  readonly files: readonly TableFile[];
  /** What a user should know before declaring it. */
  readonly notes: readonly string[];
}

export interface FoundTables {
  readonly tables: readonly FoundTable[];
  /** Other files below the path, which no source reads. */
  readonly others: readonly string[];
}

/** Files whose schemas are compared to tell whether a folder is one table or several. */
const COMPARED_FILES = 32;
/** Deeper folders are nobody's tables. */
const MAX_DEPTH = 12;

/**
 * The tables at a path: a file, a folder of `ds=` folders, a folder of files of one schema, or a folder of such folders.
 * Names that begin with `.` or `_` are not looked at, as a scan does not.
 *
 * Throws  PATH_MISSING, FILE_UNREADABLE, NO_TABLES when there is neither Parquet nor CSV
 */
export async function findTables(session: Session, path: string): Promise<FoundTables> {
  const found = await stat(path).catch((cause: unknown) => {
    const error = readError(path, cause);
    if (error.code !== 'PATH_MISSING') throw error;
    const hint = 'Name a file or a folder; relative paths start from the working folder.';
    throw new TesseraError('PATH_MISSING', { path }, { hint });
  });
  const others: string[] = [];
  let tables: FoundTable[];
  if (found.isDirectory()) tables = await inFolder(session, path, others, 0);
  else {
    const format = await formatOf(path);
    if (format === null) others.push(path);
    const files = [{ path, ds: null, bytes: found.size }];
    tables =
      format === null ? [] : [{ name: stem(path), path, format, layout: 'file', files, notes: [] }];
  }
  if (tables.length === 0) throw new TesseraError('NO_TABLES', { path, files: others });
  return { tables, others };
}

async function inFolder(
  session: Session,
  folder: string,
  others: string[],
  depth: number,
): Promise<FoundTable[]> {
  if (depth > MAX_DEPTH) return [];
  const entries = await entriesOf(folder);
  if (entries.some(({ name }) => name.startsWith('ds='))) return hive(folder, entries, others);
  const own: TableFile[] = [];
  const strays: string[] = [];
  const below: FoundTable[] = [];
  const subfolders: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const facts = await stat(path).catch((cause: unknown) => {
      throw readError(path, cause);
    });
    if (facts.isDirectory()) {
      const tables = await inFolder(session, path, others, depth + 1);
      if (tables.length > 0) subfolders.push(entry.name);
      below.push(...tables);
    } else if ((await formatOf(path)) === null) strays.push(path);
    else own.push({ path, ds: null, bytes: facts.size });
  }
  others.push(...strays);
  const groups = await bySchema(session, own);
  const whole = await oneTable(session, { folder, groups, below, subfolders, strays });
  if (whole !== null) return [whole];
  const alone = groups.flatMap(({ files, format }) =>
    files.map((file): FoundTable => {
      const notes =
        files.length > 1 && groups.length + below.length + strays.length > 1
          ? [
              `${files.length} files here have its columns: put them into a folder of their own to read them as one table.`,
            ]
          : [];
      return {
        name: stem(file.path),
        path: file.path,
        format,
        layout: 'file',
        files: [file],
        notes,
      };
    }),
  );
  return [...alone, ...below].sort((a, b) => byCodePoint(a.path, b.path));
}

interface Group {
  readonly format: 'parquet' | 'csv';
  readonly schema: string;
  readonly files: readonly TableFile[];
}

/** Everything below a folder as one table: one schema, nothing else beside it, and folders named like parts of one. */
async function oneTable(
  session: Session,
  {
    folder,
    groups,
    below,
    subfolders,
    strays,
  }: {
    readonly folder: string;
    readonly groups: readonly Group[];
    readonly below: readonly FoundTable[];
    readonly subfolders: readonly string[];
    readonly strays: readonly string[];
  },
): Promise<FoundTable | null> {
  const [group] = groups;
  if (groups.length > 1 || strays.length > 0) return null;
  if (below.some(({ layout }) => layout === 'hive')) return null;
  if (!subfolders.every(looksLikePart)) return null;
  const inner = await bySchema(
    session,
    below.flatMap(({ files }) => files),
  );
  const all = group === undefined ? inner : [group, ...inner];
  const [first] = all;
  if (first === undefined || all.some(({ schema }) => schema !== first.schema)) return null;
  const key = subfolders
    .map((name) => /^([^=]+)=/.exec(name)?.[1])
    .find((name) => name !== undefined);
  const notes =
    key === undefined
      ? []
      : [
          `folders named ${key}=… are read as plain folders, without a column \`${key}\`: only ds=YYYY-MM-DD is a partition.`,
        ];
  return {
    name: stem(folder),
    path: folder,
    format: first.format,
    layout: 'folder',
    files: all.flatMap(({ files }) => files).sort((a, b) => byCodePoint(a.path, b.path)),
    notes,
  };
}

/** Years, months, days, numbers, `key=value`: what a table is cut into, not what tables are called. */
function looksLikePart(name: string): boolean {
  return name.includes('=') || /^[a-z]{0,5}[-_]?\d[\d_.-]*$/i.test(name);
}

async function hive(
  folder: string,
  entries: readonly Dirent[],
  others: string[],
): Promise<FoundTable[]> {
  const files: TableFile[] = [];
  const formats = new Set<'parquet' | 'csv'>();
  const notes: string[] = [];
  const wrong = entries.filter(
    ({ name }) => !name.startsWith('ds=') || !isLabel(name.slice('ds='.length)),
  );
  if (wrong.length > 0) {
    notes.push(
      `beside the ds= folders lies ${wrong[0]!.name}${wrong.length > 1 ? ` and ${wrong.length - 1} more` : ''}, which a run refuses: move it away, or begin its name with _.`,
    );
  }
  for (const { name } of entries.filter((entry) => !wrong.includes(entry))) {
    for (const file of await filesBelow(join(folder, name))) {
      const format = await formatOf(file.path);
      if (format === null) {
        others.push(file.path);
        notes.push(`${name}/${basename(file.path)} is neither Parquet nor CSV: move it away.`);
        continue;
      }
      formats.add(format);
      files.push({ ...file, ds: name.slice('ds='.length) });
    }
  }
  const [format] = formats;
  if (format === undefined) return [];
  if (formats.size > 1) notes.push('it mixes Parquet and CSV files: only Parquet was looked at.');
  const chosen = formats.size > 1 ? 'parquet' : format;
  const kept: TableFile[] = [];
  for (const file of files) if ((await formatOf(file.path)) === chosen) kept.push(file);
  kept.sort((a, b) => byCodePoint(a.ds ?? '', b.ds ?? '') || byCodePoint(a.path, b.path));
  return [{ name: stem(folder), path: folder, format: chosen, layout: 'hive', files: kept, notes }];
}

function isLabel(text: string): boolean {
  return text === '__none__' || text === '__HIVE_DEFAULT_PARTITION__' || parseDay(text) !== null;
}

async function filesBelow(folder: string): Promise<TableFile[]> {
  const found: TableFile[] = [];
  for (const { name } of await entriesOf(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch((cause: unknown) => {
      throw readError(path, cause);
    });
    if (facts.isDirectory()) found.push(...(await filesBelow(path)));
    else found.push({ path, ds: null, bytes: facts.size });
  }
  return found;
}

/** Files by format and columns, in the order of the first of each. Of very many, some are looked at. */
async function bySchema(session: Session, files: readonly TableFile[]): Promise<Group[]> {
  const groups = new Map<string, { format: 'parquet' | 'csv'; files: TableFile[] }>();
  const step = Math.max(1, Math.ceil(files.length / COMPARED_FILES));
  let last = '';
  for (const [idx, file] of files.entries()) {
    const format = (await formatOf(file.path)) ?? 'parquet';
    if (idx % step === 0) {
      const names = (await fileColumns(session, file.path, format)).map(({ name }) => name);
      last = JSON.stringify([format, names.sort(byCodePoint)]);
    }
    const group = groups.get(last);
    if (group === undefined) groups.set(last, { format, files: [file] });
    else group.files.push(file);
  }
  return [...groups].map(([schema, group]) => ({ schema, ...group }));
}

/** Columns of one file in its own order, with DuckDB's types; those of a CSV file are VARCHAR. */
export async function fileColumns(
  session: Session,
  path: string,
  format: 'parquet' | 'csv',
): Promise<{ name: string; type: string }[]> {
  if (format === 'csv') return readCsvHeader(path).map((name) => ({ name, type: 'VARCHAR' }));
  try {
    const rows = await readRows(
      session,
      `DESCRIBE FROM read_parquet(${quotePath(path)}, hive_partitioning=false)`,
    );
    return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
  } catch (cause) {
    throw new TesseraError(
      'FILE_UNREADABLE',
      { path, reason: 'it is not whole Parquet' },
      { hint: 'Write it again, or move it away.', cause },
    );
  }
}

/** By the name's ending; a file without one is Parquet if it begins as Parquet does. */
async function formatOf(path: string): Promise<'parquet' | 'csv' | null> {
  const ending = extname(path).toLowerCase();
  if (['.parquet', '.parq', '.pq'].includes(ending)) return 'parquet';
  if (ending === '.csv') return 'csv';
  if (ending !== '' && !/^\.c\d+$/.test(ending)) return null;
  const file = await open(path).catch((cause: unknown) => {
    throw readError(path, cause);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString('latin1') === 'PAR1' ? 'parquet' : null;
  } finally {
    await file.close();
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw readError(folder, cause);
  });
  return entries
    .filter(({ name }) => !name.startsWith('.') && !name.startsWith('_'))
    .sort((a, b) => byCodePoint(a.name, b.name));
}

function stem(path: string): string {
  return basename(path).replace(/(\.(snappy|zstd|gz))?\.(parquet|parq|pq|csv)$/i, '');
}
