/**
 * Thrift's compact protocol, as far as Parquet's metadata uses it: one struct as its fields by number.
 *
 * Source   https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export type ThriftValue = number | boolean | Buffer | readonly ThriftValue[] | ThriftStruct;
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

/** Bytes that are no struct, or not all of one: `more` says that it may only go on behind the end. */
export class ThriftError extends Error {
  constructor(
    reason: string,
    readonly more = false,
  ) {
    super(reason);
  }
}

const MAX_DEPTH = 32;

/**
 * Read one struct from `at` on.
 *
 * Returns  the struct and the position behind it; integers beyond 2^53 are the nearest double
 * Throws   ThriftError
 */
export function readStruct(bytes: Buffer, at: number): { value: ThriftStruct; end: number } {
  let position = at;

  const byte = (): number => {
    const value = bytes[position++];
    if (value === undefined) throw new ThriftError('it ends too early', true);
    return value;
  };
  /** Unsigned; exact up to 2^53. */
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (let n = 0; n < 10; n++) {
      const next = byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) return value;
      scale *= 128;
    }
    throw new ThriftError('a number has more than 10 bytes');
  };
  const zigzag = (): number => {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  const skip = (length: number): Buffer => {
    if (position + length > bytes.length) throw new ThriftError('it ends too early', true);
    position += length;
    return bytes.subarray(position - length, position);
  };

  const value = (type: number, depth: number): ThriftValue => {
    switch (type) {
      case 1:
      case 2:
        return type === 1;
      case 3:
        return (byte() << 24) >> 24;
      case 4:
      case 5:
      case 6:
        return zigzag();
      case 7:
        return skip(8).readDoubleLE();
      case 8:
        return skip(varint());
      case 9:
      case 10:
        return list(depth + 1);
      case 12:
        return struct(depth + 1);
      default:
        throw new ThriftError(`there is no type ${type}`);
    }
  };
  const list = (depth: number): ThriftValue[] => {
    const head = byte();
    const type = head & 0x0f;
    const size = head >> 4 === 15 ? varint() : head >> 4;
    // An item takes a byte at least.
    if (size > bytes.length - position)
      throw new ThriftError('a list is longer than the rest', true);
    // Booleans of a list have bytes of their own.
    const item = (): ThriftValue => (type <= 2 ? byte() === 1 : value(type, depth));
    return Array.from({ length: size }, item);
  };
  const struct = (depth: number): ThriftStruct => {
    if (depth > MAX_DEPTH) throw new ThriftError('structs are nested too deeply');
    const fields = new Map<number, ThriftValue>();
    for (let id = 0; ; ) {
      const head = byte();
      const type = head & 0x0f;
      if (type === 0) return fields;
      id = head >> 4 === 0 ? zigzag() : id + (head >> 4);
      if (fields.has(id)) throw new ThriftError(`field ${id} is there twice`);
      fields.set(id, value(type, depth));
    }
  };

  const read = struct(0);
  return { value: read, end: position };
}
