import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join as joinPath } from 'node:path';
import { DAY_MS } from '@tessera/api';
import { upload } from '@tessera/engine';
import { openStore } from '@tessera/kv-writer';
import { formatBytes } from '../bytes.js';
import { cacheFolder } from '../cache-folder.js';
import { benchData, dayText } from '../data.js';
import type { BenchOptions } from '../options.js';
import type { Result, Watching } from '../result.js';
import { type Field, whereAndWhen } from '../where-and-when.js';
import { checkedCells } from './checked-cells.js';
import { serveJoin, serveSpec } from './definition.js';
import { hasRedis, startRedis } from './redis-server.js';
import { type FetchTimes, type Latency, timeFetches } from './time-fetches.js';
import { timeStart } from './time-start.js';

const FETCHES = 20_000;
const STARTS = 5;

interface Target {
  readonly name: 'lmdb' | 'redis';
  readonly url: string;
}

/** 50 features of four groupBys, one key a request, on LMDB and Redis: how long a request takes. */
export async function runServe(options: BenchOptions, { say, signal }: Watching): Promise<Result> {
  const { scale, workers, check } = options;
  const loadBefore = loadavg()[0] ?? 0;
  const cache = cacheFolder(options);
  const spec = serveSpec(scale);
  const data = await benchData(spec, { cache, threads: workers });
  const definition = serveJoin();
  const asOfMs = Date.parse(dayText(spec.days - 1));
  const work = mkdtempSync(joinPath(cache, 'work-'));
  const closing: (() => Promise<void>)[] = [];
  const lines: string[] = [];
  const line: Record<string, Field> = {
    ...{ benchmark: 'serve', scale, fetches: FETCHES, keys: spec.keys, events: 3 * spec.events },
    features: 50,
  };
  try {
    const targets: Target[] = [{ name: 'lmdb', url: `lmdb:${joinPath(work, 'online')}` }];
    if (hasRedis()) {
      mkdirSync(joinPath(work, 'redis'));
      const redis = await startRedis(joinPath(work, 'redis'));
      closing.push(redis.stop);
      targets.push({ name: 'redis', url: redis.url });
    } else say('skipped: redis-server is not installed');
    const keys = drawnKeys(spec.keys, FETCHES);
    for (const { name, url } of targets) {
      const store = await openStore(url);
      closing.push(() => store.close());
      const uploaded = await upload(definition, {
        ...{ store, asOfMs, lake: data.dir, out: joinPath(work, 'out'), workers, signal },
      });
      const { entries, bytes } = uploaded.meta;
      const seconds = uploaded.elapsedMs / 1000;
      const equal = await checkedCells(definition, {
        ...{ store, lake: data.dir, out: joinPath(work, 'out'), tmp: work, workers, signal },
      });
      say(
        `${name}: ${entries.toLocaleString('en')} entries, ${formatBytes(bytes)}, uploaded in ${seconds.toFixed(1)} s; ${equal.toLocaleString('en')} cells equal a training set's`,
      );
      line[`${name}_entries`] = entries;
      line[`${name}_bytes`] = bytes;
      line[`${name}_checked_cells`] = equal;
      if (check) continue;
      const firstMs = asOfMs + DAY_MS / 4;
      const times = await timeFetches({ store, join: definition, keys, firstMs, signal });
      Object.assign(line, fieldsOf(name, times));
      lines.push(
        shown(`${name}, every entry from the store`, times.fromStore),
        shown(`${name}, as it is by default`, times.remembering),
        `  ${`${name}, 10,000 keys in one call`.padEnd(36)} ${(1000 * times.manyMsPerKey).toFixed(1).padStart(7)} µs a key`,
      );
      if (name !== 'lmdb') continue;
      const started = timeStart(work, STARTS, { store: url, key: keys[0]!, atMs: firstMs });
      line.start_ms = round(started);
      lines.push(
        `  ${'a fresh process, to its first row'.padEnd(36)} ${started.toFixed(0).padStart(7)} ms`,
      );
    }
    const head = `serve: 50 features of 4 groupBys, ${FETCHES.toLocaleString('en')} requests of one key of ${spec.keys.toLocaleString('en')}`;
    return {
      text: check ? `${head}; compared, not timed` : [head, ...lines].join('\n'),
      line: { ...line, ...whereAndWhen(loadBefore) },
    };
  } finally {
    for (const close of closing.reverse()) await close();
    rmSync(work, { recursive: true, force: true });
  }
}

const round = (value: number) => Number(value.toFixed(4));

function shown(title: string, { p50, p99, p999, max }: Latency): string {
  const ms = (value: number) => value.toFixed(3).padStart(7);
  return `  ${title.padEnd(36)} p50 ${ms(p50)}  p99 ${ms(p99)}  p99.9 ${ms(p999)}  max ${ms(max)} ms`;
}

function fieldsOf(name: string, times: FetchTimes): Record<string, Field> {
  const own: Record<string, Field> = {};
  for (const [how, { p50, p99, p999, max }] of [
    ['', times.fromStore],
    ['_cached', times.remembering],
  ] as const)
    Object.assign(own, {
      [`${name}${how}_p50_ms`]: round(p50),
      [`${name}${how}_p99_ms`]: round(p99),
      [`${name}${how}_p999_ms`]: round(p999),
      [`${name}${how}_max_ms`]: round(max),
    });
  own[`${name}_many_ms_per_key`] = round(times.manyMsPerKey);
  return own;
}

/** As busy keys are asked for more often: the n-th with a density of 1/√n, as in the data. */
function drawnKeys(keys: number, count: number): string[] {
  let state = 42;
  return Array.from({ length: count }, () => {
    // Park and Miller: the same keys on every machine.
    state = (state * 48_271) % 2_147_483_647;
    const u = state / 2_147_483_647;
    return `u${String(Math.floor(keys * u * u)).padStart(7, '0')}`;
  });
}
