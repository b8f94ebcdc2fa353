import { BLOCK_ROWS, type BucketPages, bucketPages, type LaneValues } from './bucket-pages.js';
import type { Batch, Column } from './column.js';
import { concat } from './concat.js';
import { gather } from './gather.js';
import { bucketOfCode } from './scatter.js';
import { emptyLike } from './shape.js';
import { sliceBatch } from './slice.js';

/** Rows put into buckets by key code as they come, a small batch at a time, so that neither side leaves the cache. */
export interface BucketCollector {
  /** Rows that are held. */
  readonly rows: number;
  /**
   * Copies every row to the end of its bucket.
   *
   * Throws TypeError for a batch without the code column, or unlike the first.
   */
  add(batch: Batch): void;
  /**
   * The rows of every bucket in turn, in the order they came, and starts anew. A bucket's batch may lie in memory that the
   * next one is written to.
   */
  take(): Generator<Batch>;
  /** The next collector may have its memory; call it once, when this one is done with. */
  close(): void;
}

export interface BucketOptions {
  /** Name of the `code` column that holds the key codes. */
  readonly codeColumn: string;
  readonly buckets: number;
  /** Bucket b holds the codes from b × so many on; default: codes are mixed, so that buckets are alike. */
  readonly codesPerBucket?: number;
  /** About so many rows are held before they are taken. */
  readonly rows: number;
  /** What `take` gave is written over when it goes on; else it is the caller's for good. */
  readonly isReused: boolean;
  /** Rows with a negative code are left out, instead of going to the bucket of null keys. */
  readonly dropsUnknown?: boolean;
}

/** One column of all buckets. */
interface Lane {
  /** Copies the rows that were placed last to where they belong. */
  add(column: Column, at: Placed): void;
  take(bucket: number, pages: readonly Page[]): Column;
}

type Page = readonly [from: number, rows: number];

/** Where the rows of a batch go. */
interface Placed {
  readonly pages: BucketPages;
  /** Rows of the batch by bucket, of buckets that have some. */
  byBucket(): ReadonlyMap<number, Int32Array>;
}

export function bucketCollector(options: BucketOptions): BucketCollector {
  const { codeColumn, buckets, dropsUnknown = false } = options;
  let held: { readonly pages: BucketPages; readonly lanes: ReadonlyMap<string, Lane> } | null =
    null;
  let rows = 0;

  const start = ({ columns }: Batch) => {
    const wide = Object.entries(columns).filter(([, { kind }]) => kind in LANE_BYTES);
    const pages = bucketPages({
      buckets,
      codesPerBucket: options.codesPerBucket ?? 0,
      dropsUnknown,
      rows: options.rows,
      lanes: wide.map(([, { kind }]) => LANE_BYTES[kind as FixedKind]),
    });
    const at = new Map(wide.map(([name], lane) => [name, lane]));
    const lanes = Object.entries(columns).map(([name, column]): [string, Lane] => {
      const lane = at.get(name);
      if (lane === undefined) return [name, nestedLane(column, buckets)];
      return [name, fixedLane(pages, lane, column.kind as FixedKind, options.isReused)];
    });
    return { pages, lanes: new Map(lanes) };
  };

  const addBlock = (batch: Batch) => {
    const code = batch.columns[codeColumn];
    if (code?.kind !== 'code') throw new TypeError(`bucketCollector: no codes ${codeColumn}`);
    held ??= start(batch);
    const { pages, lanes } = held;
    pages.place(code.values);
    let found: ReadonlyMap<number, Int32Array> | null = null;
    const byBucket = () => {
      found ??= rowsByBucket(code.values, options);
      return found;
    };
    for (const [name, lane] of lanes) {
      const column = batch.columns[name];
      if (column === undefined) throw new TypeError(`bucketCollector: no column ${name}`);
      lane.add(column, { pages, byBucket });
    }
    rows += dropsUnknown ? known(code.values) : batch.rows;
  };

  return {
    get rows() {
      return rows;
    },
    add(batch) {
      if (batch.rows <= BLOCK_ROWS) return addBlock(batch);
      for (let from = 0; from < batch.rows; from += BLOCK_ROWS)
        addBlock(sliceBatch(batch, from, Math.min(batch.rows, from + BLOCK_ROWS)));
    },
    *take() {
      for (let b = 0; b < buckets; b++) {
        const columns: Record<string, Column> = {};
        const own = [...(held?.pages.pagesOf(b) ?? [])];
        for (const [name, lane] of held?.lanes ?? []) columns[name] = lane.take(b, own);
        yield { rows: held?.pages.rowsOf(b) ?? 0, columns };
      }
      held?.pages.clear();
      rows = 0;
    },
    close() {
      held?.pages.close();
      held = null;
    },
  };
}

type FixedKind = 'code' | 'f64' | 'i64' | 'i128';

const LANE_BYTES = { code: 4, f64: 8, i64: 8, i128: 16 } as const;

function known(codes: Int32Array): number {
  let rows = 0;
  for (let i = 0; i < codes.length; i++) rows += codes[i]! < 0 ? 0 : 1;
  return rows;
}

function rowsByBucket(
  codes: Int32Array,
  { buckets, codesPerBucket, dropsUnknown }: BucketOptions,
): Map<number, Int32Array> {
  const found = new Map<number, number[]>();
  const bucketOf = (code: number) =>
    codesPerBucket === undefined || code < 0
      ? bucketOfCode(code, buckets)
      : Math.floor(code / codesPerBucket);
  for (let i = 0; i < codes.length; i++) {
    if (dropsUnknown && codes[i]! < 0) continue;
    const b = bucketOf(codes[i]!);
    const list = found.get(b);
    if (list === undefined) found.set(b, [i]);
    else list.push(i);
  }
  return new Map(Array.from(found, ([b, rows]) => [b, Int32Array.from(rows)]));
}

/** Numbers of one width, with nulls for those that have them. */
function fixedLane(pages: BucketPages, lane: number, kind: FixedKind, isReused: boolean): Lane {
  let into: LaneValues = newValues(kind, 0);
  const perRow = kind === 'i128' ? 2 : 1;
  /** A byte a place, 1 = null; empty until there is one. */
  let nulls = new Uint8Array(0);
  const addNulls = (valid: Uint8Array) => {
    const placed = pages.placed();
    if (nulls.length < pages.places) nulls = longer(nulls, pages.places);
    for (let i = 0; i < valid.length; i++) if (valid[i] === 0) nulls[placed[i]!] = 1;
  };
  const validOf = (own: readonly Page[], rows: number): Uint8Array | null => {
    const valid = new Uint8Array(rows).fill(1);
    let at = 0;
    let anyNull = false;
    for (const [from, length] of own) {
      for (let i = 0; i < length; i++, at++) {
        if (nulls[from + i] !== 1) continue;
        nulls[from + i] = 0;
        valid[at] = 0;
        anyNull = true;
      }
    }
    return anyNull ? valid : null;
  };
  return {
    add(column) {
      const same = as(column, kind);
      pages.scatter(lane, same.values);
      if ('valid' in same && same.valid !== null) addNulls(same.valid);
    },
    take(_bucket, own) {
      const rows = own.reduce((sum, [, length]) => sum + length, 0);
      if (!isReused || into.length < rows * perRow) into = newValues(kind, rows * perRow);
      const values = into.subarray(0, rows * perRow);
      let at = 0;
      for (const [from, length] of own) {
        pages.copy(lane, from, values.subarray(at, (at += length * perRow)));
      }
      if (kind === 'code' || kind === 'f64') return { kind, values } as Column;
      return { kind, values, valid: nulls.length === 0 ? null : validOf(own, rows) } as Column;
    },
  };
}

function newValues(kind: FixedKind, length: number): LaneValues {
  if (kind === 'code') return new Int32Array(length);
  return kind === 'f64' ? new Float64Array(length) : new BigInt64Array(length);
}

function longer(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(Math.ceil(1.25 * length));
  grown.set(bytes);
  return grown;
}

/** Lists and maps, in pieces that are joined when they are taken. */
function nestedLane(like: Column, buckets: number): Lane {
  const empty = emptyLike(like);
  const held: Column[][] = Array.from({ length: buckets }, () => []);
  return {
    add(column, at) {
      as(column, like.kind);
      for (const [bucket, rows] of at.byBucket()) held[bucket]!.push(gather(column, rows));
    },
    take: (bucket) => {
      const pieces = held[bucket]!.splice(0);
      return pieces.length === 0 ? empty : concat(pieces);
    },
  };
}

function as<K extends Column['kind']>(column: Column, kind: K): Extract<Column, { kind: K }> {
  if (column.kind !== kind)
    throw new TypeError(`bucketCollector: a column is ${column.kind}, was ${kind}`);
  return column as Extract<Column, { kind: K }>;
}
