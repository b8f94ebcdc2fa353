import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.js';
import { benchData } from '../data.js';
import type { BenchOptions } from '../options.js';
import type { Result, Watching } from '../result.js';
import { ladderSpec } from '../sizes.js';
import { ladderLine, ladderText } from './ladder-report.js';
import { climb } from './rungs.js';

/** Make the data, climb the ladder once. Everything it writes besides the cache is gone afterwards. */
export async function runLadder(options: BenchOptions, { say, signal }: Watching): Promise<Result> {
  const { scale, workers, keys, memory, stopAfterSeconds } = options;
  const loadBefore = loadavg()[0] ?? 0;
  const cache = cacheFolder(options);
  mkdirSync(cache, { recursive: true });
  const scaled = ladderSpec(scale);
  const onDay = (done: number, total: number) => {
    signal.throwIfAborted();
    if (done % 50 === 0 || done === total) say(`data: ${done} of ${total} days`);
  };
  const spec = { ...scaled, keys: keys ?? scaled.keys };
  const data = await benchData(spec, { cache, threads: workers, onDay });
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    const ladder = await climb({
      ...{ data, work, workers, stopAfterSeconds, say, signal },
      memory: memory?.[0] ?? null,
    });
    const outline = { scale, data, workers, loadBefore };
    return { text: ladderText(outline, ladder), line: ladderLine(outline, ladder) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
