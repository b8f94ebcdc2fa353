import { closeSync, openSync, readSync } from 'node:fs';
import { TesseraError } from '@tessera/api';
import { readError } from './fs-error.js';

/** Files of another format beside a source's own. */
export const ONE_FORMAT = 'A source has one format: see its `format`, or put the file elsewhere.';

/** A header line longer than this is not one. */
const MAX_HEADER_BYTES = 1 << 20;

/**
 * The names in a CSV file's first line: comma separated, quotes doubled inside quotes, LF or CRLF, a byte order mark is
 * skipped.
 *
 * Throws  FILE_UNREADABLE when there is no header, or a name in it is empty or there twice (DuckDB knows no upper case)
 */
export function readCsvHeader(path: string): string[] {
  const text = firstBytes(path);
  const bad = (reason: string, hint?: string): TesseraError =>
    new TesseraError('FILE_UNREADABLE', { path, reason }, hint === undefined ? {} : { hint });
  if (text.startsWith('PAR1')) throw bad('it is Parquet, and the source says CSV', ONE_FORMAT);
  if (text.includes('\0')) throw bad('it is not text');
  const names = parseHeader(text);
  if (names === null) throw bad('it has no CSV header line');
  const seen = new Set<string>();
  for (const name of names) {
    if (name === '') throw bad('its header has a column without a name');
    if (seen.has(name.toLowerCase())) throw bad(`its header has column \`${name}\` twice`);
    seen.add(name.toLowerCase());
  }
  return names;
}

function firstBytes(path: string): string {
  let fd: number | null = null;
  try {
    fd = openSync(path, 'r');
    const chunks: Buffer[] = [];
    let length = 0;
    while (length < MAX_HEADER_BYTES) {
      const chunk = Buffer.alloc(16_384);
      const read = readSync(fd, chunk, 0, chunk.length, length);
      if (read === 0) break;
      chunks.push(chunk.subarray(0, read));
      length += read;
      if (parseHeader(Buffer.concat(chunks).toString('utf8'), false) !== null) break;
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** Null when the line is empty or, unless the text is whole, does not end. */
function parseHeader(text: string, whole = true): string[] | null {
  const names: string[] = [];
  let name = '';
  let inQuotes = false;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const start = at;
  for (; at < text.length; at++) {
    const char = text[at]!;
    if (inQuotes) {
      if (char !== '"') name += char;
      else if (text[at + 1] === '"') {
        name += '"';
        at++;
      } else inQuotes = false;
    } else if (char === '"') inQuotes = true;
    else if (char === ',') {
      names.push(name);
      name = '';
    } else if (char === '\n' || char === '\r') {
      return at === start ? null : [...names, name];
    } else name += char;
  }
  return whole && !inQuotes && at > start ? [...names, name] : null;
}
