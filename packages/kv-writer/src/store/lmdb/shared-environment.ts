import { statSync } from 'node:fs';
import type { Entry } from '../store.js';
import { type Environment, openEnvironment } from './environment.js';

/**
 * One version's file, open for reading, once for all readers of this process: LMDB would open a file of which it has a
 * read-only environment read-only again, and then nothing could be put into it.
 */
interface Shared {
  environment: Environment;
  users: number;
  /** While entries are put into it. */
  changing: Promise<void> | null;
  /** When the file's bytes have been compared; never fails. */
  checked: Promise<void>;
  damage: Error | null;
}

/** By device and inode: a name may be given again while the file that had it is still read. */
const shared = new Map<string, Shared>();

export interface Borrowed {
  /** For as long as nothing is awaited. */
  environment(): Promise<Environment>;
  /** Where it can be had without waiting. */
  environmentNow(): Environment | null;
  giveBack(): Promise<void>;
}

/**
 * @param check throws where the file is damaged, and the readers' next reads with it; told to stop when nobody reads any more
 * Throws  what LMDB does
 */
export function borrow(path: string, check: (isStopped: () => boolean) => Promise<void>): Borrowed {
  const id = identityOf(path);
  const found = shared.get(id) ?? opened(path, check);
  shared.set(id, found);
  found.users++;
  const environmentNow = (): Environment | null => {
    if (found.changing !== null) return null;
    if (found.damage !== null) throw found.damage;
    return found.environment;
  };
  return {
    async environment() {
      for (;;) {
        const now = environmentNow();
        if (now !== null) return now;
        await found.changing;
      }
    },
    environmentNow,
    async giveBack() {
      found.users--;
      if (found.users > 0) return;
      shared.delete(id);
      while (found.changing !== null) await found.changing;
      await found.environment.close();
    },
  };
}

function opened(path: string, check: (isStopped: () => boolean) => Promise<void>): Shared {
  const made: Shared = {
    environment: openEnvironment(path, 'reading'),
    users: 0,
    changing: null,
    checked: Promise.resolve(),
    damage: null,
  };
  made.checked = check(() => made.users === 0).catch((cause: Error) => {
    made.damage = cause;
  });
  return made;
}

/** Put entries into a file; readers of this process wait meanwhile. Throws what LMDB does. */
export async function change(path: string, entries: readonly Entry[]): Promise<void> {
  const found = shared.get(identityOf(path));
  if (found === undefined) return putInto(path, entries);
  await found.checked;
  while (found.changing !== null) await found.changing;
  const changed = found.environment
    .close()
    .then(() => putInto(path, entries))
    .finally(() => {
      found.environment = openEnvironment(path, 'reading');
      found.changing = null;
    });
  found.changing = changed.catch(() => {});
  await changed;
}

async function putInto(path: string, entries: readonly Entry[]): Promise<void> {
  const environment = openEnvironment(path, 'changing');
  try {
    environment.put(entries);
  } finally {
    await environment.close();
  }
}

function identityOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}
