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
  /** Begin anew with the bytes from one position to another, exclusive: what was read before is forgotten. */
  open(bytes: Uint8Array, from: number, end: number): void;
  /** The position in the bytes of what is read next. */
  readonly at: number;
  byte(): number;
  varint(): number;
  double(): number;
  unsigned64(): bigint;
  /** A double in its canonical encoding, of any bits. */
  ordered(): number;
  raw(length: number): Uint8Array;
  /** The position in the bytes of so many of them that are not looked at. */
  skip(length: number): number;
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
  at = 0;
  private from = 0;
  private limit: number;
  constructor(
    private bytes: Uint8Array,
    private readonly what: string,
  ) {
    this.limit = bytes.length;
  }

  open(bytes: Uint8Array, from: number, end: number): void {
    this.bytes = bytes;
    this.from = from;
    this.at = from;
    this.limit = end;
  }

  byte(): number {
    return this.bytes[this.skip(1)]!;
  }

  varint(): number {
    // Nearly all are below 128.
    if (this.at < this.limit && this.bytes[this.at]! < 128) return this.bytes[this.at++]!;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const group = this.bytes[this.skip(1)]!;
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

  ordered(): number {
    this.takeEight();
    const high = scratch.getInt32(0);
    // As in the canonical encoding: the sign bit of what is not negative is set, all bits of what is negative are flipped.
    if (high < 0) scratch.setInt32(0, high ^ -0x80000000);
    else {
      scratch.setInt32(0, ~high);
      scratch.setInt32(4, ~scratch.getInt32(4));
    }
    return scratch.getFloat64(0);
  }

  raw(length: number): Uint8Array {
    const start = this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  skip(length: number): number {
    if (length > this.limit - this.at) this.fail('it ends too early');
    const start = this.at;
    this.at += length;
    return start;
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
    if (count * minBytes > this.limit - this.at) this.fail('it ends too early');
    return count;
  }

  end(): void {
    if (this.at !== this.limit) this.fail('bytes are left over');
  }

  fail(detail: string): never {
    const place = `byte ${this.at - this.from} of ${this.limit - this.from}`;
    throw new StateFormatError(this.what, `${detail} at ${place}`);
  }

  private takeEight(): void {
    const at = this.skip(8);
    const { bytes } = this;
    scratch.setInt32(
      0,
      (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!,
    );
    scratch.setInt32(
      4,
      (bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!,
    );
  }
}
