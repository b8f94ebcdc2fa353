import { expect, test } from 'vitest';
import { entryCache } from '../src/entry/entry-cache.js';

const MB = 2 ** 20;

test('an entry that is remembered does not keep the memory of others that were read with it', () => {
  const cache = entryCache(MB);
  const together = new Uint8Array(65_536).fill(7);
  const entry = cache.set('small', together.subarray(100, 1100));
  expect(entry.bytes).toEqual(new Uint8Array(1000).fill(7));
  expect(entry.bytes!.buffer.byteLength).toBe(1000);
  expect(cache.get('small')).toBe(entry);
});

test('what has its memory for itself is not copied', () => {
  const own = new Uint8Array(2000);
  expect(entryCache(MB).set('own', own).bytes!.buffer).toBe(own.buffer);
});

test('nothing is kept beyond the limit, and nothing at all without one', () => {
  const cache = entryCache(20_000);
  for (let idx = 0; idx < 100; idx++) cache.set(`key ${idx}`, new Uint8Array(1000));
  const kept = Array.from({ length: 100 }, (_, idx) => cache.get(`key ${idx}`)).filter(Boolean);
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(20);
  const none = entryCache(0);
  none.set('key', new Uint8Array(10));
  expect(none.get('key')).toBeUndefined();
});
