import { columnarKernels } from './kernels.js';
import { addresses, borrowMemory, giveBackMemory, growTo, MOST_KERNEL_BYTES } from './wasm.js';

/** An array with one value a row, or two of 64 bits for an integer of 128. */
export type LaneValues = Int32Array | Float64Array | BigInt64Array;
/** Bytes of a row's value. */
export type LaneBytes = 4 | 8 | 16;

/**
 * Rows of all buckets in one memory: a bucket is a chain of pages, a page holds its rows lane by lane. However rows are
 * divided among buckets, together they take what rows take, and a page more for each bucket.
 */
export interface BucketPages {
  /** Rows that a bucket holds. */
  rowsOf(bucket: number): number;
  /** Gives rows their places by their codes, at most `BLOCK_ROWS`. */
  place(codes: Int32Array): void;
  /** Where the rows that were placed last are, each below `places`; 0 = nowhere. */
  placed(): Uint32Array;
  /** Places that there are. */
  readonly places: number;
  /** Takes a lane of the rows that were placed last to their places. */
  scatter(lane: number, values: LaneValues): void;
  /** The pages of a bucket in turn: place of their first row, and their rows. */
  pagesOf(bucket: number): Generator<readonly [from: number, rows: number]>;
  /** Copies a lane of a page's rows to the start of `into`. */
  copy(lane: number, from: number, into: LaneValues): void;
  /** Forgets all rows. */
  clear(): void;
  /** Gives its memory to the next; it is of no use then. */
  close(): void;
}

/** So many rows are given places at once, at most. */
export const BLOCK_ROWS = 2048;

/** As in `assembly/scatter.ts`. */
const HEADER_BYTES = 64;
/** Powers of two. */
const MOST_PAGE_ROWS = 1024;
/** Pages that are no larger are not worth cutting: many small ones cost a core's cache. */
const SMALL_PAGE_ROWS = 64;
const SMALL_PAGE_BYTES = 4096;
/** Of wide rows, lest a page of each bucket be far more than all rows: a lane of doubles still fills a line of a cache. */
const LEAST_PAGE_ROWS = 8;
/** A page holds such a part of what its bucket will, lest the last pages of all buckets be most of the memory. */
const PAGES_OF_BUCKET = 8;
/** Memory that has to grow grows by so much, lest it do so often. */
const GROWTH = 1.25;

export interface PagesOptions {
  readonly buckets: number;
  /** Bucket b holds the codes from b × so many on; 0 = codes are mixed. */
  readonly codesPerBucket: number;
  /** Rows of negative codes are left out, instead of going to bucket 0. */
  readonly dropsUnknown: boolean;
  /** About so many rows will be held. */
  readonly rows: number;
  readonly lanes: readonly LaneBytes[];
}

export function bucketPages(options: PagesOptions): BucketPages {
  const { buckets, codesPerBucket, dropsUnknown, lanes } = options;
  const { pageRows, pageShift, pageBytes, offsets } = pageOf(options);
  const next = addresses();
  const [ends, firsts, counts] = [next(4 * buckets), next(4 * buckets), next(4 * buckets)];
  const [codes, places] = [next(4 * BLOCK_ROWS), next(4 * BLOCK_ROWS)];
  const staged = next(16 * BLOCK_ROWS);
  const pages = next(0);
  /** Pages that a block of rows may need at most. */
  const atOnce = Math.min(buckets, BLOCK_ROWS) + Math.ceil(BLOCK_ROWS / pageRows);
  const bytesOf = (wanted: number) => pages + wanted * pageBytes;
  const expected = 1 + Math.ceil(options.rows / pageRows) + buckets + atOnce;

  const memory = borrowMemory(Math.min(MOST_KERNEL_BYTES, bytesOf(expected)));
  const { placeRows, scatter32, scatter64, scatter128 } = columnarKernels(memory);
  let view = viewsOf(memory);
  let free = 1;
  let placed = 0;

  const makeRoom = () => {
    const needed = bytesOf(free + atOnce);
    if (needed <= memory.buffer.byteLength) return;
    growTo(memory, Math.max(needed, Math.min(MOST_KERNEL_BYTES, GROWTH * needed)));
    view = viewsOf(memory);
  };

  const clear = () => {
    free = 1;
    placed = 0;
    view.words.fill(0, ends >>> 2, codes >>> 2);
  };
  clear();

  return {
    rowsOf: (bucket) => view.words[(counts >>> 2) + bucket]!,
    place(found) {
      if (found.length > BLOCK_ROWS) throw new RangeError(`${found.length} rows at once`);
      makeRoom();
      placed = found.length;
      view.words.set(found, codes >>> 2);
      free = placeRows(
        ...([codes, placed, buckets, codesPerBucket, dropsUnknown] as const),
        ...([ends, firsts, counts, places] as const),
        ...([pages, pageBytes, pageShift, free] as const),
      );
    },
    placed: () => new Uint32Array(memory.buffer, places, placed),
    get places() {
      return free << pageShift;
    },
    scatter(lane, values) {
      if (values.byteLength !== placed * lanes[lane]!)
        throw new RangeError(`${values.byteLength} bytes for ${placed} rows of ${lanes[lane]}`);
      // Copied once more while a core's cache has it: kernels see nothing but their own memory.
      view.write(values, staged);
      const to = [pages, offsets[lane]!, pageBytes, pageShift] as const;
      if (lanes[lane] === 4) scatter32(staged, places, placed, ...to);
      else if (lanes[lane] === 8) scatter64(staged, places, placed, ...to);
      else scatter128(staged, places, placed, ...to);
    },
    *pagesOf(bucket) {
      let rest = view.words[(counts >>> 2) + bucket]!;
      for (let page = view.words[(firsts >>> 2) + bucket]!; rest > 0; ) {
        yield [page << pageShift, Math.min(rest, pageRows)];
        rest -= pageRows;
        page = view.words[bytesOf(page) >>> 2]!;
      }
    },
    copy(lane, from, into) {
      const row = from & (pageRows - 1);
      const at = bytesOf(from >>> pageShift) + HEADER_BYTES + offsets[lane]! + row * lanes[lane]!;
      view.read(at, into);
    },
    clear,
    close: () => giveBackMemory(memory),
  };
}

/** Most rows of such lanes that can be held at once, however they are divided. */
export function mostPagedRows(buckets: number, lanes: readonly LaneBytes[]): number {
  const { pageRows, pageBytes } = pageOf({ rows: 0, buckets, lanes });
  const places = (MOST_KERNEL_BYTES * pageRows) / pageBytes;
  // Every bucket's last page, and one more for each when a block comes; pages above the least are parts of buckets.
  const open = 2 * (buckets * pageRows + BLOCK_ROWS) + MOST_PAGE_ROWS;
  return Math.max(BLOCK_ROWS, Math.floor((places - open) / (1 + 2 / PAGES_OF_BUCKET)));
}

/** How a page is laid out: a header, then its rows lane by lane. */
function pageOf({ rows, buckets, lanes }: Pick<PagesOptions, 'rows' | 'buckets' | 'lanes'>) {
  const rowBytes = lanes.reduce<number>((sum, bytes) => sum + bytes, 0);
  const small = Math.min(SMALL_PAGE_ROWS, SMALL_PAGE_BYTES / rowBytes);
  const part = rows / buckets / PAGES_OF_BUCKET;
  const wanted = Math.max(LEAST_PAGE_ROWS, small, part);
  const pageShift = 31 - Math.clz32(Math.min(MOST_PAGE_ROWS, wanted));
  const pageRows = 1 << pageShift;
  const offsets: number[] = [];
  let end = 0;
  for (const bytes of lanes) {
    offsets.push(end);
    end += bytes * pageRows;
  }
  return { pageRows, pageShift, pageBytes: HEADER_BYTES + end, offsets };
}

/** A memory as it is until it grows. */
function viewsOf({ buffer }: WebAssembly.Memory) {
  const words = new Int32Array(buffer);
  const doubles = new Float64Array(buffer);
  const longs = new BigInt64Array(buffer);
  return {
    words,
    write(values: LaneValues, at: number) {
      if (values instanceof Int32Array) words.set(values, at >>> 2);
      else if (values instanceof Float64Array) doubles.set(values, at >>> 3);
      else longs.set(values, at >>> 3);
    },
    read(at: number, into: LaneValues) {
      const [from, until] = [
        at / into.BYTES_PER_ELEMENT,
        at / into.BYTES_PER_ELEMENT + into.length,
      ];
      if (into instanceof Int32Array) into.set(words.subarray(from, until));
      else if (into instanceof Float64Array) into.set(doubles.subarray(from, until));
      else into.set(longs.subarray(from, until));
    },
  };
}
