import type { StoreReader } from '@tessera/kv-writer';
import type { Entry } from './entry.js';
import type { EntryCache } from './entry-cache.js';

/** Where an entry is: the key's bytes, also as text. */
export interface EntryPlace {
  readonly key: Uint8Array;
  /** One character a byte. */
  readonly text: string;
}

export interface EntriesRead {
  /** In the order that was asked for; an error where the store gave none. */
  readonly entries: readonly (Entry | Error)[];
  readonly hits: number;
  readonly misses: number;
}

/** Reads entries of one version. */
export interface EntryReader {
  /**
   * From memory, from reads that are on their way, and the rest in one call of the store.
   *
   * @param waitMs how long; what is not there by then is `late()`
   * Throws  the signal's reason
   */
  read(places: readonly EntryPlace[], wait: Wait): Promise<EntriesRead>;
}

export interface Wait {
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly late: () => Error;
}

/** A place that memory does not have. */
interface Missing {
  readonly idx: number;
  readonly id: string;
  readonly key: Uint8Array;
}

/** One call of the store. */
interface Batch {
  readonly done: Promise<void>;
  /** Nobody waits any more: the store need not go on, and who comes now asks anew. */
  readonly abandon: () => void;
  readonly found: Map<string, Entry>;
  error: Error | null;
  isDone: boolean;
  waiting: number;
}

export function entryReader(reader: StoreReader, cache: EntryCache, prefix: string): EntryReader {
  const underway = new Map<string, Batch>();

  const start = (wanted: ReadonlyMap<string, Uint8Array>, mayEnd: boolean): Batch => {
    // A signal is dear beside a read from memory.
    const controller = mayEnd ? new AbortController() : null;
    const options = controller === null ? {} : { signal: controller.signal };
    const found = new Map<string, Entry>();
    const ids = [...wanted.keys()];
    const forget = () => {
      for (const id of ids) if (underway.get(id) === batch) underway.delete(id);
    };
    const settle = (error: Error | null) => {
      batch.error = error;
      batch.isDone = true;
      forget();
    };
    const done = reader.multiGet([...wanted.values()], options).then(
      (values) => {
        for (const [idx, id] of ids.entries()) found.set(id, cache.set(id, values[idx] ?? null));
        settle(null);
      },
      (error: unknown) => settle(asError(error)),
    );
    const abandon = () => {
      forget();
      controller?.abort();
    };
    const batch: Batch = { done, abandon, found, error: null, isDone: false, waiting: 0 };
    for (const id of ids) underway.set(id, batch);
    return batch;
  };

  /** What the store has at hand needs no batch, no timer, no turn of the event loop; null where it has not. */
  const readNow = (missing: readonly Missing[]): (Entry | Error)[] | null => {
    // What is underway for others is waited for with them.
    if (reader.multiGetNow === undefined || underway.size > 0) return null;
    try {
      const values = reader.multiGetNow(missing.map(({ key }) => key));
      if (values === null) return null;
      return missing.map(({ id }, idx) => cache.set(id, values[idx] ?? null));
    } catch (error) {
      return missing.map(() => asError(error));
    }
  };

  /** In one call of the store, but for what is underway. */
  const readSoon = async (missing: readonly Missing[], wait: Wait): Promise<(Entry | Error)[]> => {
    const wanted = new Map<string, Uint8Array>();
    const from = new Map<string, Batch>();
    for (const { id, key } of missing) {
      const batch = underway.get(id);
      if (batch === undefined) wanted.set(id, key);
      else from.set(id, batch);
    }
    if (wanted.size > 0) {
      const mayEnd = wait.timeoutMs !== undefined || wait.signal !== undefined;
      const batch = start(wanted, mayEnd);
      for (const id of wanted.keys()) from.set(id, batch);
    }
    await all([...new Set(from.values())], wait);
    return missing.map(({ id }) => {
      const { found, error } = from.get(id)!;
      return found.get(id) ?? error ?? wait.late();
    });
  };

  return {
    async read(places, wait) {
      const entries = new Array<Entry | Error>(places.length);
      const missing: Missing[] = [];
      for (const [idx, { key, text }] of places.entries()) {
        const id = prefix + text;
        const kept = cache.get(id);
        if (kept === undefined) missing.push({ idx, id, key });
        else entries[idx] = kept;
      }
      if (missing.length > 0) {
        const read = readNow(missing) ?? (await readSoon(missing, wait));
        for (const [at, { idx }] of missing.entries()) entries[idx] = read[at]!;
      }
      return { entries, hits: places.length - missing.length, misses: missing.length };
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Until all are done, the time is over, or the signal is aborted: then it throws its reason. */
async function all(batches: readonly Batch[], { timeoutMs, signal }: Wait): Promise<void> {
  signal?.throwIfAborted();
  for (const batch of batches) batch.waiting++;
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  try {
    const ends: Promise<unknown>[] = [
      batches.length === 1 ? batches[0]!.done : Promise.all(batches.map(({ done }) => done)),
    ];
    if (timeoutMs !== undefined)
      ends.push(
        new Promise((resolve) => {
          timer = setTimeout(resolve, timeoutMs);
        }),
      );
    if (signal !== undefined)
      ends.push(
        new Promise((_, reject) => {
          stop = () => reject(signal.reason);
          signal.addEventListener('abort', stop);
        }),
      );
    await (ends.length === 1 ? ends[0] : Promise.race(ends));
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) signal?.removeEventListener('abort', stop);
    for (const batch of batches) if (--batch.waiting === 0 && !batch.isDone) batch.abandon();
  }
}
