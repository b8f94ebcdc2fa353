import { createHash } from 'node:crypto';
import type { Entry } from '../store.js';

/**
 * LMDB's keys are short. A longer one is stored as its beginning and a hash of all of it, which no short key is as long as,
 * with the whole key in front of its value:
 *
 *   key   [first 1024 bytes][32 bytes SHA-256]
 *   value [4 bytes length of the key, LE][key][value]
 *
 * Between short keys its place stays what it was; long ones of one beginning stand in the order of their hashes.
 */
const LONGEST = 1024;

export function isLong(key: { readonly length: number }): boolean {
  return key.length > LONGEST;
}

export function physicalKey(key: Uint8Array): Uint8Array {
  if (!isLong(key)) return key;
  return Buffer.concat([key.subarray(0, LONGEST), createHash('sha256').update(key).digest()]);
}

export function physicalEntry({ key, value }: Entry): Entry {
  if (!isLong(key)) return { key, value };
  const length = Buffer.alloc(4);
  length.writeUInt32LE(key.length);
  return { key: physicalKey(key), value: Buffer.concat([length, key, value]) };
}

/** Null for what `physicalEntry` never made of a long key. */
export function logicalEntry(key: Uint8Array, value: Uint8Array): Entry | null {
  if (!isLong(key)) return { key, value };
  if (value.length < 4) return null;
  const end = 4 + Buffer.from(value.buffer, value.byteOffset, 4).readUInt32LE();
  if (value.length < end) return null;
  return { key: value.subarray(4, end), value: value.subarray(end) };
}
