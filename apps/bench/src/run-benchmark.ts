import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender } from './contender.js';
import { type Entry, hold } from './contest.js';
import { benchData } from './data.js';
import { keptBaselines } from './kept.js';
import type { BenchOptions } from './options.js';
import { budgetName, ONE_WORKER, tessera } from './ours.js';
import type { Outline } from './report.js';

const DEFAULT_CACHE = fileURLToPath(new URL('../../../.cache/bench', import.meta.url));

const SLOW_SECONDS = 60;

export interface Ran {
  readonly outline: Outline;
  readonly entries: readonly Entry[];
}

export interface Watching {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Make the data, hold the contest. Everything it writes besides the cache is gone afterwards.
 *
 * Throws   Error for a failed process or results that differ.
 */
export async function runBenchmark(options: BenchOptions, watching: Watching): Promise<Ran> {
  const { benchmark, scale } = options;
  const { say, signal } = watching;
  const { reference, variants, budgets } = ourselves(options);
  const loadBefore = loadavg()[0] ?? 0;
  const cache = cacheFolder(options);
  mkdirSync(cache, { recursive: true });
  const scaled = benchmark.spec(scale);
  const data = await benchData(
    { ...scaled, keys: options.keys ?? scaled.keys },
    {
      cache,
      threads: options.workers,
      onDay: (done, total) => {
        signal.throwIfAborted();
        if (done % 10 === 0 || done === total) say(`data: ${done} of ${total} days`);
      },
    },
  );
  // Beside the data: /tmp may be memory, and results take what data takes.
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    const entries = await hold({
      reference,
      variants,
      baselines: [...benchmark.baselines, ...(options.peers ? benchmark.peers : [])].filter(
        ({ name }) => !options.without.includes(name),
      ),
      checks: benchmark.checks,
      setting: { data, of: benchmark.of, workers: options.workers, work, cache },
      runs: options.runs,
      stopAfterSeconds: options.stopAfterSeconds,
      slowSeconds: SLOW_SECONDS,
      kept: keptBaselines(cache),
      fresh: options.fresh,
      say,
      signal,
    });
    const { runs, workers } = options;
    const { name, of } = benchmark;
    const outline = { benchmark: name, of, scale, data, runs, workers, loadBefore, budgets };
    return { outline, entries };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Folder of data and of what is kept. */
export function cacheFolder({ cache }: Pick<BenchOptions, 'cache'>): string {
  return resolve(process.env.INIT_CWD ?? '.', cache ?? DEFAULT_CACHE);
}

interface Ourselves {
  readonly reference: Contender;
  readonly variants: readonly Contender[];
  readonly budgets: Readonly<Record<string, number>>;
}

/** Without limits and in every budget; or, where that is not the question, in the first budget alone. */
function ourselves({ benchmark, memory, workers, without }: BenchOptions): Ourselves {
  const budgets = memory ?? benchmark.memory?.budgets ?? [];
  if (benchmark.memory?.besideDefault === true)
    return {
      reference: tessera('tessera', { memoryBytes: null }),
      variants: budgets.map((bytes) => tessera(budgetName(bytes), { memoryBytes: bytes })),
      budgets: Object.fromEntries(budgets.map((bytes) => [budgetName(bytes), bytes])),
    };
  const [only = null] = budgets;
  const isBeside =
    benchmark.besideOneWorker === true && workers > 1 && !without.includes(ONE_WORKER);
  return {
    reference: tessera('tessera', { memoryBytes: only }),
    variants: [
      ...(isBeside ? [tessera(ONE_WORKER, { memoryBytes: only, workers: 1 })] : []),
      ...(benchmark.variants ?? []),
    ],
    budgets: only === null ? {} : { tessera: only },
  };
}
