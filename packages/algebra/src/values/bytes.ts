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
  return new Reader(bytes, what);
}

const scratch = new DataView(new ArrayBuffer(8));

/** A class because a state is a few bytes: to make ten functions and a view for each took longer than to read them. */
class Reader implements ByteReader {
  private at = 0;
  constructor(
    private readonly bytes: Uint8Array,
    private readonly what: string,
  ) {}

  byte(): number {
    return this.bytes[this.take(1)]!;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const group = this.bytes[this.take(1)]!;
      value += (group & 127) * scale;
      if (group < 128) {
        if (!Number.isSafeInteger(value)) this.fail('a count is too large');
        return value;
      }
      scale *= 128;
    }
    return this.fail('a count does not end');
  }

  double(): number {
    this.takeEight();
    return scratch.getFloat64(0);
  }

  unsigned64(): bigint {
    this.takeEight();
    return scratch.getBigUint64(0);
  }

  raw(length: number): Uint8Array {
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  text(part: Uint8Array): string {
    try {
      return decoder.decode(part);
    } catch {
      return this.fail('a string is not UTF-8');
    }
  }

  flag(): boolean {
    const value = this.byte();
    if (value > 1) this.fail('a flag is neither 0 nor 1');
    return value === 1;
  }

  count(minBytes: number): number {
    const count = this.varint();
    if (count * minBytes > this.bytes.length - this.at) this.fail('it ends too early');
    return count;
  }

  end(): void {
    if (this.at !== this.bytes.length) this.fail('bytes are left over');
  }

  fail(detail: string): never {
    throw new StateFormatError(this.what, `${detail} at byte ${this.at} of ${this.bytes.length}`);
  }

  private take(length: number): number {
    if (length > this.bytes.length - this.at) this.fail('it ends too early');
    const start = this.at;
    this.at += length;
    return start;
  }

  private takeEight(): void {
    const start = this.take(8);
    for (let i = 0; i < 8; i++) scratch.setUint8(i, this.bytes[start + i]!);
  }
}
