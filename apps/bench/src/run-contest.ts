import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { ContestBenchmark } from './benchmarks.js';
import { cacheFolder } from './cache-folder.js';
import type { Contender } from './contender.js';
import { hold } from './contest.js';
import { benchData, dayNumber, rowsOfDay } from './data.js';
import { keptBaselines } from './kept.js';
import type { BenchOptions } from './options.js';
import { budgetName, ONE_WORKER, tessera } from './ours.js';
import { jsonLine } from './report.js';
import type { Result, Watching } from './result.js';
import { tableText } from './table.js';

const SLOW_SECONDS = 60;

/**
 * Make the data, hold the contest. Everything it writes besides the cache is gone afterwards.
 *
 * Throws   Error for a failed process or results that differ.
 */
export async function runContest(
  benchmark: ContestBenchmark,
  options: BenchOptions,
  watching: Watching,
): Promise<Result> {
  const { scale } = options;
  const { say, signal } = watching;
  const { reference, variants, budgets } = ourselves(benchmark, options);
  const loadBefore = loadavg()[0] ?? 0;
  const cache = cacheFolder(options);
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
  const day = benchmark.day?.(data.spec) ?? null;
  const leftRows =
    day === null ? data.spec.leftRows : rowsOfDay(data.spec, 'left', dayNumber(day)).rows;
  const asked = { day, leftRows };
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
      setting: { data, of: benchmark.of, ...asked, workers: options.workers, work, cache },
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
    return { text: tableText(outline, entries), line: jsonLine(outline, entries) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Ourselves {
  readonly reference: Contender;
  readonly variants: readonly Contender[];
  readonly budgets: Readonly<Record<string, number>>;
}

/** Without limits and in every budget; or, where that is not the question, in the first budget alone. */
function ourselves(
  benchmark: ContestBenchmark,
  { memory, workers, without }: BenchOptions,
): Ourselves {
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
    reference: benchmark.reference ?? tessera('tessera', { memoryBytes: only }),
    variants: [
      ...(isBeside ? [tessera(ONE_WORKER, { memoryBytes: only, workers: 1 })] : []),
      ...(benchmark.variants ?? []),
    ],
    budgets: only === null ? {} : { tessera: only },
  };
}
