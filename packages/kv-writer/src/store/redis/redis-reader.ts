import type { StoreReader, VersionMeta } from '../store.js';
import { closedReader, versionGone } from '../store-error.js';
import { command, textOf } from './commands.js';
import { unitKeys } from './redis-keys.js';
import type { VersionIn } from './redis-runs.js';

/** Commands on their way at once. */
const AT_ONCE = 10_000;

/**
 * A reader of one version. The sentinel is read after the values: a drop removes it before the first entry, so that where it
 * is found nothing was missing.
 */
export function redisReader(
  { connection, prefix, unit, version }: VersionIn,
  meta: VersionMeta,
  loadId: string,
): StoreReader {
  const names = unitKeys(prefix, unit).version(version);
  const sentinel = command('GET', names.sentinel);
  let isOpen = true;
  return {
    meta,
    async multiGet(keys, { signal } = {}) {
      if (!isOpen) throw closedReader(connection.where);
      const values: (Uint8Array | null)[] = [];
      for (let first = 0; first < keys.length; first += AT_ONCE) {
        const commands = keys
          .slice(first, first + AT_ONCE)
          .map((key) => command('GET', names.entry(key)));
        const replies = connection.isOrdered
          ? await connection.send([...commands, sentinel], signal)
          : [
              ...(await connection.send(commands, signal)),
              ...(await connection.send([sentinel], signal)),
            ];
        if (textOf(replies.at(-1)) !== loadId) throw versionGone(connection, unit, version);
        for (let i = 0; i < commands.length; i++) {
          const reply = replies[i];
          values.push(Buffer.isBuffer(reply) ? reply : null);
        }
      }
      signal?.throwIfAborted();
      return values;
    },
    async close() {
      isOpen = false;
    },
  };
}
