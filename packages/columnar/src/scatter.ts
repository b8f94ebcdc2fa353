import type { Batch } from './column.js';
import { gatherBatch } from './gather.js';

/**
 * The bucket of a key code: a mix of its bits, so that codes handed out in order spread evenly. A null key (-1), which
 * has nothing to meet in any bucket, goes to bucket 0.
 *
 * Source   the finaliser of MurmurHash3 (32 bits)
 */
export function bucketOfCode(code: number, buckets: number): number {
  if (code < 0) return 0;
  let h = code;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) % buckets;
}

export interface BucketOrder {
  /** Row numbers, bucket by bucket, in their old order inside each. */
  readonly order: Int32Array;
  /** Bucket b holds order[start[b]] … order[start[b + 1] - 1]. */
  readonly start: Int32Array;
}

/**
 * Counting scatter of rows into buckets by key code. Stable, O(rows + buckets).
 *
 * @param codesPerBucket bucket b holds the codes from b × so many on, none negative; default: codes are mixed
 */
export function bucketOrder(
  code: Int32Array,
  buckets: number,
  codesPerBucket?: number,
): BucketOrder {
  const bucketOf = new Int32Array(code.length);
  const start = new Int32Array(buckets + 1);
  if (codesPerBucket === undefined) countBuckets(code, buckets, bucketOf, start);
  else countRuns(code, codesPerBucket, bucketOf, start);
  for (let b = 0; b < buckets; b++) start[b + 1]! += start[b]!;
  return { order: placed(bucketOf, start.slice(0, buckets)), start };
}

function countBuckets(
  code: Int32Array,
  buckets: number,
  bucketOf: Int32Array,
  start: Int32Array,
): void {
  for (let i = 0; i < code.length; i++) {
    const b = bucketOfCode(code[i]!, buckets);
    bucketOf[i] = b;
    start[b + 1]!++;
  }
}

function countRuns(
  code: Int32Array,
  codesPerBucket: number,
  bucketOf: Int32Array,
  start: Int32Array,
): void {
  for (let i = 0; i < code.length; i++) {
    const b = (code[i]! / codesPerBucket) | 0;
    bucketOf[i] = b;
    start[b + 1]!++;
  }
}

function placed(bucketOf: Int32Array, cursor: Int32Array): Int32Array {
  const order = new Int32Array(bucketOf.length);
  for (let i = 0; i < bucketOf.length; i++) order[cursor[bucketOf[i]!]!++] = i;
  return order;
}

/**
 * One batch per bucket, rows in their old order.
 *
 * @param codeColumn name of the `code` column that holds the key codes
 */
export function scatterBatch(batch: Batch, codeColumn: string, buckets: number): Batch[] {
  const code = batch.columns[codeColumn];
  if (code?.kind !== 'code') throw new TypeError(`scatterBatch: no code column ${codeColumn}`);
  if (buckets === 1) return [batch];
  const { order, start } = bucketOrder(code.values, buckets);
  return Array.from({ length: buckets }, (_, b) =>
    gatherBatch(batch, order.subarray(start[b]!, start[b + 1]!)),
  );
}
