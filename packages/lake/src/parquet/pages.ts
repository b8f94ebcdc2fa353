import { BadFooter, type Chunk, type Leaf } from './footer.js';
import { readStruct, ThriftError, type ThriftStruct } from './thrift.js';

/** Reads bytes of the file; fewer where it ends. */
export type ReadAt = (position: number, length: number) => Promise<Buffer>;

const bad = (reason: string): BadFooter => new BadFooter(reason);

/** Most headers are a fifth of this; those with statistics of long strings are read again. */
const HEADER_BYTES = 160;
const MAX_HEADER_BYTES = 1 << 24;

const DATA = 0;
const INDEX = 1;
const DICTIONARY = 2;
const DATA_V2 = 3;

/** Encodings of values that refer to a dictionary page. */
const BY_DICTIONARY: readonly unknown[] = [2, 8];
/** PLAIN, PLAIN_DICTIONARY, RLE, BIT_PACKED, the DELTA ones, RLE_DICTIONARY, BYTE_STREAM_SPLIT. */
const ENCODINGS: readonly unknown[] = [0, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * Walk the headers of a chunk's pages: each lies inside the chunk, has a size that fits, an encoding that there is, and
 * together they hold as many values as the footer says. What the pages hold is not read.
 *
 * Throws  BadFooter
 * Cost    one small read per page
 */
export async function checkPages(read: ReadAt, chunk: Chunk, leaf: Leaf): Promise<void> {
  const where = `column ${JSON.stringify(leaf.path.join('.'))}`;
  const end = chunk.start + chunk.compressedBytes;
  let at = chunk.start;
  let values = 0;
  let bytes = 0;
  let hasDictionary = false;
  while (values < chunk.values) {
    if (at >= end) throw bad(`${where} has ${values} of ${chunk.values} values`);
    const { header, length } = await readHeader(read, at, end, where);
    const page = readPage(header, chunk, where);
    if (page.type === DICTIONARY) {
      if (hasDictionary || values > 0) throw bad(`${where} has a dictionary in its midst`);
      hasDictionary = true;
    } else if (page.type !== INDEX) {
      if (page.usesDictionary && !hasDictionary) throw bad(`${where} lacks its dictionary`);
      if (!leaf.repeated && page.rows !== null && page.rows !== page.values) {
        throw bad(`a page of ${where} has ${page.values} values in ${page.rows} rows`);
      }
      values += page.values;
    }
    at += length + page.compressedBytes;
    bytes += page.uncompressedBytes;
    if (at > end) throw bad(`a page of ${where} is longer than its place`);
  }
  if (values !== chunk.values) throw bad(`${where} has ${values} values, not ${chunk.values}`);
  if (bytes > chunk.uncompressedBytes) throw bad(`pages of ${where} are larger than all of it`);
}

async function readHeader(
  read: ReadAt,
  at: number,
  end: number,
  where: string,
): Promise<{ header: ThriftStruct; length: number }> {
  for (let size = HEADER_BYTES; ; size *= 16) {
    const bytes = await read(at, Math.min(size, end - at));
    try {
      const { value, end: length } = readStruct(bytes, 0);
      return { header: value, length };
    } catch (error) {
      if (!(error instanceof ThriftError)) throw error;
      const whole = bytes.length < size || size >= MAX_HEADER_BYTES;
      if (!error.more || whole) throw bad(`a page of ${where} is damaged (${error.message})`);
    }
  }
}

interface Page {
  readonly type: number;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  readonly values: number;
  /** Only pages of version 2 say. */
  readonly rows: number | null;
  readonly usesDictionary: boolean;
}

function readPage(header: ThriftStruct, { codec, values }: Chunk, where: string): Page {
  const number = (struct: ThriftStruct, id: number): number => {
    const value = struct.get(id);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0x7fffffff) {
      throw bad(`a page of ${where} has no size`);
    }
    return value;
  };
  const type = number(header, 1);
  const uncompressedBytes = number(header, 2);
  const compressedBytes = number(header, 3);
  const size = { type, compressedBytes, uncompressedBytes };
  if (type === INDEX) return { ...size, values: 0, rows: null, usesDictionary: false };
  const field = { [DATA]: 5, [DICTIONARY]: 7, [DATA_V2]: 8 }[type];
  if (field === undefined) throw bad(`a page of ${where} is of no kind that there is`);
  const own = header.get(field);
  if (!(own instanceof Map)) throw bad(`a page of ${where} is of another kind than it says`);
  const count = number(own, 1);
  if (type !== DICTIONARY && count > values)
    throw bad(`a page of ${where} has more values than all`);
  const encoding = own.get(type === DATA_V2 ? 4 : 2);
  if (!ENCODINGS.includes(encoding))
    throw bad(`a page of ${where} is encoded in no way that there is`);
  if (type === DICTIONARY && encoding !== 0 && encoding !== 2) {
    throw bad(`a dictionary of ${where} is encoded as none can be`);
  }
  // Levels of version 1 are RLE, or BIT_PACKED in files of long ago.
  const levels = type === DATA ? [own.get(3), own.get(4)] : [];
  if (levels.some((level) => level !== 3 && level !== 4)) {
    throw bad(`levels of a page of ${where} are encoded in no way that there is`);
  }
  const isPlain = codec === 0 || (type === DATA_V2 && own.get(7) === false);
  if (isPlain && compressedBytes !== uncompressedBytes) {
    throw bad(`a page of ${where} has two sizes`);
  }
  if (type === DATA_V2) checkLevels(own, uncompressedBytes, where, number);
  return {
    ...size,
    values: count,
    rows: type === DATA_V2 ? number(own, 3) : null,
    usesDictionary: BY_DICTIONARY.includes(encoding),
  };
}

function checkLevels(
  own: ThriftStruct,
  bytes: number,
  where: string,
  number: (struct: ThriftStruct, id: number) => number,
): void {
  const fits = number(own, 5) + number(own, 6) <= bytes && number(own, 2) <= number(own, 1);
  if (!fits) throw bad(`levels of a page of ${where} are longer than the page`);
}
