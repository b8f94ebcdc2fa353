import { closeSync, openSync, readSync, writeSync } from 'node:fs';
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

export interface RunWriter {
  add(key: Uint8Array, value: Uint8Array): void;
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
  let buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let at = 0;
  let entries = 0;
  let bytes = 0;
  const flush = () => {
    writing(() => {
      for (let written = 0; written < at; )
        written += writeSync(handle, buffer, written, at - written);
    });
    bytes += at;
    at = 0;
  };
  return {
    add(key, value) {
      const size = HEAD_BYTES + key.length + value.length;
      if (at + size > buffer.length) {
        flush();
        if (size > buffer.length) buffer = Buffer.allocUnsafe(size);
      }
      buffer.writeUInt32LE(key.length, at);
      buffer.writeUInt32LE(value.length, at + 4);
      buffer.set(key, at + HEAD_BYTES);
      buffer.set(value, at + HEAD_BYTES + key.length);
      at += size;
      entries++;
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
