import { TesseraError } from '@tessera/api';
import type { VersionMeta } from '../store.js';
import { ask, command, textOf } from './commands.js';
import type { RedisConnection } from './connection.js';
import type { UnitKeys } from './redis-keys.js';

/** What is known of a version, as JSON. */
export interface VersionRecord {
  readonly format: 1;
  readonly state: 'loading' | 'loaded' | 'dropping';
  readonly identity: string;
  readonly startedMs: number;
  /** The sentinel's content: a version that is loaded anew under its old name has another. */
  readonly loadId: string;
  /** When the sentinel goes; entries go later. Null = never. */
  readonly expiresMs: number | null;
  /** Runs that may have left something, and those that are written. */
  readonly announced: number;
  readonly written: number;
  readonly entries: number;
  readonly bytes: number;
  readonly checksum: string;
  /** Base64; null before the first. */
  readonly lastKey: string | null;
  readonly meta: VersionMeta | null;
  /** Whether anything was put into it since. */
  readonly isChanged: boolean;
}

/** Null where there is none. Throws STORE_DAMAGED. */
export async function readRecord(
  connection: RedisConnection,
  keys: UnitKeys,
  version: string,
): Promise<VersionRecord | null> {
  const text = textOf(await ask(connection, command('HGET', keys.versions, version)));
  if (text === null) return null;
  const record = parseRecord(text);
  if (record !== null) return record;
  const reason = `${keys.versions} ${version} is no record of a version`;
  throw new TesseraError('STORE_DAMAGED', { store: connection.where, reason });
}

export async function writeRecord(
  connection: RedisConnection,
  keys: UnitKeys,
  version: string,
  record: VersionRecord,
): Promise<void> {
  await ask(connection, command('HSET', keys.versions, version, JSON.stringify(record)));
}

/** Null for a text that is none. */
export function parseRecord(text: string): VersionRecord | null {
  try {
    const record = JSON.parse(text) as VersionRecord;
    return record.format === 1 ? record : null;
  } catch {
    return null;
  }
}
