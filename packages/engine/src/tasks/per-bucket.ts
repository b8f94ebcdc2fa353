import { type Batch, bucketOrder, gatherBatch } from '@tessera/columnar';

/** The rows of every bucket in turn, in their old order; made when asked for, so that one is held at a time. */
export function* perBucket(
  batch: Batch,
  code: Int32Array,
  buckets: number,
  codesPerBucket?: number,
): Generator<Batch> {
  if (buckets === 1) {
    yield batch;
    return;
  }
  const { order, start } = bucketOrder(code, buckets, codesPerBucket);
  for (let b = 0; b < buckets; b++)
    yield gatherBatch(batch, order.subarray(start[b]!, start[b + 1]!));
}
