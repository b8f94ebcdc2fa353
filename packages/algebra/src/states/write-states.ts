import type { ByteWriter } from '../values/bytes.js';
import { writeCanonical } from '../values/canonical.js';
import type { Value, ValueKind } from '../values/kind.js';
import { writeSlots } from './approx-unique-count.js';
import { type StateConfig, writeHead } from './state.js';

/**
 * Encoded states of what is already in canonical form, without making a state of it: the same bytes as `encode` gives for the
 * state that holds it. For those who write many of them out of columns.
 */

/** Doubles of a column, from one position to another: a canonical expansion. */
export interface Terms {
  readonly values: Float64Array;
  readonly from: number;
  readonly to: number;
}

export function writeCount(writer: ByteWriter, n: number): void {
  writeHead(writer, 'count');
  writer.varint(n);
}

export function writeSum(writer: ByteWriter, n: number, terms: Terms): void {
  writeHead(writer, 'sum');
  writer.varint(n);
  writeTerms(writer, terms);
}

export function writeMoments(
  writer: ByteWriter,
  n: number,
  overflowed: number,
  sums: readonly Terms[],
): void {
  writeHead(writer, 'moments');
  writer.varint(n);
  writer.varint(overflowed);
  writer.byte(sums.length);
  for (const terms of sums) writeTerms(writer, terms);
}

export function writeWeighted(
  writer: ByteWriter,
  n: number,
  overflowed: number,
  weighted: Terms,
  weights: Terms,
): void {
  writeHead(writer, 'weighted');
  writer.varint(n);
  writer.varint(overflowed);
  writeTerms(writer, weighted);
  writeTerms(writer, weights);
}

/** @param value not null */
export function writeExtreme(writer: ByteWriter, kind: ValueKind, value: Value): void {
  writeHead(writer, 'extreme');
  writer.byte(1);
  writeCanonical(writer, kind, value);
}

/** FIRST, LAST and their lists. @param timedAt best first; no value is null */
export function writeFirstLast(
  writer: ByteWriter,
  { kind, tieKind = 'number' }: Pick<StateConfig, 'kind' | 'tieKind'>,
  count: number,
  timedAt: (position: number) => { readonly t: number; readonly tie: Value; readonly value: Value },
): void {
  writeHead(writer, 'firstLast');
  writer.varint(count);
  for (let i = 0; i < count; i++) {
    const { t, tie, value } = timedAt(i);
    writer.double(t);
    writer.byte(tie === null ? 0 : 1);
    if (tie !== null) writeCanonical(writer, tieKind, tie);
    writeCanonical(writer, kind, value);
  }
}

/** @param slots ascending, one per register */
export function writeSketch(writer: ByteWriter, slots: ArrayLike<number> & Iterable<number>): void {
  writeHead(writer, 'hyperloglog');
  writeSlots(writer, slots);
}

function writeTerms(writer: ByteWriter, { values, from, to }: Terms): void {
  writer.varint(to - from);
  for (let i = from; i < to; i++) writer.double(values[i]!);
}
