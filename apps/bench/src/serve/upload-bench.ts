import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join as joinPath } from 'node:path';
import {
  average,
  count,
  events,
  groupBy,
  type Join,
  join,
  last,
  max,
  min,
  part,
  sum,
} from '@tessera/api';
import { upload } from '@tessera/engine';
import { openStore } from '@tessera/kv-writer';
import { formatBytes } from '../bytes.js';
import { cacheFolder } from '../cache-folder.js';
import { benchData, type DataSpec, dayText } from '../data.js';
import { median } from '../figures.js';
import type { BenchOptions } from '../options.js';
import { highWaterBytes } from '../peak.js';
import type { Result, Watching } from '../result.js';
import { type Field, whereAndWhen } from '../where-and-when.js';
import { checkedCells } from './checked-cells.js';
import { loadAlone, remembering } from './load-alone.js';

const COLUMNS = { row_id: 'int64', user_id: 'string', ts: 'timestamp' } as const;

/** Many keys of few events each, over 40 days. */
function uploadSpec(scale: number): DataSpec {
  const keys = Math.max(50, Math.round(1_000_000 * scale));
  return {
    ...{ events: 5 * keys, leftRows: Math.max(400, Math.round(20_000 * scale)), keys },
    ...{ hotShare: 0, days: 40, seed: 42 },
  };
}

/** Ten features of one groupBy. */
function uploadJoin(): Join {
  const left = events({ name: 'requests', path: 'left', columns: COLUMNS, time: 'ts' });
  const source = events({
    name: 'payments',
    path: 'events',
    columns: { ...COLUMNS, amount: 'double' },
    time: 'ts',
  });
  const spend = groupBy({
    name: 'spend',
    source,
    keys: ['user_id'],
    aggregations: [
      count({ windows: ['1h', '7d', '30d'] }),
      sum('amount', { windows: ['7d', '30d'] }),
      average('amount', { windows: ['7d', '30d'] }),
      min('amount', { windows: ['30d'] }),
      max('amount', { windows: ['30d'] }),
      last('amount'),
    ],
    online: true,
  });
  return join({ name: 'asked', left, parts: [part(spend)], online: true });
}

/** From rows to a version that is current: keys a second, all of it. */
export async function runUpload(options: BenchOptions, { say, signal }: Watching): Promise<Result> {
  const { scale, workers, check, runs } = options;
  const loadBefore = loadavg()[0] ?? 0;
  const cache = cacheFolder(options);
  const spec = uploadSpec(scale);
  const data = await benchData(spec, { cache, threads: workers });
  const definition = uploadJoin();
  const asOfMs = Date.parse(dayText(spec.days - 1));
  const work = mkdtempSync(joinPath(cache, 'work-'));
  const out = joinPath(work, 'out');
  const put = async (name: string) => {
    const store = await openStore(`lmdb:${joinPath(work, name)}`);
    const from = { lake: data.dir, out, workers, signal };
    const result = await upload(definition, { store, asOfMs, ...from });
    return { store, from, ...result };
  };
  /** Of entries that are made: it holds them all, which no upload does. */
  const timeAlone = async (): Promise<number> => {
    const store = await openStore(`lmdb:${joinPath(work, 'remembered')}`);
    const { runs: made, store: tee } = remembering(store);
    const { unit, served } = await upload(definition, {
      ...{ store: tee, asOfMs, lake: data.dir, out, workers, signal },
    });
    await store.close();
    const seconds: number[] = [];
    for (let run = 0; run < runs; run++) {
      const url = `lmdb:${joinPath(work, `alone-${run}`)}`;
      seconds.push(await loadAlone(made, { url, unit, asOfMs, served }));
      rmSync(joinPath(work, `alone-${run}`), { recursive: true, force: true });
    }
    return median(seconds);
  };
  try {
    const first = await put('online');
    const { entries, bytes } = first.meta;
    const equal = await checkedCells(definition, {
      ...{ store: first.store, tmp: work, ...first.from },
    });
    await first.store.close();
    say(
      `${entries.toLocaleString('en')} entries, ${formatBytes(bytes)} in ${(first.elapsedMs / 1000).toFixed(1)} s; ${equal.toLocaleString('en')} cells equal a training set's`,
    );
    const line: Record<string, Field> = {
      ...{ benchmark: 'upload', scale, runs: check ? 0 : runs, workers },
      ...{ keys: entries, features: 10, events: spec.events, bytes, checked_cells: equal },
    };
    const head = `upload: ${entries.toLocaleString('en')} keys of ${spec.events.toLocaleString('en')} events, 10 features of one groupBy, to LMDB, ${workers} threads`;
    if (check)
      return {
        text: `${head}; compared, not timed`,
        line: { ...line, ...whereAndWhen(loadBefore) },
      };
    const seconds: number[] = [];
    for (let run = 0; run < runs; run++) {
      const { store, elapsedMs } = await put(`online-${run}`);
      await store.close();
      seconds.push(elapsedMs / 1000);
      say(`${(elapsedMs / 1000).toFixed(2)} s`);
      rmSync(joinPath(work, `online-${run}`), { recursive: true, force: true });
    }
    const own = median(seconds);
    const peak = highWaterBytes('self') ?? 0;
    const alone = await timeAlone();
    Object.assign(line, {
      ...{ upload_s: own, upload_min_s: Math.min(...seconds), upload_max_s: Math.max(...seconds) },
      ...{ keys_per_s: Math.round(entries / own), peak_bytes: peak },
      ...{ load_s: alone, load_keys_per_s: Math.round(entries / alone) },
    });
    return {
      text: [
        head,
        `  ${own.toFixed(2)} s (${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)}), ${Math.round(entries / own).toLocaleString('en')} keys/s, planned, encoded, loaded, read back and compared, switched; peak ${formatBytes(peak)}`,
        `  ${alone.toFixed(2)} s, ${Math.round(entries / alone).toLocaleString('en')} keys/s of it where entries are made already: loaded, read back and compared, switched`,
      ].join('\n'),
      line: { ...line, ...whereAndWhen(loadBefore) },
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
