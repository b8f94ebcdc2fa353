import { type ByteReader, type ByteWriter, byteReader, byteWriter } from '../values/bytes.js';
import type { Value, ValueKind } from '../values/kind.js';

export const OPERATIONS = [
  'COUNT',
  'SUM',
  'AVERAGE',
  'WEIGHTED_AVERAGE',
  'VARIANCE',
  'STDDEV',
  'VARIANCE_SAMPLE',
  'STDDEV_SAMPLE',
  'SKEW',
  'KURTOSIS',
  'MIN',
  'MAX',
  'FIRST',
  'LAST',
  'FIRST_K',
  'LAST_K',
  'TOP_K',
  'BOTTOM_K',
  'UNIQUE_COUNT',
  'APPROX_UNIQUE_COUNT',
  'HISTOGRAM',
  'TOP_K_FREQUENT',
  'DIVERSITY',
  'APPROX_PERCENTILE',
  'RATE_OF_CHANGE',
  'VECTOR_AVERAGE',
  'VECTOR_SUM',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What a state must know besides its operation. */
export interface StateConfig {
  /** Kind of the values given to `update`. COUNT ignores it. */
  readonly kind: ValueKind;
  /** Decimals only. */
  readonly scale?: number;
  /** FIRST_K, LAST_K, TOP_K, BOTTOM_K, TOP_K_FREQUENT. */
  readonly k?: number;
  /** APPROX_PERCENTILE: 0-100. One gives a number, several a list. */
  readonly percentiles?: readonly number[];
  /** TOP_K_FREQUENT: more distinct values than this are answered by a Problem. */
  readonly maxDistinct?: number;
  /** FIRST, LAST, FIRST_K, LAST_K, RATE_OF_CHANGE: kind of the tie-breaker, where one is declared. */
  readonly tieKind?: ValueKind;
}

/** A result that is an error or a counted null, never a wrong value (S5.3, S5 TOP_K_FREQUENT, vectors). */
export interface Problem {
  readonly problem: 'SUM_OVERFLOW' | 'VECTOR_LENGTH' | 'VECTOR_NULL' | 'TOO_MANY_DISTINCT';
  readonly detail: string;
}

/**
 * A finalised value. Counts and int64 results of counting are numbers; integer sums are bigints; a decimal sum is its
 * unscaled integer; a HISTOGRAM or a bucketed result is a Map whose entries are in key order (S8).
 */
export type Result = Value | ReadonlyMap<Value, number> | Problem | ResultByBucket;
export type ResultByBucket = ReadonlyMap<Value, Value | ReadonlyMap<Value, number> | Problem>;

export function isProblem(result: Result): result is Problem {
  return typeof result === 'object' && result !== null && 'problem' in result;
}

/**
 * One aggregate operation as a state machine over plain data (numbers, bigints, strings, arrays, Maps and typed arrays:
 * what structured clone carries; `encode` is the form that is stored).
 *
 * Laws     merge is associative and commutative, init is neutral, retract undoes update, and equal contents encode to
 *          equal bytes however they were split, ordered and merged.
 * Values   given to update and retract are not null and not NaN; numbers are finite; kinds are those of the config.
 */
export interface AggregateState<S> {
  readonly operation: Operation;
  init(): S;
  /** state += value, in place. `tie` is the tie-breaker's value, null where the event has none. */
  update(state: S, value: Value, eventMs: number, tie?: Value): void;
  /** state += other, in place; `other` is unchanged and shares no memory with `state` afterwards. */
  merge(state: S, other: S): void;
  /** state −= value, in place, for a value that was added before. Absent where the operation cannot. */
  retract?(state: S, value: Value): void;
  /** Nothing was aggregated. */
  isEmpty(state: S): boolean;
  /** null when nothing was aggregated, except counts, which are 0. The state is unchanged. */
  finalize(state: S): Result;
  encode(state: S): Uint8Array;
  /** Throws StateFormatError on bytes that `encode` of the same operation and config could not have written. */
  decode(bytes: Uint8Array): S;
  /**
   * state += what `encode` wrote at bytes[from, end), in place: what `merge(state, decode(…))` does, without what lies
   * between. Absent where that would be nothing less.
   *
   * Throws  StateFormatError as `decode` does, as far as it had to look; of the state nothing is known then
   */
  absorb?(state: S, bytes: Uint8Array, from: number, end: number): void;
}

/** First byte of every encoded state; raised when any layout below it changes. */
export const FORMAT_VERSION = 1;

/** Second byte: what the rest is. Operations that can share a tile column share a layout. */
export const LAYOUT = {
  count: 1,
  sum: 2,
  weighted: 3,
  moments: 4,
  extreme: 5,
  firstLast: 6,
  topK: 7,
  distinct: 8,
  hyperloglog: 9,
  percentiles: 10,
  rate: 11,
  vectors: 12,
  bucketed: 13,
} as const;
export type Layout = keyof typeof LAYOUT;

/** What every encoded state begins with. */
export function writeHead(writer: ByteWriter, layout: Layout): void {
  writer.byte(FORMAT_VERSION);
  writer.byte(LAYOUT[layout]);
}

export function encodeState(layout: Layout, write: (writer: ByteWriter) => void): Uint8Array {
  const writer = byteWriter();
  writeHead(writer, layout);
  write(writer);
  return writer.bytes();
}

export function decodeState<S>(
  operation: Operation,
  layout: Layout,
  bytes: Uint8Array,
  read: (reader: ByteReader) => S,
): S {
  const reader = byteReader(bytes, operation);
  readHead(reader, layout);
  const state = read(reader);
  reader.end();
  return state;
}

function readHead(reader: ByteReader, layout: Layout): void {
  const version = reader.byte();
  if (version !== FORMAT_VERSION) reader.fail(`format version ${version} is not ${FORMAT_VERSION}`);
  const found = reader.byte();
  if (found !== LAYOUT[layout]) reader.fail(`layout ${found} is not ${LAYOUT[layout]} (${layout})`);
}

/** `absorb` of a state whose bytes, behind what all begin with, are added to it by `add`. */
export function absorbing<S>(
  operation: Operation,
  layout: Layout,
  add: (state: S, reader: ByteReader) => void,
): NonNullable<AggregateState<S>['absorb']> {
  // One reader for all: nothing is made for a state of a few bytes.
  const reader = byteReader(new Uint8Array(0), operation);
  return (state, bytes, from, end) => {
    reader.open(bytes, from, end);
    readHead(reader, layout);
    add(state, reader);
    reader.end();
  };
}
