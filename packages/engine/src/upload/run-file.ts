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

/** Throws DISK_FULL, NOT_WRITABLE; so do `add` and `end`. */
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
    let rest = Buffer.alloc(0);
    for (;;) {
      const buffer = Buffer.allocUnsafe(rest.length + BUFFER_BYTES);
      rest.copy(buffer);
      const read = readSync(handle, buffer, rest.length, BUFFER_BYTES, null);
      const bytes = buffer.subarray(0, rest.length + read);
      const { entries, used } = parse(bytes);
      rest = bytes.subarray(used);
      if (entries.length > 0) yield entries;
      if (read > 0) continue;
      if (rest.length > 0) throw new Error(`${file} ends in the middle of an entry`);
      return;
    }
  } finally {
    closeSync(handle);
  }
}

function parse(bytes: Buffer): { readonly entries: Entry[]; readonly used: number } {
  const entries: Entry[] = [];
  let at = 0;
  while (at + HEAD_BYTES <= bytes.length) {
    const keyStart = at + HEAD_BYTES;
    const valueStart = keyStart + bytes.readUInt32LE(at);
    const end = valueStart + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) break;
    entries.push({
      key: bytes.subarray(keyStart, valueStart),
      value: bytes.subarray(valueStart, end),
    });
    at = end;
  }
  return { entries, used: at };
}
