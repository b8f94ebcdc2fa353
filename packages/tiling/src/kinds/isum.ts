import { type Column, wordsOf } from '@tessera/columnar';
import { addCounts, f64, type Kernel, type RowLane, type StateLane, sizes } from './kernel.js';

const TWO_32 = 2 ** 32;

/** Sums of integers, booleans and decimals, in 128 bits. */
export const isum: Kernel = {
  fromRows: (lane) => ({ n: f64(sizes(lane)), sum: addRows(lane) }),
  fromStates: (lane) => ({
    n: addCounts(lane.column('n'), lane),
    sum: addStates(lane),
  }),
};

function addRows({ values, items, start }: RowLane): Column {
  const groups = start.length - 1;
  if (values?.kind === 'f64') return addSafeIntegers(values.values, items, start);
  if (values?.kind !== 'i64' && values?.kind !== 'i128') {
    throw new TypeError('an integer sum without integers');
  }
  const count = values.kind === 'i64' ? 2 : 4;
  const out = new BigInt64Array(2 * groups);
  addWords(wordsOf(values.values), count, items, start, wordsOf(out));
  return { kind: 'i128', values: out, valid: null };
}

function addStates({ order, start, column }: StateLane): Column {
  const sums = column('sum');
  if (sums.kind !== 'i128') throw new TypeError(`integer sums as ${sums.kind}`);
  const out = new BigInt64Array(2 * (start.length - 1));
  addWords(wordsOf(sums.values), 4, order, start, wordsOf(out));
  return { kind: 'i128', values: out, valid: null };
}

/**
 * Σ of wide integers modulo 2^128, without a BigInt per value: sums of words are exact for two million of them, then they
 * are carried over.
 *
 * Shapes   words: `count` per value; of: member → value; out: 4 words per group
 */
function addWords(
  words: Int32Array,
  count: 2 | 4,
  of: Int32Array,
  start: Int32Array,
  out: Int32Array,
): void {
  const most = 1 << 20;
  for (let g = 0; g + 1 < start.length; g++) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let i = start[g]!; i < start[g + 1]!; ) {
      const stop = Math.min(start[g + 1]!, i + most);
      for (; i < stop; i++) {
        const at = of[i]! * count;
        s0 += words[at]! >>> 0;
        s1 += words[at + 1]! >>> 0;
        if (count === 4) {
          s2 += words[at + 2]! >>> 0;
          s3 += words[at + 3]!;
        } else if (words[at + 1]! < 0) {
          s2 += 0xffffffff;
          s3 -= 1;
        }
      }
      const c0 = Math.floor(s0 / TWO_32);
      s0 -= c0 * TWO_32;
      const c1 = Math.floor((s1 + c0) / TWO_32);
      s1 += c0 - c1 * TWO_32;
      const c2 = Math.floor((s2 + c1) / TWO_32);
      s2 += c1 - c2 * TWO_32;
      s3 = (s3 + c2) | 0;
    }
    out[4 * g] = s0;
    out[4 * g + 1] = s1;
    out[4 * g + 2] = s2;
    out[4 * g + 3] = s3;
  }
}

/** Integers below 2^53 held as doubles: a sum stays a double until it leaves that range. */
function addSafeIntegers(values: Float64Array, items: Int32Array, start: Int32Array): Column {
  const groups = start.length - 1;
  const out = new BigInt64Array(2 * groups);
  const words = wordsOf(out);
  for (let g = 0; g < groups; g++) {
    let sum = 0;
    let beyond = 0n;
    for (let i = start[g]!; i < start[g + 1]!; i++) {
      const v = values[items[i]!]!;
      const next = sum + v;
      if (next > Number.MAX_SAFE_INTEGER || next < -Number.MAX_SAFE_INTEGER) {
        beyond += BigInt(sum) + BigInt(v);
        sum = 0;
      } else sum = next;
    }
    if (beyond === 0n) {
      const high = Math.floor(sum / TWO_32);
      const sign = high < 0 ? -1 : 0;
      words[4 * g] = sum - high * TWO_32;
      words[4 * g + 1] = high;
      words[4 * g + 2] = sign;
      words[4 * g + 3] = sign;
    } else {
      const total = beyond + BigInt(sum);
      out[2 * g] = BigInt.asIntN(64, total);
      out[2 * g + 1] = BigInt.asIntN(64, total >> 64n);
    }
  }
  return { kind: 'i128', values: out, valid: null };
}
