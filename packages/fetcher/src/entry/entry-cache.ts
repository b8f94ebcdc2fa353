import { LRUCache } from 'lru-cache';
import { type Entry, entryOf } from './entry.js';

/** Entries in memory, the least recently used ones are dropped first. */
export interface EntryCache {
  get(id: string): Entry | undefined;
  set(id: string, bytes: Uint8Array | null): Entry;
}

/** What any key takes, also one that the store has not: its id, its place. */
const KEY_BYTES = 300;
/** The entry's objects and the values of a dozen features: 700 bytes were measured beside the bytes themselves. */
const READ_BYTES = 700;

/** @param maxBytes 0 keeps nothing */
export function entryCache(maxBytes: number): EntryCache {
  if (maxBytes === 0) return { get: () => undefined, set: (_, bytes) => entryOf(bytes) };
  const cache = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }, id) =>
      KEY_BYTES + 2 * id.length + (bytes === null ? 0 : READ_BYTES + bytes.length),
  });
  return {
    get: (id) => cache.get(id),
    set(id, bytes) {
      const entry = entryOf(bytes === null ? null : owned(bytes));
      cache.set(id, entry);
      return entry;
    },
  };
}

/** Bytes that lie in much larger memory would keep all of it. */
function owned(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 4 * bytes.length + 4096 ? Uint8Array.from(bytes) : bytes;
}
