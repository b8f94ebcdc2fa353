import { combineProblems, isTesseraError, type SourceSpec, TesseraError } from '@tessera/api';
import { readCsvHeader } from './csv-header.js';
import { duckDbType } from './duckdb-type.js';
import { contentOf, fingerprintContent, fingerprintOf } from './fingerprint.js';
import type { FileFact, SourceListing } from './list-source.js';
import { mapLimited } from './map-limited.js';
import { checkFooter } from './parquet/check-parquet.js';
import {
  type FooterFacts,
  type FooterQuestion,
  footerFacts,
  type TimeStatistics,
} from './parquet/footer-facts.js';
import { quoteIdent, quoteLiteral, quotePath, quotePaths } from './quote.js';
import { readRows } from './read-rows.js';
import type { Relation, ScanFile } from './scan-spec.js';
import { scanSql } from './scan-sql.js';
import { openDuckDb, type Session } from './session.js';
import { damagedFile } from './sql-error.js';
import { epochMsSql, TIME_START_PRE_1970_MS } from './time-sql.js';

export interface FileFacts extends FileFact {
  readonly ds: string | null;
  readonly rows: number;
  /** Columns in file order, with DuckDB's type of them. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Of the time column, floored epoch ms; null where the file has no statistics, no such column, or only nulls. */
  readonly timeMinMs: number | null;
  readonly timeMaxMs: number | null;
  /** Nulls in the time column; null when not known. */
  readonly timeNulls: number | null;
  /** Nulls of the columns that were asked about; null or absent when not known. */
  readonly nulls: Readonly<Record<string, number | null>>;
  /** 128-bit hex. */
  readonly fingerprint: string;
  /** Hash of all bytes, hex; null when it is not known. */
  readonly content: string | null;
}

/** What was recorded of a file when it was read before. */
export interface FileRecord {
  readonly fingerprint: string;
  readonly content: string | null;
  readonly stat: string | null;
}

export interface FactsWanted {
  /** Columns whose nulls are wanted too. */
  readonly nullsOf?: readonly string[];
  /** What is known of a file, by its absolute path. */
  readonly recorded?: (path: string) => readonly FileRecord[];
  /** Facts of the same source's files from an earlier look, by absolute path: they hold for files that are untouched. */
  readonly remembered?: ReadonlyMap<string, FileFacts>;
}

/** Files asked about in one query. */
const BATCH_FILES = 256;

/**
 * Facts of every file of a source, in listing order: from the Parquet footers alone; CSV files are read, and every value
 * of a declared column is checked on the way.
 *
 * Throws  FILE_UNREADABLE, all bad files together
 */
export async function fileFacts(
  session: Session,
  source: SourceSpec,
  listing: Pick<SourceListing, 'partitions'>,
  { nullsOf = [], recorded = () => [], remembered = new Map() }: FactsWanted = {},
): Promise<FileFacts[]> {
  const all = listing.partitions.flatMap(({ ds, files }) => files.map((file) => ({ ...file, ds })));
  const known = new Map<string, FileFacts>();
  for (const file of all) {
    const before = remembered.get(file.path);
    const asked = source.format === 'parquet' ? nullsOf : [];
    if (before === undefined || !isUntouched(before, file, asked)) continue;
    known.set(file.path, { ...before, ...file });
  }
  await mapLimited([...known.values()], 16, async (file) => {
    const content =
      source.format === 'csv' ? file.fingerprint : await contentOfKnown(file, recorded(file.path));
    if (content !== file.content) known.set(file.path, { ...file, content });
  });
  const unknown = all.filter(({ path }) => !known.has(path));
  const facts = await readFacts(session, source, unknown, nullsOf, recorded);
  if (known.size === 0) return facts;
  for (const file of facts) known.set(file.path, file);
  return all.map(({ path }) => known.get(path)!);
}

/** Whether what was remembered of a file still holds, and answers all that is asked. */
function isUntouched(before: FileFacts, now: ListedFile, nullsOf: readonly string[]): boolean {
  return (
    now.stat !== null &&
    before.stat === now.stat &&
    before.ds === now.ds &&
    nullsOf.every(
      (column) => column in before.nulls || !before.columns.some(({ name }) => name === column),
    )
  );
}

/** Where it was recorded under other times all bytes are read: only they tell whether it is still the same. */
async function contentOfKnown(
  { path, stat, fingerprint, content }: FileFacts,
  records: readonly FileRecord[],
): Promise<string | null> {
  const known = records.find((record) => record.stat === stat)?.content ?? content;
  return known ?? (isComparable(fingerprint, records) ? contentOf(path, stat) : null);
}

function isComparable(now: string, records: readonly FileRecord[]): boolean {
  return records.some(({ fingerprint, content }) => fingerprint === now && content !== null);
}

type ListedFile = FileFact & { readonly ds: string | null };

async function readFacts(
  session: Session,
  source: SourceSpec,
  files: readonly ListedFile[],
  nullsOf: readonly string[],
  recorded: (path: string) => readonly FileRecord[],
): Promise<FileFacts[]> {
  const problems: TesseraError[] = [];
  const kept = async <R>(work: Promise<R>): Promise<R | null> =>
    work.catch((error: unknown) => {
      if (!isTesseraError(error) || error.code !== 'FILE_UNREADABLE') throw error;
      problems.push(...error.problems);
      return null;
    });
  const time = source.columns.find((c) => c.name === source.time);
  const asked: FooterQuestion = { time: time ?? null, nullsOf };
  const schemas = new Map<string, string>();
  const look = source.format === 'csv' ? lookAtCsv : lookAtParquet;
  const identities = await mapLimited(files, 16, (file) =>
    kept(look(file, recorded(file.path), asked, (text) => onceEach(schemas, text))),
  );
  const whole = files.flatMap((file, i) => {
    const identity = identities[i];
    return identity == null ? [] : [{ ...file, ...identity }];
  });
  const facts: FileFacts[] = [];
  if (source.format === 'csv') {
    for (const file of whole) {
      const found = await kept(csvFacts(session, source, file));
      if (found !== null) facts.push(found);
    }
  } else {
    for (let at = 0; at < whole.length; at += BATCH_FILES) {
      const batch = whole.slice(at, at + BATCH_FILES);
      try {
        facts.push(...(await parquetFacts(session, source, batch)));
      } catch {
        // DuckDB stops at the first file it does not like, and may not name it: ask one by one, each time a new one,
        // since after an internal error it answers nothing any more.
        for (const file of batch) {
          const own = await openDuckDb({ threads: 1 });
          try {
            const found = await kept(namingFile(file, parquetFacts(own, source, [file])));
            if (found !== null) facts.push(...found);
          } finally {
            own.close();
          }
        }
      }
    }
  }
  if (problems.length > 0) {
    // Files are looked at side by side: told in their order.
    const order = new Map(files.map(({ path }, idx) => [path, idx]));
    const at = (problem: TesseraError) =>
      order.get((problem.params as { path: string }).path) ?? files.length;
    throw combineProblems([...problems].sort((a, b) => at(a) - at(b)));
  }
  return facts;
}

type Identity = Pick<FileFacts, 'fingerprint' | 'content'>;

/** As recorded, if size and times are: then nothing is read to tell it. */
function recordedAs({ stat }: FileFact, records: readonly FileRecord[]): Identity | null {
  const same = records.find((record) => stat !== null && record.stat === stat);
  return same === undefined ? null : { fingerprint: same.fingerprint, content: same.content };
}

/**
 * All bytes are read where the footer is as recorded and so were they: an edit may leave the footer as it was, and a copy
 * changes the times.
 */
async function identify(
  { path, stat }: FileFact,
  records: readonly FileRecord[],
  fingerprint: string,
): Promise<Identity> {
  const content = isComparable(fingerprint, records) ? await contentOf(path, stat) : null;
  return { fingerprint, content };
}

/** What a file is, and what its footer says; null where it has none. */
interface Look extends Identity {
  readonly said: FooterFacts | null;
}

async function lookAtCsv(file: FileFact, records: readonly FileRecord[]): Promise<Look> {
  const known = recordedAs(file, records);
  if (known !== null) return { ...known, said: null };
  const fingerprint = await fingerprintContent(file.path, file.name);
  return { fingerprint, content: fingerprint, said: null };
}

/** @param same gives equal texts as one: a source's files have few schemas */
async function lookAtParquet(
  file: FileFact,
  records: readonly FileRecord[],
  asked: FooterQuestion,
  same: (text: string) => string,
): Promise<Look> {
  const known = recordedAs(file, records);
  let fingerprint = '';
  const footer = await checkFooter(file.path, async (open) => {
    if (known === null) fingerprint = await fingerprintOf(open, file.path, file.name);
  });
  const facts = footerFacts(footer, asked);
  const said = { ...facts, schema: same(facts.schema) };
  return { ...(known ?? (await identify(file, records, fingerprint))), said };
}

function onceEach(texts: Map<string, string>, text: string): string {
  const known = texts.get(text);
  if (known === undefined) texts.set(text, text);
  return known ?? text;
}

/** The relation that scans exactly these files, read the way their types ask for. */
export function relationOf(source: SourceSpec, facts: readonly FileFacts[]): Relation {
  return {
    kind: source.format,
    files: facts.map((file): ScanFile => {
      const { path, ds, columns } = file;
      if (source.format === 'csv') return { path, ds, header: columns.map((c) => c.name) };
      const adjusted = columns.filter((c) => c.type === 'TIMESTAMP WITH TIME ZONE');
      return { path, ds, adjusted: adjusted.map((c) => c.name) };
    }),
  };
}

type Known = FileFact & Look & { readonly ds: string | null };

/** A complaint about metadata of one file is about that file, whatever DuckDB calls it. */
async function namingFile<R>(file: FileFact, work: Promise<R>): Promise<R> {
  return work.catch((error: unknown) => {
    if (!isTesseraError(error) || error.code === 'INTERRUPTED') throw error;
    throw damagedFile(file.path, error.cause ?? error);
  });
}

async function parquetFacts(
  session: Session,
  source: SourceSpec,
  files: readonly Known[],
): Promise<FileFacts[]> {
  const list = quotePaths(files.map((file) => file.path));
  // What DuckDB thinks of a footer is asked before anything is planned with it.
  const rows = await readRows(
    session,
    `SELECT file_name, num_rows FROM parquet_file_metadata(${list})`,
  );
  const rowsOf = new Map(rows.map((r) => [String(r.file_name), Number(r.num_rows)]));
  const columnsOf = await parquetColumns(session, files);
  const unread = files.filter(({ said }) => said?.time == null);
  const timeOf = await timeStatistics(session, source, unread);
  return files.map(({ said, ...file }) => {
    const count = rowsOf.get(file.path);
    const columns = columnsOf.get(said?.schema ?? '');
    if (said === null || count !== said.rows || columns === undefined) {
      throw new TesseraError('INTERNAL', { reason: `DuckDB gave no metadata of ${file.path}` });
    }
    const time = said.time ??
      timeOf.get(file.path) ?? { timeMinMs: null, timeMaxMs: null, timeNulls: null };
    return { ...file, rows: count, columns, ...time, nulls: said.nulls };
  });
}

/** Most files of a source have one schema: each different one is described once. */
async function parquetColumns(
  session: Session,
  files: readonly Known[],
): Promise<Map<string, FileFacts['columns']>> {
  const columns = new Map<string, FileFacts['columns']>();
  for (const { path, said } of files) {
    if (said === null || columns.has(said.schema)) continue;
    const rows = await readRows(
      session,
      `DESCRIBE FROM read_parquet(${quotePath(path)}, hive_partitioning=false)`,
    );
    const found = rows.map((r) => ({ name: String(r.column_name), type: String(r.column_type) }));
    columns.set(said.schema, found);
  }
  return columns;
}

/** By DuckDB, of files whose footers have bounds that it converts. */
async function timeStatistics(
  session: Session,
  source: SourceSpec,
  files: readonly Known[],
): Promise<Map<string, TimeStatistics>> {
  const time = source.columns.find((c) => c.name === source.time);
  if (time === undefined || files.length === 0) return new Map();
  const list = quotePaths(files.map(({ path }) => path));
  // DuckDB prints statistics; instants are printed in UTC, so a plain timestamp reads them all.
  const type = time.type.kind === 'timestamptz' ? { kind: 'timestamp' as const } : time.type;
  const ms = (text: string): string =>
    epochMsSql(`TRY_CAST(${text} AS ${duckDbType(type)})`, type, TIME_START_PRE_1970_MS);
  // A multiplication may overflow where a file holds anything: TRY makes that unknown.
  const rows = await readRows(
    session,
    `SELECT file_name,
       CASE WHEN bool_and(known) THEN min(TRY(${ms('stats_min_value')})) END AS least,
       CASE WHEN bool_and(known) THEN max(TRY(${ms('stats_max_value')})) END AS greatest,
       CASE WHEN bool_and(stats_null_count IS NOT NULL) THEN sum(stats_null_count) END AS nulls
     FROM (SELECT *, coalesce(stats_null_count = num_values, FALSE)
             OR (TRY(${ms('stats_min_value')}) IS NOT NULL AND TRY(${ms('stats_max_value')}) IS NOT NULL) AS known
           FROM parquet_metadata(${list}) WHERE path_in_schema = ${quoteLiteral(time.name)})
     GROUP BY file_name`,
  );
  const number = (value: unknown): number | null => (value === null ? null : Number(value));
  return new Map(
    rows.map((r) => [
      String(r.file_name),
      { timeMinMs: number(r.least), timeMaxMs: number(r.greatest), timeNulls: number(r.nulls) },
    ]),
  );
}

async function csvFacts(
  session: Session,
  source: SourceSpec,
  { said: _, ...file }: Known,
): Promise<FileFacts> {
  const header = readCsvHeader(file.path);
  const present = source.columns.filter(
    (c) => c.expression === undefined && header.includes(c.name),
  );
  const scan = scanSql({
    source: { ...source, where: undefined, eventId: undefined, dedupe: undefined },
    relation: { kind: 'csv', files: [{ path: file.path, ds: file.ds, header }] },
    columns: present.map((c) => c.name),
  });
  // Counting a column is what makes DuckDB parse it.
  const counts = present.map((c) => `count(${quoteIdent(c.name)})`).join(' + ');
  const [row] = await readRows(
    session,
    `SELECT count(*) AS n, min(__t) AS least, max(__t) AS greatest, count(__t) AS timed, ${counts || '0'} AS parsed FROM (${scan})`,
  );
  const rows = Number(row?.n);
  const timed = source.time !== undefined && header.includes(source.time);
  return {
    ...file,
    rows,
    columns: header.map((name) => {
      const column = present.find((c) => c.name === name);
      return { name, type: column === undefined ? 'VARCHAR' : duckDbType(column.type) };
    }),
    timeMinMs: row?.least == null ? null : Number(row.least),
    timeMaxMs: row?.greatest == null ? null : Number(row.greatest),
    timeNulls: timed ? rows - Number(row?.timed) : null,
    nulls: {},
  };
}
