import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join as joinPath } from 'node:path';
import { DAY_MS, type Join } from '@tessera/api';
import { collectIfTight } from '@tessera/columnar';
import { upload } from '@tessera/engine';
import { createFetcher, type Fetched } from '@tessera/fetcher';
import { openStore } from '@tessera/kv-writer';
import { formatBytes } from '../bytes.js';
import { cacheFolder } from '../cache-folder.js';
import { benchData, dayText } from '../data.js';
import type { BenchOptions } from '../options.js';
import type { Result, Watching } from '../result.js';
import { type Field, whereAndWhen } from '../where-and-when.js';
import { serveJoin, serveSpec } from './definition.js';

const MINUTE_MS = 60_000;
/** Enough to see that it runs. */
const CHECK_MS = 500;

type Loose = (join: Join, keys: object, options: object) => Promise<Fetched<unknown>>;

/**
 * One fetcher, as it is by default, that is asked without a pause for as many minutes as there are runs, while requests move
 * through the two days that are answered: what it holds at the end of each, garbage collected.
 */
export async function runSoak(options: BenchOptions, { say, signal }: Watching): Promise<Result> {
  const { scale, workers, check, runs: minutes } = options;
  const loadBefore = loadavg()[0] ?? 0;
  const cache = cacheFolder(options);
  const spec = serveSpec(scale);
  const data = await benchData(spec, { cache, threads: workers });
  const definition = serveJoin();
  const asOfMs = Date.parse(dayText(spec.days - 1));
  const work = mkdtempSync(joinPath(cache, 'work-'));
  const store = await openStore(`lmdb:${joinPath(work, 'online')}`);
  try {
    await upload(definition, {
      ...{ store, asOfMs, lake: data.dir, out: joinPath(work, 'out'), workers, signal },
    });
    const fetcher = createFetcher({ store, definitions: [definition] });
    const fetch = fetcher.fetch as Loose;
    const lengthMs = check ? CHECK_MS : MINUTE_MS;
    const heap: number[] = [];
    const resident: number[] = [];
    let fetches = 0;
    for (let minute = 0; minute < minutes; minute++) {
      const endMs = performance.now() + lengthMs;
      while (performance.now() < endMs) {
        signal.throwIfAborted();
        const user_id = `u${String(Math.floor(spec.keys * Math.random())).padStart(7, '0')}`;
        // Later and later: what was remembered of earlier instants is of no use.
        const at = asOfMs + Math.floor((2 * DAY_MS * (minute + Math.random())) / minutes);
        const { parts } = await fetch(definition, { user_id }, { at });
        if (parts.some(({ status }) => status !== 'ok')) throw new Error('a part was not answered');
        fetches++;
      }
      collectIfTight(0);
      heap.push(process.memoryUsage().heapUsed);
      resident.push(process.memoryUsage.rss());
      say(
        `minute ${minute + 1}: ${fetches.toLocaleString('en')} requests, heap ${formatBytes(heap.at(-1)!)}, resident ${formatBytes(resident.at(-1)!)}`,
      );
    }
    await fetcher.close();
    // What fills is full by then.
    const half = Math.floor(heap.length / 2);
    const growth = heap.at(-1)! / heap[half]!;
    const line: Record<string, Field> = {
      ...{ benchmark: 'soak', scale, minutes, fetches, keys: spec.keys, features: 50 },
      ...{ heap_bytes: heap.at(-1)!, resident_bytes: resident.at(-1)! },
      heap_growth_second_half: Number(growth.toFixed(4)),
    };
    return {
      text: `soak: ${minutes} minutes, ${fetches.toLocaleString('en')} requests of 50 features; heap ${formatBytes(heap[half]!)} after ${half + 1}, ${formatBytes(heap.at(-1)!)} at the end (× ${growth.toFixed(3)}), resident ${formatBytes(resident.at(-1)!)}`,
      line: { ...line, ...whereAndWhen(loadBefore) },
    };
  } finally {
    await store.close();
    rmSync(work, { recursive: true, force: true });
  }
}
