import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  count,
  events,
  groupBy,
  type JoinSpec,
  join as joinOf,
  last,
  part,
  sum,
} from '@tessera/api';
import { createFetcher } from '@tessera/fetcher';
import { openStore } from '@tessera/kv-writer';
import { describe, expect, test } from 'vitest';
import { hasRedis, startRedis } from '../../packages/kv-writer/test/redis-server.js';
import { newFolder, parquet } from '../files/workspace.js';
import { random } from '../oracle/prng.js';

const long = process.env.TESSERA_LONG === '1';
const UPLOADS = long ? 20 : 2;
const KILLS = Number(process.env.TESSERA_KILLS ?? (long ? 100 : 2));
const CLIENTS = 4;
const SEED = Number(process.env.TESSERA_SEED ?? Math.floor(Math.random() * 2 ** 31));
const CHILD = fileURLToPath(new URL('./upload-child.mjs', import.meta.url));

const AS_OF = Date.parse('2025-01-03T00:00:00Z');
const KEYS = 3000;

const source = events({
  name: 'pay',
  path: 'pay',
  columns: { user: 'string', shop: 'string', ts: 'timestamp', amount: 'int64' },
  time: 'ts',
});
const of = (name: string, keys: 'user' | 'shop') =>
  groupBy({
    name,
    source,
    keys: [keys],
    aggregations: [count({ windows: ['7d'] }), sum('amount', { windows: ['7d'] }), last('amount')],
    online: true,
  });
const definition = joinOf({
  name: 'asked',
  left: source,
  parts: [part(of('users', 'user')), part(of('shops', 'shop')), part(of('again', 'user'))],
}) as unknown as JoinSpec;

/** Every amount is the number of the upload: a row tells in each of its columns which version it is of. */
const write = (lake: string, number: number) =>
  parquet(
    join(lake, 'pay/ds=2025-01-02/a.parquet'),
    `SELECT 'u' || i % ${KEYS} AS user, 's' || i % 10 AS shop, TIMESTAMP '2025-01-02' + INTERVAL (i) SECOND AS ts, ${number}::BIGINT AS amount FROM range(${2 * KEYS}) t(i)`,
  );

/** A service is given its requests by the event loop, which looks for versions as well. Without a pause four clients fill a core. */
const nextRequest = (): Promise<void> =>
  new Promise((resolve) => {
    if (long) setImmediate(resolve);
    else setTimeout(resolve, 1);
  });

interface Watched {
  readonly answers: number;
  readonly versions: ReadonlySet<number>;
  readonly wrong: readonly string[];
}

/** Clients with fetchers of their own, which ask until they are told to stop. */
function watch(url: string): {
  readonly until: (number: number) => Promise<void>;
  readonly stop: () => Promise<Watched>;
} {
  let isOver = false;
  let answers = 0;
  const versions = new Set<number>();
  const wrong: string[] = [];
  const client = async (seed: number) => {
    const next = random(seed);
    const store = await openStore(url);
    const fetcher = createFetcher({ store, definitions: [], refreshMs: 5, cacheBytes: 0 });
    while (!isOver) {
      const keys = { user: `u${next.below(KEYS)}`, shop: `s${next.below(10)}` };
      const [answer] = await (fetcher as never as Loose).fetchMany(definition, [
        { keys, at: AS_OF },
      ]);
      const { row, parts } = answer!;
      const numbers = [
        Number(row.users_amount_last),
        Number(row.again_amount_last),
        Number(row.shops_amount_last),
        Number(row.users_amount_sum_7d) / 2,
        Number(row.shops_amount_sum_7d) / Number(row.shops_count_7d),
      ];
      answers++;
      versions.add(numbers[0]!);
      const isWhole =
        parts.every(({ status }) => status === 'ok') &&
        new Set(numbers).size === 1 &&
        numbers[0]! > 0;
      if (!isWhole) wrong.push(`${JSON.stringify(keys)} ${numbers.join(' ')}`);
      await nextRequest();
    }
    await fetcher.close();
    await store.close();
  };
  const running = Array.from({ length: CLIENTS }, (_, idx) => client(SEED + idx));
  return {
    async until(number) {
      for (let turn = 0; turn < 300 && !versions.has(number); turn++)
        await new Promise((resolve) => setTimeout(resolve, 100));
    },
    async stop() {
      isOver = true;
      await Promise.all(running);
      return { answers, versions, wrong };
    },
  };
}

interface Loose {
  readonly fetchMany: (
    of: JoinSpec,
    inputs: readonly object[],
  ) => Promise<
    readonly {
      readonly row: Readonly<Record<string, unknown>>;
      readonly parts: readonly { readonly status: string }[];
    }[]
  >;
}

/** An upload in a process of its own. Returns how it ended. */
async function uploadElsewhere(
  url: string,
  folder: string,
  killAfterMs: number | null,
): Promise<'ended' | 'killed'> {
  const asked = join(folder, 'upload.json');
  const from = { lake: join(folder, 'lake'), out: join(folder, 'out'), asOfMs: AS_OF };
  writeFileSync(asked, JSON.stringify({ definition, ...from }));
  const child = spawn(process.execPath, [CHILD, url, asked], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.on('data', (data) => {
    told += data;
  });
  const timer = killAfterMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (...how) => resolve(how)),
  );
  if (timer !== null) clearTimeout(timer);
  if (signal === 'SIGKILL') return 'killed';
  if (code !== 0) throw new Error(`the upload ended with ${String(code)}: ${told}`);
  return 'ended';
}

const stores = [
  ['LMDB', async () => ({ url: `lmdb:${join(newFolder(), 'online')}`, stop: async () => {} })],
  ['Redis', startRedis],
] as const;

describe.each(stores)('%s', (name, open) => {
  test.runIf(name === 'LMDB' || hasRedis)(
    `${UPLOADS} uploads and ${KILLS} killed ones while ${CLIENTS} clients fetch: nothing fails, nothing is mixed`,
    async () => {
      const { url, stop } = await open();
      const folder = newFolder();
      const next = random(SEED);
      try {
        let number = 1;
        await write(join(folder, 'lake'), number);
        const startedMs = performance.now();
        await uploadElsewhere(url, folder, null);
        const wholeMs = performance.now() - startedMs;
        const watching = watch(url);
        for (let upload = 0; upload < UPLOADS; upload++) {
          await write(join(folder, 'lake'), ++number);
          expect(await uploadElsewhere(url, folder, null)).toBe('ended');
        }
        let killed = 0;
        for (let kill = 0; kill < KILLS; kill++) {
          await write(join(folder, 'lake'), ++number);
          const after = 1.1 * wholeMs * next.next();
          if ((await uploadElsewhere(url, folder, after)) === 'killed') killed++;
        }
        await write(join(folder, 'lake'), ++number);
        await uploadElsewhere(url, folder, null);
        // The last one is seen sooner or later.
        await watching.until(number);
        const { answers, versions, wrong } = await watching.stop();
        console.log(
          `${name}: ${answers} answers of ${versions.size} versions (${[...versions].join(' ')}; last ${number}), ${killed} of ${KILLS} uploads killed (seed ${SEED})`,
        );
        expect(wrong.slice(0, 5)).toEqual([]);
        expect(versions.has(number)).toBe(true);
        expect(versions.size).toBeGreaterThan(UPLOADS / 2);
      } finally {
        await stop();
      }
    },
    3_600_000,
  );
});
