import type { Store, StoreReader } from '@tessera/kv-writer';

type MultiGet = StoreReader['multiGet'];

/** A store some of whose doings are others. */
export interface Trouble {
  /** Instead of a reader's own `multiGet`, which it is given. */
  multiGet?: (own: MultiGet, version: string) => MultiGet;
  current?: Store['current'];
  reader?: Store['reader'];
}

export interface TroubledStore extends Store {
  trouble: Trouble;
  /** Calls of `multiGet`, by the number of their keys. */
  readonly reads: number[];
  readonly closed: string[];
}

export function troubled(store: Store, trouble: Trouble = {}): TroubledStore {
  const reads: number[] = [];
  const closed: string[] = [];
  const whole: TroubledStore = {
    ...store,
    trouble,
    reads,
    closed,
    current: (unit) => (whole.trouble.current ?? store.current)(unit),
    async reader(unit, version) {
      const own = await (whole.trouble.reader ?? store.reader)(unit, version);
      return {
        meta: own.meta,
        multiGet(keys, options) {
          reads.push(keys.length);
          const changed = whole.trouble.multiGet?.(own.multiGet, own.meta.version);
          return (changed ?? own.multiGet)(keys, options);
        },
        close() {
          closed.push(own.meta.version);
          return own.close();
        },
      };
    },
  };
  return whole;
}

export function never(): Promise<never> {
  return new Promise(() => {});
}

/** Looks until it is so; the look at the store is in the background. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 3000; i++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it was never so');
}
