import { syncFile } from './durable.js';

/** Makes files survive a power cut, one after the other, while its caller goes on. */
export interface SyncBeside {
  /** A file is written whole. */
  add(path: string): void;
  /**
   * Wait for all of them, or where it is stopped for the one that is under way.
   *
   * Throws  as `syncFile`; files behind the one that failed are left
   */
  end(how: 'all' | 'stop'): Promise<ReadonlySet<string>>;
}

export function syncBeside(): SyncBeside {
  const synced = new Set<string>();
  let stopped = false;
  let last: Promise<void> = Promise.resolve();
  return {
    add(path) {
      last = last.then(async () => {
        if (stopped) return;
        await syncFile(path);
        synced.add(path);
      });
      // It is told at the end.
      last.catch(() => undefined);
    },
    async end(how) {
      stopped = how === 'stop';
      await last;
      return synced;
    },
  };
}
