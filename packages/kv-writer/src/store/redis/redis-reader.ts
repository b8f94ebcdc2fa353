import type { StoreReader, VersionMeta } from '../store.js';
import { closedReader, versionGone } from '../store-error.js';
import { command, textOf } from './commands.js';
import type { RedisCommand, Reply } from './connection.js';
import { unitKeys } from './redis-keys.js';
import type { VersionIn } from './redis-runs.js';

/** Keys that are asked for at once, and with one command: a server answers nobody else while it carries one out. */
const AT_ONCE = 10_000;
const KEYS_OF_COMMAND = 500;

/**
 * A reader of one version. The sentinel is read after the values, or with the last of them: a drop removes it before the first
 * entry, so that where it is found nothing was missing.
 */
export function redisReader(
  { connection, prefix, unit, version }: VersionIn,
  meta: VersionMeta,
  loadId: string,
): StoreReader {
  const names = unitKeys(prefix, unit).version(version);
  let isOpen = true;
  const checkSentinel = (reply: Reply | undefined): void => {
    if (textOf(reply) !== loadId) throw versionGone(connection, unit, version);
  };

  /** A command for each key: of a cluster, any server may have it. Refused where below a key is no value. */
  const oneByOne = async (keys: readonly Buffer[], signal?: AbortSignal): Promise<Values> => {
    const replies = await connection.send(
      keys.map((key) => command('GET', key)),
      signal,
    );
    const [sentinel] = await connection.send([command('GET', names.sentinel)], signal);
    checkSentinel(sentinel);
    return replies.map(valueIn);
  };

  /** A command for many keys. It gives null too for what is no value, which is told by how many of the keys are there. */
  const together = async (keys: readonly Buffer[], signal?: AbortSignal): Promise<Values> => {
    const reads: RedisCommand[] = [];
    const counts: RedisCommand[] = [];
    for (let first = 0; first < keys.length; first += KEYS_OF_COMMAND) {
      const [key, ...others] = keys.slice(first, first + KEYS_OF_COMMAND);
      const isLast = first + KEYS_OF_COMMAND >= keys.length;
      reads.push(command('MGET', key!, ...others, ...(isLast ? [names.sentinel] : [])));
      counts.push(command('EXISTS', key!, ...others));
    }
    const replies = await connection.send([...reads, ...counts], signal);
    const found = replies.slice(0, reads.length).flatMap((reply) => (isList(reply) ? reply : []));
    checkSentinel(found.pop());
    const values = found.map(valueIn);
    const are = values.reduce((count, value) => count + (value === null ? 0 : 1), 0);
    const there = replies.slice(reads.length).reduce<number>((sum, one) => sum + Number(one), 0);
    return there > are || values.length !== keys.length ? oneByOne(keys, signal) : values;
  };

  return {
    meta,
    async multiGet(keys, { signal } = {}) {
      if (!isOpen) throw closedReader(connection.where);
      const values: (Uint8Array | null)[] = [];
      const read = connection.isOrdered ? together : oneByOne;
      for (let first = 0; first < keys.length; first += AT_ONCE) {
        const some = keys.slice(first, first + AT_ONCE).map(names.entry);
        for (const value of await read(some, signal)) values.push(value);
      }
      signal?.throwIfAborted();
      return values;
    },
    async close() {
      isOpen = false;
    },
  };
}

type Values = readonly (Uint8Array | null)[];

function valueIn(reply: Reply): Uint8Array | null {
  return Buffer.isBuffer(reply) ? reply : null;
}

function isList(reply: Reply): reply is readonly Reply[] {
  return Array.isArray(reply);
}
