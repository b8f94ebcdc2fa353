import { createHash } from 'node:crypto';
import { addEntry, checksumOf, newTally } from '../store/checksum.js';
import type { Runs } from '../store/runs.js';
import type { Entry, Store, VersionMeta } from '../store/store.js';

/** Ascending keys, and values that tell which version and key they are of. */
export function sampleEntries(version: string, count: number): Entry[] {
  return Array.from({ length: count }, (_, i) => ({
    key: sampleKey(i),
    value: Buffer.from(`${version} ${i} ${'x'.repeat(i % 50)}`),
  }));
}

export function sampleKey(i: number): Uint8Array {
  const key = Buffer.alloc(5, 1);
  key.writeUInt32BE(i, 1);
  return key;
}

/** Keys and values of every kind that a store may be given, ascending. */
export function oddEntries(): Entry[] {
  const keys = [
    ...Array.from({ length: 256 }, (_, byte) => Buffer.from([byte])),
    Buffer.from([0, 0]),
    Buffer.from('!'),
    Buffer.from('#0'),
    Buffer.from('a:b {c} *?[d] %41 \r\n\0'),
    Buffer.from('äöü €'),
    ...[1023, 1024, 1025, 5000].map((length) => Buffer.alloc(length, 7)),
    // Of one long beginning.
    ...['a', 'b', 'c'].map((end) => Buffer.from(`${'k'.repeat(3000)}${end}`)),
    Buffer.concat([Buffer.alloc(1056, 9)]),
  ];
  const unlike = new Map(keys.map((key) => [key.toString('latin1'), key]));
  return [...unlike.values()]
    .sort(Buffer.compare)
    .map((key, i) => ({ key, value: oddValue(key, i) }));
}

function oddValue(key: Uint8Array, i: number): Uint8Array {
  if (i % 50 === 0) return new Uint8Array(0);
  const digest = createHash('sha512').update(key).digest();
  return i % 50 === 1 ? Buffer.alloc(100_000, digest) : digest.subarray(0, 1 + (i % 60));
}

/** Runs of a length; what comes before is left out, as a source would that can begin in the middle. */
export function runsOf(entries: readonly Entry[], length = 100): Runs {
  return async function* (after) {
    const behind =
      after === null ? entries : entries.filter(({ key }) => Buffer.compare(key, after) > 0);
    for (let first = 0; first < behind.length; first += length) {
      yield behind.slice(first, first + length);
    }
  };
}

/** What is to be told of a version that holds these entries. */
export function metaOf(
  unit: string,
  version: string,
  entries: readonly Entry[],
  more: Partial<VersionMeta> = {},
): VersionMeta {
  const tally = newTally();
  for (const { key, value } of entries) addEntry(tally, key, value);
  return {
    format: 1,
    unit,
    version,
    asOfMs: 1_740_787_200_000,
    uploadedMs: 1_740_800_000_000,
    entries: tally.entries,
    bytes: tally.bytes,
    checksum: checksumOf(tally),
    identity: version,
    served: { version },
    ...more,
  };
}

/** Load and finish a version, without making it current. */
export async function load(
  store: Store,
  unit: string,
  version: string,
  entries: readonly Entry[],
): Promise<void> {
  await store.bulkLoad(unit, version, runsOf(entries), { identity: version });
  await store.finish(unit, version, metaOf(unit, version, entries));
}
