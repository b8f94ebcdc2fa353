export { type Arena, dropArena, openArena, withArena } from './arena.js';
export { type BucketCollector, type BucketOptions, bucketCollector } from './bucket-collector.js';
export { type LaneBytes, mostPagedRows } from './bucket-pages.js';
export { cloneColumn } from './clone.js';
export { type BatchCollector, collectBatches } from './collect.js';
export { collectIfGrown, collectIfTight, madeGarbage } from './collect-garbage.js';
export type { Batch, Column, ColumnKind } from './column.js';
export { type RowCompare, rowCompare } from './compare.js';
export { concat, concatBatches } from './concat.js';
export { crc32, crc32Slow } from './crc32.js';
export { decodeBatch } from './decode.js';
export { BLOCK_FORMAT, encodeBatch, encodeBatchParts } from './encode.js';
export { gather, gatherBatch } from './gather.js';
export { readInt128, writeInt128 } from './int128.js';
export {
  type KeyTable,
  type KeyWidth,
  keyTable,
  keyTableBytes,
  LONGEST_KEY_BYTES,
} from './key-table.js';
export { place } from './place.js';
export { type BucketOrder, bucketOfCode, bucketOrder, scatterBatch } from './scatter.js';
export { columnBytes, columnLength, countNulls, emptyLike, isNull, nullsLike } from './shape.js';
export { slice, sliceBatch } from './slice.js';
export { type KeyTimeOrder, sortByKeyTime } from './sort-key-time.js';
export { type RangeSorter, rangeSorter, type Sortable } from './sort-range.js';
export { AddressSpaceError, dropSpareMemory, MOST_KERNEL_BYTES } from './wasm.js';
export { wordsOf } from './words.js';
