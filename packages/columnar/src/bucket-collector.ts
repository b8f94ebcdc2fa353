import type { Batch, Column } from './column.js';
import { concat } from './concat.js';
import { gather } from './gather.js';
import { bucketOfCode } from './scatter.js';
import { emptyLike } from './shape.js';

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
   * next `add` writes to.
   */
  take(): Generator<Batch>;
}

/** One column of all buckets. */
interface Lane {
  /** Copies the batch's rows to where they belong. */
  add(column: Column, at: Places): void;
  /** Makes room for so many rows in a bucket. */
  grow(bucket: number, rows: number): void;
  take(bucket: number, rows: number): Column;
}

/** Where the rows of a batch go. */
interface Places {
  readonly rows: number;
  readonly bucketOf: Int32Array;
  /** Row of the bucket. */
  readonly place: Int32Array;
  /** Rows of a batch by bucket; made when somebody asks. */
  rowsOf(bucket: number): Int32Array;
}

/** A bucket begins with room for so many rows at least. */
const FIRST_ROWS = 1024;
/** Buckets are not equally large; memory that is never touched costs nothing. */
const HEADROOM = 1.25;

export interface BucketOptions {
  /** Name of the `code` column that holds the key codes. */
  readonly codeColumn: string;
  readonly buckets: number;
  /** Bucket b holds the codes from b × so many on; default: codes are mixed, so that buckets are alike. */
  readonly codesPerBucket?: number;
  /** About so many rows are held before they are taken. */
  readonly rows: number;
  /** What `take` gave is written over afterwards; else it is the caller's for good. */
  readonly isReused: boolean;
  /** Rows with a negative code are left out, instead of going to the bucket of null keys. */
  readonly dropsUnknown?: boolean;
}

export function bucketCollector({
  codeColumn,
  buckets,
  codesPerBucket,
  rows: expected,
  isReused,
  dropsUnknown = false,
}: BucketOptions): BucketCollector {
  // Rows that are left out go to a bucket of their own, which begins anew with every batch: no loop has to ask.
  const all = buckets + (dropsUnknown ? 1 : 0);
  const firstRows = Math.max(FIRST_ROWS, Math.ceil((expected / buckets) * HEADROOM));
  const counts = new Int32Array(all);
  const capacity = new Int32Array(all);
  let bucketOf = new Int32Array(0);
  let place = new Int32Array(0);
  let lanes = new Map<string, Lane>();
  let rows = 0;

  const placeRows = (code: Int32Array) => {
    if (place.length < code.length) {
      bucketOf = new Int32Array(code.length);
      place = new Int32Array(code.length);
    }
    const unknown = dropsUnknown ? buckets : 0;
    if (codesPerBucket === undefined) mixCodes(code, bucketOf, buckets, unknown);
    else cutCodes(code, bucketOf, codesPerBucket, unknown);
    for (let i = 0; i < code.length; i++) place[i] = counts[bucketOf[i]!]!++;
  };
  const makeRoom = () => {
    for (let b = 0; b < all; b++) {
      if (counts[b]! <= capacity[b]!) continue;
      const room = Math.max(firstRows, counts[b]!, Math.ceil(1.5 * capacity[b]!));
      capacity[b] = room;
      for (const lane of lanes.values()) lane.grow(b, room);
    }
  };
  const dropped = () => {
    if (!dropsUnknown) return 0;
    const found = counts[buckets]!;
    counts[buckets] = 0;
    return found;
  };
  const start = (batch: Batch) => {
    lanes = new Map(
      Object.entries(batch.columns).map(([name, column]) => [name, newLane(column, buckets, all)]),
    );
    capacity.fill(0);
  };

  return {
    get rows() {
      return rows;
    },
    add(batch) {
      const code = batch.columns[codeColumn];
      if (code?.kind !== 'code') throw new TypeError(`bucketCollector: no codes ${codeColumn}`);
      if (lanes.size === 0) start(batch);
      placeRows(code.values);
      makeRoom();
      const at = { rows: batch.rows, bucketOf, place, rowsOf: rowsByBucket(batch.rows, bucketOf) };
      for (const [name, lane] of lanes) {
        const column = batch.columns[name];
        if (column === undefined) throw new TypeError(`bucketCollector: no column ${name}`);
        lane.add(column, at);
      }
      rows += batch.rows - dropped();
    },
    *take() {
      for (let b = 0; b < buckets; b++) {
        const columns: Record<string, Column> = {};
        for (const [name, lane] of lanes) columns[name] = lane.take(b, counts[b]!);
        yield { rows: counts[b]!, columns };
      }
      counts.fill(0);
      rows = 0;
      // Rows in the order of their codes fill other buckets each time: room that is kept would grow to that of all rows.
      const held = capacity.reduce((sum, one) => sum + one, 0);
      if (!isReused || held > 2 * firstRows * all) lanes = new Map();
    },
  };
}

function mixCodes(code: Int32Array, bucketOf: Int32Array, buckets: number, unknown: number): void {
  for (let i = 0; i < code.length; i++)
    bucketOf[i] = code[i]! < 0 ? unknown : bucketOfCode(code[i]!, buckets);
}

function cutCodes(
  code: Int32Array,
  bucketOf: Int32Array,
  codesPerBucket: number,
  unknown: number,
): void {
  for (let i = 0; i < code.length; i++)
    bucketOf[i] = code[i]! < 0 ? unknown : (code[i]! / codesPerBucket) | 0;
}

function rowsByBucket(rows: number, bucketOf: Int32Array): (bucket: number) => Int32Array {
  let found: Map<number, number[]> | null = null;
  const none = new Int32Array(0);
  return (bucket) => {
    if (found === null) {
      found = new Map();
      for (let i = 0; i < rows; i++) {
        const list = found.get(bucketOf[i]!);
        if (list === undefined) found.set(bucketOf[i]!, [i]);
        else list.push(i);
      }
    }
    const list = found.get(bucket);
    return list === undefined ? none : Int32Array.from(list);
  };
}

/** @param all with that of rows that are left out */
function newLane(column: Column, buckets: number, all: number): Lane {
  switch (column.kind) {
    case 'f64':
      return numberLane(all);
    case 'code':
      return codeLane(all);
    case 'i64':
      return wideLane('i64', all);
    case 'i128':
      return wideLane('i128', all);
    default:
      return nestedLane(column, buckets);
  }
}

function numberLane(buckets: number): Lane {
  const held = Array.from({ length: buckets }, () => new Float64Array(0));
  return {
    add(column, at) {
      scatter(held, as(column, 'f64').values, at);
    },
    grow(bucket, rows) {
      held[bucket] = longer(held[bucket]!, rows);
    },
    take: (bucket, rows) => ({ kind: 'f64', values: held[bucket]!.subarray(0, rows) }),
  };
}

function codeLane(buckets: number): Lane {
  const held = Array.from({ length: buckets }, () => new Int32Array(0));
  return {
    add(column, at) {
      scatterCodes(held, as(column, 'code').values, at);
    },
    grow(bucket, rows) {
      held[bucket] = longer(held[bucket]!, rows);
    },
    take: (bucket, rows) => ({ kind: 'code', values: held[bucket]!.subarray(0, rows) }),
  };
}

// A function for each class of array: one that sees several is compiled for all of them and slow for each.

function scatter(held: readonly Float64Array[], from: Float64Array, at: Places): void {
  const { rows, bucketOf, place } = at;
  for (let i = 0; i < rows; i++) held[bucketOf[i]!]![place[i]!] = from[i]!;
}

function scatterCodes(held: readonly Int32Array[], from: Int32Array, at: Places): void {
  const { rows, bucketOf, place } = at;
  for (let i = 0; i < rows; i++) held[bucketOf[i]!]![place[i]!] = from[i]!;
}

function scatterWide(held: readonly BigInt64Array[], from: BigInt64Array, at: Places): void {
  const { rows, bucketOf, place } = at;
  for (let i = 0; i < rows; i++) held[bucketOf[i]!]![place[i]!] = from[i]!;
}

function scatterPairs(held: readonly BigInt64Array[], from: BigInt64Array, at: Places): void {
  const { rows, bucketOf, place } = at;
  for (let i = 0; i < rows; i++) {
    const to = held[bucketOf[i]!]!;
    const row = 2 * place[i]!;
    to[row] = from[2 * i]!;
    to[row + 1] = from[2 * i + 1]!;
  }
}

/** 64-bit integers, or pairs of them. */
function wideLane(kind: 'i64' | 'i128', buckets: number): Lane {
  const width = kind === 'i64' ? 1 : 2;
  const held = Array.from({ length: buckets }, () => new BigInt64Array(0));
  /** A byte per row, 1 = null, of buckets that have one. */
  const nulls = new Map<number, Uint8Array>();
  const setNull = (bucket: number, row: number) => {
    let bytes = nulls.get(bucket);
    if (bytes === undefined) {
      bytes = new Uint8Array(held[bucket]!.length / width);
      nulls.set(bucket, bytes);
    }
    bytes[row] = 1;
  };
  return {
    add(column, at) {
      const { values, valid } = as(column, kind);
      if (width === 1) scatterWide(held, values, at);
      else scatterPairs(held, values, at);
      if (valid === null) return;
      for (let i = 0; i < at.rows; i++) if (valid[i] === 0) setNull(at.bucketOf[i]!, at.place[i]!);
    },
    grow(bucket, rows) {
      held[bucket] = longer(held[bucket]!, rows * width);
      const bytes = nulls.get(bucket);
      if (bytes !== undefined) nulls.set(bucket, longer(bytes, rows));
    },
    take(bucket, rows) {
      const bytes = nulls.get(bucket);
      nulls.delete(bucket);
      const valid =
        bytes === undefined ? null : bytes.subarray(0, rows).map((isNull) => 1 - isNull);
      return { kind, values: held[bucket]!.subarray(0, rows * width), valid };
    },
  };
}

/** Lists and maps, in pieces that are joined when they are taken. */
function nestedLane(like: Column, buckets: number): Lane {
  const empty = emptyLike(like);
  const held: Column[][] = Array.from({ length: buckets }, () => []);
  return {
    add(column, at) {
      as(column, like.kind);
      for (let b = 0; b < buckets; b++) {
        const rows = at.rowsOf(b);
        if (rows.length > 0) held[b]!.push(gather(column, rows));
      }
    },
    grow: () => undefined,
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

type Growable = Float64Array | Int32Array | BigInt64Array | Uint8Array;

function longer<T extends Growable>(values: T, length: number): T {
  const Values = values.constructor as new (length: number) => T;
  const grown = new Values(length);
  // The overloads of `set` differ between bigint and number arrays; both are the same class here.
  (grown as Float64Array).set(values as Float64Array);
  return grown;
}
