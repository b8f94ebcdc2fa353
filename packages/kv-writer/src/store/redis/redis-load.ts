import { randomUUID } from 'node:crypto';
import { TesseraError } from '@tessera/api';
import { fault } from '../../faults.js';
import { addEntry, checksumOf, newTally, tallyFrom } from '../checksum.js';
import { checkedRuns, type Runs } from '../runs.js';
import type { Loaded, LoadOptions } from '../store.js';
import { ask, command, textOf } from './commands.js';
import type { RedisConnection } from './connection.js';
import { unitKeys } from './redis-keys.js';
import { readRecord, type VersionRecord, writeRecord } from './redis-record.js';
import { removeRun, type VersionIn, writeRun } from './redis-runs.js';

/**
 * Write runs to a version: what is about to be written is told before, and that it is written after, so that a later load can
 * go on and a drop finds everything.
 *
 * Throws  BAD_STORE where entries may be evicted; STORE_FULL, STORE_UNAVAILABLE; what the runs throw; the signal's reason
 */
export async function loadRuns(
  into: VersionIn,
  runs: Runs,
  { identity, onProgress, signal }: LoadOptions,
  ttlMs: number | null,
): Promise<Loaded> {
  const { connection, prefix, unit, version } = into;
  const keys = unitKeys(prefix, unit);
  await checkEviction(connection, ttlMs);
  let record = await begin(into, identity, ttlMs);
  const resumedEntries = record.entries;
  const tally = tallyFrom(record.entries, record.bytes, record.checksum);
  const after = record.lastKey === null ? null : Buffer.from(record.lastKey, 'base64');
  for await (const run of checkedRuns(runs, after, signal)) {
    for (const { key, value } of run) addEntry(tally, key, value);
    record = await writeRun(into, record, run);
    const { entries, bytes } = tally;
    const lastKey = Buffer.from(run.at(-1)!.key).toString('base64');
    record = { ...record, entries, bytes, checksum: checksumOf(tally), lastKey };
    await writeRecord(connection, keys, version, record);
    fault('run.written');
    onProgress?.({ entries, bytes });
  }
  const { entries, bytes } = tally;
  return { entries, bytes, checksum: checksumOf(tally), resumedEntries };
}

async function begin(
  into: VersionIn,
  identity: string,
  ttlMs: number | null,
): Promise<VersionRecord> {
  const { connection, prefix, unit, version } = into;
  const keys = unitKeys(prefix, unit);
  const found = await readRecord(connection, keys, version);
  if (found !== null) {
    const isSoonGone = found.expiresMs !== null && found.expiresMs < Date.now() + (ttlMs ?? 0) / 2;
    if (found.state === 'loading' && found.identity === identity && !isSoonGone) {
      // A run of which nobody knows how far it came.
      for (let i = found.written; i < found.announced; i++) {
        await removeRun(connection, keys.version(version), i);
      }
      return found;
    }
    await removeVersion(into, found);
  }
  const record: VersionRecord = {
    format: 1,
    state: 'loading',
    identity,
    startedMs: Date.now(),
    loadId: randomUUID(),
    expiresMs: ttlMs === null ? null : Date.now() + ttlMs,
    announced: 0,
    written: 0,
    entries: 0,
    bytes: 0,
    checksum: checksumOf(newTally()),
    lastKey: null,
    meta: null,
    isChanged: false,
  };
  await ask(connection, command('SADD', `${prefix}:units`, unit));
  await writeRecord(connection, keys, version, record);
  fault('version.started');
  return record;
}

/** Remove all that a version has left, first what says that it is whole. */
export async function removeVersion(
  { connection, prefix, unit, version }: VersionIn,
  record: VersionRecord,
): Promise<void> {
  const keys = unitKeys(prefix, unit);
  const names = keys.version(version);
  await writeRecord(connection, keys, version, { ...record, state: 'dropping' });
  await ask(connection, command('UNLINK', names.sentinel));
  fault('drop.begun');
  for (let i = 0; i < Math.max(record.announced, record.written); i++) {
    await removeRun(connection, names, i);
    fault('drop.half');
  }
  await ask(connection, command('HDEL', keys.versions, version));
}

/** A key that Redis threw away would be served as one that never had an event. */
async function checkEviction(connection: RedisConnection, ttlMs: number | null): Promise<void> {
  let info: string | null;
  try {
    info = textOf(await ask(connection, { key: null, args: ['INFO', 'memory'] }));
  } catch {
    // Not everybody may ask.
    return;
  }
  const policy = /^maxmemory_policy:(\S+)/m.exec(info ?? '')?.[1];
  const limit = /^maxmemory:(\d+)/m.exec(info ?? '')?.[1];
  if (policy === undefined || limit === undefined || limit === '0') return;
  const isSpared = policy.startsWith('volatile-') ? ttlMs === null : !policy.startsWith('allkeys-');
  if (isSpared) return;
  throw new TesseraError(
    'BAD_STORE',
    {
      store: connection.where,
      reason: `throws keys away when its memory is full (maxmemory-policy ${policy}), and they would be served as keys without events`,
    },
    { hint: 'Set `maxmemory-policy noeviction`, or take a Redis that is no cache.' },
  );
}
