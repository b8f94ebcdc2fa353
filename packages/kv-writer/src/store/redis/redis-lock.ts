import { TesseraError } from '@tessera/api';
import { describeHolder, isAlive, readHolder, thisProcess } from '@tessera/locks';
import { fault } from '../../faults.js';
import type { UploadLock } from '../store.js';
import { ask, command, setIf, textOf } from './commands.js';
import type { RedisConnection } from './connection.js';

/** A holder that says nothing for so long has lost it; it says something three times as often. */
const LASTS_MS = 30_000;

/**
 * Become the only one who uploads a unit. The lock of a dead process of this host is taken over at once, of others when it has
 * not been renewed for 30 s.
 *
 * Throws  UPLOAD_LOCKED, STORE_UNAVAILABLE
 */
export async function lockKey(
  connection: RedisConnection,
  key: string,
  unit: string,
  owner: string,
): Promise<UploadLock> {
  const { where } = connection;
  const mine = JSON.stringify(thisProcess(owner));
  const lockedBy = (text: string | null): TesseraError => {
    const holder = readHolder(text ?? '');
    const told = holder === null ? 'it took the lock away' : describeHolder(holder);
    return new TesseraError('UPLOAD_LOCKED', { unit, store: where, owner: told });
  };
  for (;;) {
    if (await setIf(connection, key, null, mine, LASTS_MS)) break;
    const held = textOf(await ask(connection, command('GET', key)));
    // Released between the two looks.
    if (held === null) continue;
    const holder = readHolder(held);
    if (holder === null || isAlive(holder)) throw lockedBy(held);
    if (await setIf(connection, key, held, mine, LASTS_MS)) break;
  }
  fault('lock.taken');
  const renewal = setInterval(() => {
    // Where it fails, `check` will tell.
    setIf(connection, key, mine, mine, LASTS_MS).catch(() => {});
  }, LASTS_MS / 3);
  renewal.unref();
  return {
    async check() {
      const held = textOf(await ask(connection, command('GET', key)));
      if (held !== mine) throw lockedBy(held);
    },
    async release() {
      clearInterval(renewal);
      // A server that is gone lets go of it by itself.
      await setIf(connection, key, mine, null).catch(() => false);
    },
  };
}
