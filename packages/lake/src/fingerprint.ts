import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat as statOf } from 'node:fs/promises';
import { TesseraError } from '@tessera/api';
import { crc32 } from '@tessera/columnar';
import { ONE_FORMAT } from './csv-header.js';
import { settledStat } from './file-stat.js';
import { readError } from './fs-error.js';
import { type QuickFile, withQuickFile } from './quick-fs.js';
import { readFooterBytes, readTail, TRAILER_BYTES } from './read-tail.js';

const READ_BYTES = 262_144;

/**
 * What identifies a Parquet file's content without reading it: 128 bits, hex, over its name below the source, its size
 * and its footer (which holds every page's place and the columns' statistics).
 *
 * Throws  FILE_UNREADABLE for what is not whole Parquet, PATH_MISSING
 * Cost    one read of the file's last 64 kB
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
  const hash = createHash('md5');
  const buffer = new Uint8Array(16 * PIECE_BYTES);
  const crcs = new Uint32Array(16);
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    for (;;) {
      if (signal?.aborted) throw new TesseraError('INTERRUPTED', {});
      const bytes = await fill(file, buffer);
      const pieces = Math.ceil(bytes / PIECE_BYTES);
      for (let i = 0; i < pieces; i++)
        crcs[i] = crc32(buffer.subarray(i * PIECE_BYTES, Math.min(bytes, (i + 1) * PIECE_BYTES)));
      hash.update(new Uint8Array(crcs.buffer, 0, 4 * pieces));
      if (bytes < buffer.length) return hash.digest('hex');
    }
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    await file?.close();
  }
}

/** Read on until the buffer is full or the file ends: a read may stop anywhere. Returns how much there is. */
async function fill(file: FileHandle, buffer: Uint8Array): Promise<number> {
  let at = 0;
  while (at < buffer.length) {
    const { bytesRead } = await file.read(buffer, at, buffer.length - at, null);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}

async function readAll(path: string): Promise<{ size: number; hash: Buffer }> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
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
