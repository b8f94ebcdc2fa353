import type { Join } from '@tessera/api';
import { createFetcher, type Fetched, type Fetcher } from '@tessera/fetcher';
import type { Store } from '@tessera/kv-writer';

/** Latencies of single requests, one after another, in ms. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface FetchTimes {
  /** Every entry is read from the store. */
  readonly fromStore: Latency;
  /** As it is by default: what was asked before is remembered. */
  readonly remembering: Latency;
  /** One call for many keys, ms per key. */
  readonly manyMsPerKey: number;
}

interface Timing {
  readonly store: Store;
  readonly join: Join;
  readonly keys: readonly string[];
  readonly firstMs: number;
  readonly signal: AbortSignal;
}

/** Requests that are not counted: compilers warm up. */
const WARM_UP = 2_000;

export async function timeFetches(timing: Timing): Promise<FetchTimes> {
  const fromStore = await timed(timing, 0);
  const remembering = await timed(timing, 64 * 2 ** 20);
  return { fromStore, remembering, manyMsPerKey: await timeMany(timing) };
}

// The keys of the benchmark's join are known to it alone.
type Loose = (join: Join, keys: object, options: object) => Promise<Fetched<unknown>>;

async function timed({ store, join, keys, firstMs, signal }: Timing, cacheBytes: number) {
  const fetcher = createFetcher({ store, cacheBytes, definitions: [join] });
  const fetch = fetcher.fetch as Loose;
  const took = new Float64Array(keys.length);
  // Time goes on while requests come in.
  const instant = (idx: number) => firstMs + idx * 50;
  try {
    for (let i = 0; i < Math.min(WARM_UP, keys.length); i++)
      await fetch(join, { user_id: keys.at(-1 - i) }, { at: instant(0) });
    for (let i = 0; i < keys.length; i++) {
      if (i % 1000 === 0) signal.throwIfAborted();
      const start = performance.now();
      const { parts } = await fetch(join, { user_id: keys[i] }, { at: instant(i) });
      took[i] = performance.now() - start;
      if (parts.some(({ status }) => status !== 'ok')) throw new Error('a part was not answered');
    }
  } finally {
    await fetcher.close();
  }
  return latency(took);
}

async function timeMany({ store, join, keys, firstMs }: Timing): Promise<number> {
  const fetcher: Fetcher = createFetcher({ store, cacheBytes: 0, definitions: [join] });
  const inputs = keys.slice(0, 10_000).map((user_id) => ({ keys: { user_id } }));
  try {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      await fetcher.fetchMany(join, inputs as never, { at: firstMs });
      best = Math.min(best, (performance.now() - start) / inputs.length);
    }
    return best;
  } finally {
    await fetcher.close();
  }
}

export function latency(took: Float64Array): Latency {
  const sorted = Float64Array.from(took).sort();
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: sorted.at(-1)! };
}
