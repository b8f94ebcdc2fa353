import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { type ByteWriter, byteWriter } from '@tessera/algebra';
import type { Entry } from '@tessera/kv-writer';
import { writeError } from '@tessera/lake';

/**
 * Entries on their way to a store, in the order of their keys. Each is
 *
 *   4 bytes   length of the key, little-endian
 *   4 bytes   length of the value
 *   key, value
 */
const HEAD_BYTES = 8;
const BUFFER_BYTES = 1 << 20;

/** An entry is begun, its key written to `bytes`, then `valueBegins`, its value; then it is ended, or dropped. */
export interface RunWriter {
  /** What is written behind all that was before. */
  readonly bytes: ByteWriter;
  begin(): void;
  valueBegins(): void;
  endEntry(): void;
  dropEntry(): void;
  /** Closes the file, also where it fails. */
  end(): RunFile;
  /** Closes it where something failed. */
  abandon(): void;
}

export interface RunFile {
  readonly file: string;
  readonly entries: number;
  readonly bytes: number;
}

/** Throws DISK_FULL, NOT_WRITABLE; so do its methods. */
export function runWriter(file: string): RunWriter {
  const writing = <T>(write: () => T): T => {
    try {
      return write();
    } catch (cause) {
      throw writeError(file, cause);
    }
  };
  const handle = writing(() => openSync(file, 'w'));
  const buffer = byteWriter();
  let entryAt = 0;
  let valueAt = 0;
  let entries = 0;
  let bytes = 0;
  const flush = () => {
    const all = buffer.view(0, buffer.length);
    writing(() => {
      for (let written = 0; written < all.length; ) written += writeSync(handle, all, written);
    });
    bytes += all.length;
    buffer.clear();
  };
  return {
    bytes: buffer,
    begin() {
      entryAt = buffer.length;
      buffer.words(0, 0);
    },
    valueBegins() {
      valueAt = buffer.length;
    },
    endEntry() {
      buffer.replace32(entryAt, valueAt - entryAt - HEAD_BYTES);
      buffer.replace32(entryAt + 4, buffer.length - valueAt);
      entries++;
      if (buffer.length >= BUFFER_BYTES) flush();
    },
    dropEntry() {
      buffer.cut(entryAt);
    },
    end() {
      try {
        flush();
      } finally {
        closeSync(handle);
      }
      return { file, entries, bytes };
    },
    abandon: () => closeSync(handle),
  };
}

/** The entries of a file, some at a time; each time in fresh memory. Throws Error on a file that was cut off. */
export function* readRun(file: string): Generator<readonly Entry[]> {
  const handle = openSync(file, 'r');
  try {
    let rest = new Uint8Array(0);
    for (;;) {
      // No Buffer: parts of one are made three times as slowly, and there are two for every entry.
      const bytes = new Uint8Array(rest.length + BUFFER_BYTES);
      bytes.set(rest);
      const read = readSync(handle, bytes, rest.length, BUFFER_BYTES, null);
      const end = rest.length + read;
      const entries: Entry[] = [];
      const used = parse(bytes, end, entries);
      rest = bytes.subarray(used, end);
      if (entries.length > 0) yield entries;
      if (read > 0) continue;
      if (rest.length > 0) throw new Error(`${file} ends in the middle of an entry`);
      return;
    }
  } finally {
    closeSync(handle);
  }
}

/** Returns where the first entry begins that does not end before `end`. */
function parse({ buffer }: Uint8Array<ArrayBuffer>, end: number, entries: Entry[]): number {
  const numbers = new DataView(buffer);
  let at = 0;
  while (at + HEAD_BYTES <= end) {
    const keyBytes = numbers.getUint32(at, true);
    const valueBytes = numbers.getUint32(at + 4, true);
    const keyStart = at + HEAD_BYTES;
    const valueStart = keyStart + keyBytes;
    if (valueStart + valueBytes > end) break;
    entries.push({
      key: new Uint8Array(buffer, keyStart, keyBytes),
      value: new Uint8Array(buffer, valueStart, valueBytes),
    });
    at = valueStart + valueBytes;
  }
  return at;
}
