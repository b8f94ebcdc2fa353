import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { TesseraError } from '@tessera/api';
import { crc32 } from '@tessera/columnar';
import { ONE_FORMAT } from './csv-header.js';
import { settledStat } from './file-stat.js';
import { readError } from './fs-error.js';
import { type QuickFile, statOf, withQuickFile } from './quick-fs.js';
import { READ_BYTES, withReadBuffer } from './read-buffer.js';
import { readFooterBytes, readTail, TRAILER_BYTES } from './read-tail.js';

/** Of a stream. */
const STREAM_BYTES = 262_144;

/**
 * What identifies a Parquet file's content without reading it: 128 bits, hex, over its name below the source, its size
 * and its footer (which holds every page's place and the columns' statistics).
 *
 * Throws  FILE_UNREADABLE for what is not whole Parquet, PATH_MISSING
 * Cost    one read of the file's last 16 kB
 */
export async function fingerprintFile(path: string, name: string): Promise<string> {
  try {
    return await withQuickFile(path, (file) => fingerprintOf(file, path, name));
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** The same of a file that is open. */
export async function fingerprintOf(file: QuickFile, path: string, name: string): Promise<string> {
  return digest(name, file.size, await footerOf(file, path));
}

/** The same for a file without a footer: over all of its bytes. */
export async function fingerprintContent(path: string, name: string): Promise<string> {
  const { size, hash } = await readAll(path);
  return digest(name, size, hash);
}

/**
 * A hash over all of a file's bytes, 128 bits, hex: md5 of the CRC-32 of every 64 KiB; null when it is no longer the file of
 * that `stat` (FileFact), before or after.
 *
 * It has to tell a file that was edited, at equal name, size and footer, from one that was only touched. A CRC misses no
 * change of 32 neighbouring bits and one in 2^32 of the others, and costs a fifth of a digest of all bytes.
 *
 * Cost     one read of the file at 2 GB/s; a megabyte is held
 */
export async function contentOf(
  path: string,
  stat: string | null,
  signal?: AbortSignal,
): Promise<string | null> {
  if (stat === null) return null;
  const hash = await hashPieces(path, signal);
  const now = await statOf(path).catch((cause: unknown) => {
    throw readError(path, cause);
  });
  return settledStat(now) === stat ? hash : null;
}

const PIECE_BYTES = 65_536;

async function hashPieces(path: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await withReadBuffer((buffer) =>
      withQuickFile(path, (file) => hashThrough(file, buffer, signal)),
    );
  } catch (cause) {
    throw readError(path, cause);
  }
}

async function hashThrough(
  file: QuickFile,
  buffer: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash('md5');
  const crcs = new Uint32Array(READ_BYTES / PIECE_BYTES);
  for (let position = 0; ; position += buffer.length) {
    if (signal?.aborted) throw new TesseraError('INTERRUPTED', {});
    const bytes = await file.fill(buffer, position);
    const pieces = Math.ceil(bytes / PIECE_BYTES);
    for (let i = 0; i < pieces; i++)
      crcs[i] = crc32(buffer.subarray(i * PIECE_BYTES, Math.min(bytes, (i + 1) * PIECE_BYTES)));
    hash.update(new Uint8Array(crcs.buffer, 0, 4 * pieces));
    if (bytes < buffer.length) return hash.digest('hex');
    // Tasks are done beside it, and DuckDB waits for this thread.
    await breathe();
  }
}

async function readAll(path: string): Promise<{ size: number; hash: Buffer }> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: STREAM_BYTES })) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
  } catch (cause) {
    throw readError(path, cause);
  }
  return { size, hash: hash.digest() };
}

async function footerOf(file: QuickFile, path: string): Promise<Buffer> {
  const { size } = file;
  const bad = (reason: string): TesseraError =>
    new TesseraError(
      'FILE_UNREADABLE',
      { path, reason },
      {
        hint: path.toLowerCase().endsWith('.csv')
          ? ONE_FORMAT
          : 'The file is not whole Parquet: write it again, or remove it.',
      },
    );
  if (size === 0) throw bad('it is empty');
  if (size < TRAILER_BYTES + 4) throw bad(`it has only ${size} bytes`);
  const tail = await readTail(file);
  const magic = tail.toString('latin1', tail.length - 4);
  if (magic === 'PARE') throw bad('its footer is encrypted');
  if (magic !== 'PAR1') throw bad('it does not end as a Parquet file does');
  const length = tail.readUInt32LE(tail.length - TRAILER_BYTES);
  if (length > size - TRAILER_BYTES - 4) throw bad('its footer is longer than the file');
  return readFooterBytes(file, tail, length);
}

function digest(name: string, size: number, content: Buffer): string {
  // The name's length goes first: no two (name, size, content) run together to the same bytes.
  return createHash('sha256')
    .update(`${Buffer.byteLength(name)}:${name}:${size}:`)
    .update(content)
    .digest('hex')
    .slice(0, 32);
}
