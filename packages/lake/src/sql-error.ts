import { isTesseraError, TesseraError } from '@tessera/api';
import { diskFull } from './fs-error.js';

/**
 * DuckDB's complaint as one of ours.
 *
 *   interrupted                          INTERRUPTED
 *   no space left                        DISK_FULL
 *   a file that cannot be parsed         FILE_UNREADABLE with the file, CSV also with line and column
 *   a path that is not there             PATH_MISSING
 *   a target that cannot be opened       NOT_WRITABLE
 *   more memory than the session has     OUT_OF_MEMORY
 *   anything else                        DUCKDB_FAILED with the SQL
 */
export function sqlError(sql: string, cause: unknown): TesseraError {
  if (isTesseraError(cause)) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/^INTERRUPT Error/.test(text)) return new TesseraError('INTERRUPTED', {});
  const quoted = /["']((?:\/|[A-Za-z]:\\)[^"']+)["']/.exec(text)?.[1];
  if (/No space left on device/i.test(text)) {
    return diskFull(quoted ?? writtenPath(sql) ?? 'tmp');
  }
  if (
    /^Out of Memory Error|could not allocate block|failed to (pin block|allocate data)/.test(text)
  ) {
    const limitBytes = /\/([\d.]+ [KMG]iB) used/.exec(text)?.[1] ?? 'its share';
    return new TesseraError(
      'OUT_OF_MEMORY',
      { limit: limitBytes, reason: firstLine(text) },
      { cause },
    );
  }
  if (/^IO Error: No files found/.test(text)) {
    return new TesseraError('PATH_MISSING', { path: quoted ?? firstLine(text) }, { cause });
  }
  if (/^(IO|Permission) Error: (Cannot|Could not|Failed to) (open|create|write)/i.test(text)) {
    const path = quoted ?? firstLine(text);
    if (writtenPath(sql) !== null) {
      return new TesseraError('NOT_WRITABLE', { path, reason: firstLine(text) }, { cause });
    }
    return new TesseraError('FILE_UNREADABLE', { path, reason: firstLine(text) }, { cause });
  }
  const csv = csvProblem(text);
  if (csv !== null)
    return new TesseraError('FILE_UNREADABLE', csv.params, { hint: csv.hint, cause });
  if (PARQUET_DAMAGE.test(text)) {
    const files = readFilesOf(sql);
    const path = quoted ?? (files.length === 1 ? files[0]! : `one of ${files.length} files`);
    return damagedFile(path, cause);
  }
  return new TesseraError(
    'DUCKDB_FAILED',
    { sql: shorten(sql), reason: firstLine(text) },
    { cause },
  );
}

/** A Parquet file that DuckDB could not read, whatever it called the reason. */
export function damagedFile(path: string, cause: unknown): TesseraError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const words = firstLine(text)
    .replace(/^([A-Z]\w*( [A-Z]\w*)* Error: )+/, '')
    .replace(/^Failed to read file "[^"]*": */, '')
    .replaceAll(/ ?(in|from|of) (parquet )?file "[^"]*"/gi, '');
  const reason = words.length <= 200 ? words : `${words.slice(0, 200)} …`;
  return new TesseraError(
    'FILE_UNREADABLE',
    { path, reason },
    { hint: 'The file is damaged: write it again, or remove it.', cause },
  );
}

/** What DuckDB's Parquet reader says about damaged bytes; only the first three name the file. */
const PARQUET_DAMAGE =
  /too small to be a Parquet file|No magic bytes found|footer length|TProtocolException|Invalid (Input )?Error: (Invalid|Corrupt|Failed to (read|decompress)|Couldn't deserialize)|(Snappy|ZSTD|GZIP|LZ4)[^.]*(fail|corrupt)|Out of buffer|Parquet file|[Dd]ecompress/;

/** Files that a SELECT reads, as `scanSql` writes them: used only to name one in an error. */
export function readFilesOf(sql: string): string[] {
  const files: string[] = [];
  for (const list of sql.matchAll(/read_(?:parquet|csv)\(\[((?:'(?:[^']|'')*'(?:, )?)*)\]/g)) {
    for (const path of (list[1] ?? '').matchAll(/'((?:[^']|'')*)'/g)) {
      files.push((path[1] ?? '').replaceAll("''", "'").replace(/\[([*?[])\]/g, '$1'));
    }
  }
  return [...new Set(files)];
}

function writtenPath(sql: string): string | null {
  return /^\s*COPY [\s\S]*\bTO '((?:[^']|'')*)'/i.exec(sql)?.[1]?.replaceAll("''", "'") ?? null;
}

function csvProblem(
  text: string,
): { params: { path: string; reason: string }; hint: string } | null {
  const path = /^\s*file = (.+)$/m.exec(text)?.[1];
  if (path === undefined) return null;
  if (/CSV Parser state machine/.test(text)) {
    return {
      params: { path, reason: 'its text is not CSV as RFC 4180 has it' },
      hint: 'One kind of line ending (LF or CRLF) in a file, and quotes doubled inside quotes.',
    };
  }
  const ours = /CSV: (.+)/.exec(text)?.[1];
  if (ours !== undefined) {
    return {
      params: { path, reason: ours },
      hint: 'An instant is written 2025-01-31T10:00:00.123Z, or with +02:00.',
    };
  }
  const lines = text.split('\n').map((line) => line.trim());
  const where = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const original = lines.find((line) => line.startsWith('Original Line:'));
  const after = original === undefined ? 1 : lines.indexOf(original) + 1;
  const what = lines.slice(after).find((line) => line.length > 0) ?? firstLine(text);
  const shown = original?.slice('Original Line:'.length).trim();
  return {
    params: { path, reason: `${where === undefined ? '' : `line ${where}: `}${what}` },
    hint: shown === undefined ? 'Correct the line.' : `The line is: ${shown}`,
  };
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}

function shorten(sql: string): string {
  return sql.length <= 4000 ? sql : `${sql.slice(0, 3000)} … ${sql.slice(-900)}`;
}
