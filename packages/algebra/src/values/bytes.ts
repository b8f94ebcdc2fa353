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
  /** The same, of its higher and lower 32 bits. */
  words(high: number, low: number): void;
  raw(bytes: Uint8Array): void;
  /** Bytes from one position to another. */
  part(bytes: Uint8Array, from: number, to: number): void;
  text(value: string): Uint8Array;
  /** Write a string of ASCII without NUL; false, and nothing written, where it is another. */
  ascii(value: string): boolean;
  /** A copy of what was written. */
  bytes(): Uint8Array;
  /** Bytes written so far. */
  readonly length: number;
  /** What was written from one byte to another, as it lies: good until more is written. */
  view(from: number, to: number): Uint8Array;
  /** Write what another writer holds from one byte to another. */
  copyTo(other: ByteWriter, from: number, to: number): void;
  /** Put a varint, how many bytes follow a byte that was written for it, in its place. At most 2^31 bytes. */
  sized(from: number): void;
  /** Put a number of 32 bits, little-endian, in the place of four bytes. */
  replace32(at: number, value: number): void;
  /** Forget what is behind so many bytes. */
  cut(length: number): void;
  /** Begin anew in the same memory. */
  clear(): void;
}

export function byteWriter(): ByteWriter {
  return new Writer();
}

/** Longer parts are copied faster by the system. */
const SHORT_PART = 64;

/** A class, for code that has met one writer is then compiled for all of them: functions made for each are strangers to it. */
class Writer implements ByteWriter {
  private buffer = new Uint8Array(64);
  private numbers = new DataView(this.buffer.buffer);
  private at = 0;

  private room(count: number): void {
    if (this.at + count > this.buffer.length) this.grow(count);
  }

  private grow(count: number): void {
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.at + count));
    larger.set(this.buffer);
    this.buffer = larger;
    this.numbers = new DataView(larger.buffer);
  }

  get length(): number {
    return this.at;
  }

  byte(value: number): void {
    this.room(1);
    this.buffer[this.at++] = value;
  }

  varint(value: number): void {
    this.room(8);
    let rest = value;
    while (rest >= 128) {
      this.buffer[this.at++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.at++] = rest;
  }

  double(value: number): void {
    this.room(8);
    this.numbers.setFloat64(this.at, value + 0);
    this.at += 8;
  }

  unsigned64(value: bigint): void {
    this.room(8);
    this.numbers.setBigUint64(this.at, value);
    this.at += 8;
  }

  words(high: number, low: number): void {
    this.room(8);
    this.numbers.setUint32(this.at, high);
    this.numbers.setUint32(this.at + 4, low);
    this.at += 8;
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  part(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.room(length);
    if (length > SHORT_PART) this.buffer.set(bytes.subarray(from, to), this.at);
    else for (let i = 0; i < length; i++) this.buffer[this.at + i] = bytes[from + i]!;
    this.at += length;
  }

  text(value: string): Uint8Array {
    return encoder.encode(value);
  }

  ascii(value: string): boolean {
    this.room(value.length);
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code === 0 || code > 127) return false;
      this.buffer[this.at + i] = code;
    }
    this.at += value.length;
    return true;
  }

  sized(from: number): void {
    const length = this.at - from - 1;
    if (length < 128) {
      this.buffer[from] = length;
      return;
    }
    const digits = Math.ceil((32 - Math.clz32(length)) / 7);
    this.room(digits - 1);
    this.buffer.copyWithin(from + digits, from + 1, this.at);
    this.at = from;
    this.varint(length);
    this.at += length;
  }

  replace32(at: number, value: number): void {
    this.numbers.setUint32(at, value, true);
  }

  bytes(): Uint8Array {
    return this.buffer.slice(0, this.at);
  }

  view(from: number, to: number): Uint8Array {
    return this.buffer.subarray(from, to);
  }

  copyTo(other: ByteWriter, from: number, to: number): void {
    other.part(this.buffer, from, to);
  }

  cut(length: number): void {
    this.at = length;
  }

  clear(): void {
    this.at = 0;
  }
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
