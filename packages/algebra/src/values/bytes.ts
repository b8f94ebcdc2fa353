/** Bytes that are no state, or not of this kind or version. */
export class StateFormatError extends Error {
  readonly code = 'STATE_FORMAT';
  constructor(what: string, detail: string) {
    super(`not a state of ${what}: ${detail}`);
    this.name = 'StateFormatError';
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Grows as it is written to. Multi-byte numbers are big-endian; `varint` is LEB128, least group first. */
export interface ByteWriter {
  byte(value: number): void;
  varint(value: number): void;
  double(value: number): void;
  unsigned64(value: bigint): void;
  raw(bytes: Uint8Array): void;
  text(value: string): Uint8Array;
  /** Write a string of ASCII without NUL; false, and nothing written, where it is another. */
  ascii(value: string): boolean;
  /** A copy of what was written. */
  bytes(): Uint8Array;
  /** Bytes written so far. */
  readonly length: number;
  /** What was written from one byte to another, as it lies: good until more is written. */
  view(from: number, to: number): Uint8Array;
  /** Begin anew in the same memory. */
  clear(): void;
}

export function byteWriter(): ByteWriter {
  let buffer = new Uint8Array(64);
  let view = new DataView(buffer.buffer);
  let at = 0;
  const room = (count: number): void => {
    if (at + count <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, at + count));
    larger.set(buffer);
    buffer = larger;
    view = new DataView(buffer.buffer);
  };
  const writer: ByteWriter = {
    byte(value) {
      room(1);
      buffer[at++] = value;
    },
    varint(value) {
      room(8);
      let rest = value;
      while (rest >= 128) {
        buffer[at++] = (rest % 128) + 128;
        rest = Math.floor(rest / 128);
      }
      buffer[at++] = rest;
    },
    double(value) {
      room(8);
      view.setFloat64(at, value + 0);
      at += 8;
    },
    unsigned64(value) {
      room(8);
      view.setBigUint64(at, value);
      at += 8;
    },
    raw(bytes) {
      room(bytes.length);
      buffer.set(bytes, at);
      at += bytes.length;
    },
    text: (value) => encoder.encode(value),
    ascii(value) {
      room(value.length);
      for (let i = 0; i < value.length; i++) {
        const code = value.charCodeAt(i);
        if (code === 0 || code > 127) return false;
        buffer[at + i] = code;
      }
      at += value.length;
      return true;
    },
    bytes: () => buffer.slice(0, at),
    get length() {
      return at;
    },
    view: (from, to) => buffer.subarray(from, to),
    clear() {
      at = 0;
    },
  };
  return writer;
}

/** Reads what a ByteWriter wrote; every read past the end or of an impossible value throws StateFormatError. */
export interface ByteReader {
  byte(): number;
  varint(): number;
  double(): number;
  unsigned64(): bigint;
  raw(length: number): Uint8Array;
  text(bytes: Uint8Array): string;
  /** A byte that is 0 or 1. */
  flag(): boolean;
  /** The number of elements that follow, each of at least `minBytes`. */
  count(minBytes: number): number;
  /** Throws unless everything was read. */
  end(): void;
  fail(detail: string): never;
}

export function byteReader(bytes: Uint8Array, what: string): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const fail = (detail: string): never => {
    throw new StateFormatError(what, `${detail} at byte ${at} of ${bytes.length}`);
  };
  const take = (length: number): number => {
    if (length > bytes.length - at) fail('it ends too early');
    const start = at;
    at += length;
    return start;
  };
  const reader: ByteReader = {
    byte: () => bytes[take(1)]!,
    varint() {
      let value = 0;
      let scale = 1;
      for (let i = 0; i < 8; i++) {
        const group = bytes[take(1)]!;
        value += (group & 127) * scale;
        if (group < 128) {
          if (!Number.isSafeInteger(value)) fail('a count is too large');
          return value;
        }
        scale *= 128;
      }
      return fail('a count does not end');
    },
    double: () => view.getFloat64(take(8)),
    unsigned64: () => view.getBigUint64(take(8)),
    raw(length) {
      const start = take(length);
      return bytes.subarray(start, start + length);
    },
    text(part) {
      try {
        return decoder.decode(part);
      } catch {
        return fail('a string is not UTF-8');
      }
    },
    flag() {
      const value = reader.byte();
      if (value > 1) fail('a flag is neither 0 nor 1');
      return value === 1;
    },
    count(minBytes) {
      const count = reader.varint();
      if (count * minBytes > bytes.length - at) fail('it ends too early');
      return count;
    },
    end() {
      if (at !== bytes.length) fail('bytes are left over');
    },
    fail,
  };
  return reader;
}
