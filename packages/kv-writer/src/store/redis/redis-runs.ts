import { TesseraError } from '@tessera/api';
import { fault } from '../../faults.js';
import { addEntry, checksumOf, newTally } from '../checksum.js';
import type { Entry, Loaded } from '../store.js';
import { ask, command } from './commands.js';
import type { RedisConnection } from './connection.js';
import { packKeys, unitKeys, unpackKeys, type VersionKeys } from './redis-keys.js';
import { type VersionRecord, writeRecord } from './redis-record.js';

/** Commands on their way at once, and their values' bytes: more would be held in memory on both sides. */
const AT_ONCE = 2000;
const BYTES_AT_ONCE = 8_388_608;
/** Entries outlive the sentinel, so that nobody finds one of them missing who finds it. */
const LONGER_MS = 3_600_000;

export interface VersionIn {
  readonly connection: RedisConnection;
  readonly prefix: string;
  readonly unit: string;
  readonly version: string;
}

/** Returns  the record that counts the run as written; it is not stored yet. */
export async function writeRun(
  { connection, prefix, unit, version }: VersionIn,
  record: VersionRecord,
  run: readonly Entry[],
): Promise<VersionRecord> {
  const keys = unitKeys(prefix, unit);
  const names = keys.version(version);
  const announced = { ...record, announced: record.written + 1 };
  const expiry = record.expiresMs === null ? [] : ['PXAT', String(record.expiresMs + LONGER_MS)];
  const packed = packKeys(run.map(({ key }) => key));
  await writeRecord(connection, keys, version, announced);
  await ask(connection, command('SET', names.chunk(record.written), packed, ...expiry));
  fault('run.announced');
  for (const some of portions(run, ({ value }) => value.length)) {
    await connection.send(
      some.map(({ key, value }) => command('SET', names.entry(key), bytesOf(value), ...expiry)),
    );
  }
  return { ...announced, written: announced.announced };
}

/** Remove the entries of a run, and what tells of it. */
export async function removeRun(
  connection: RedisConnection,
  names: VersionKeys,
  i: number,
): Promise<void> {
  const keys = await chunkKeys(connection, names, i);
  for (const some of portions(keys, () => 0)) {
    await connection.send(some.map((key) => command('UNLINK', names.entry(key))));
  }
  await ask(connection, command('UNLINK', names.chunk(i)));
}

async function chunkKeys(
  connection: RedisConnection,
  names: VersionKeys,
  i: number,
): Promise<Buffer[]> {
  const packed = await ask(connection, command('GET', names.chunk(i)));
  if (!Buffer.isBuffer(packed)) return [];
  try {
    return unpackKeys(packed);
  } catch (cause) {
    const reason = `${names.chunk(i)} is no list of keys`;
    throw new TesseraError('STORE_DAMAGED', { store: connection.where, reason }, { cause });
  }
}

/** Read everything that a version holds. */
export async function readBack(
  { connection, prefix, unit, version }: VersionIn,
  record: VersionRecord,
): Promise<Omit<Loaded, 'resumedEntries'>> {
  const names = unitKeys(prefix, unit).version(version);
  const tally = newTally();
  const meanBytes = record.bytes / Math.max(1, record.entries);
  for (let i = 0; i < record.written; i++) {
    const keys = await chunkKeys(connection, names, i);
    for (const some of portions(keys, () => meanBytes)) {
      const values = await connection.send(some.map((key) => command('GET', names.entry(key))));
      for (const [j, key] of some.entries()) {
        const value = values[j];
        if (Buffer.isBuffer(value)) addEntry(tally, key, value);
      }
    }
  }
  return { entries: tally.entries, bytes: tally.bytes, checksum: checksumOf(tally) };
}

/** A list in parts that are sent at once. */
function* portions<T>(all: readonly T[], bytesOfOne: (one: T) => number): Generator<readonly T[]> {
  let first = 0;
  let bytes = 0;
  for (const [i, one] of all.entries()) {
    if (i > first && (i - first === AT_ONCE || bytes >= BYTES_AT_ONCE)) {
      yield all.slice(first, i);
      first = i;
      bytes = 0;
    }
    bytes += bytesOfOne(one);
  }
  if (first < all.length) yield all.slice(first);
}

function bytesOf(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
