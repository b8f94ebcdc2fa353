import { join } from 'node:path';
import { type JoinSpec, leftColumns, outputColumns } from '@tessera/api';
import { batchRows, trainSet, type UploadOptions, upload } from '@tessera/engine';
import { openStore } from '@tessera/kv-writer';
import { beforeAll, expect, test } from 'vitest';
import { hasRedis, startRedis } from '../../packages/kv-writer/test/redis-server.js';
import { generated } from '../files/generated.js';
import { newFolder, quoted, sql } from '../files/workspace.js';
import { everything, variants } from './all-operations.js';
import { type ServedAnswer, type ServedAnswers, served } from './served.js';
import { requests, typedLake } from './typed-lake.js';

const long = process.env.TESSERA_LONG === '1';
const SEED = Number(process.env.TESSERA_SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`parity: seed ${SEED} (TESSERA_SEED repeats it)`);

// Fewer days are fewer tiles to build, which is what takes time.
const AS_OF = Date.parse(long ? '2025-03-01T00:00:00Z' : '2025-01-09T00:00:00Z');
const PAIRS = Number(process.env.TESSERA_PAIRS ?? (long ? 100_000 : 150));
const SCALE = long ? 0.05 : 0.002;
const WINDOWS = long
  ? ['5m', '1h', '11h', '12h', '1d', '7d', '12d', '30d', null]
  : ['1h', '12d', null];
const BATCH = 100;
/** Of a hundred thousand pairs, on a busy machine. */
const HOURS_MS = 3 * 3_600_000;

const folder = newFolder();
const [payments, lake] = [join(folder, 'payments'), join(folder, 'lake')];

beforeAll(async () => {
  await generated(SCALE, payments);
  const from = join(payments, 'transactions');
  await typedLake(from, lake, AS_OF);
  await requests(from, lake, { asOfMs: AS_OF, count: PAIRS, seed: SEED });
}, 600_000);

/** Equal to the last bit: types and all, but that counts are numbers in a row and bigint in a batch. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'bigint') return BigInt(a) === b;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, idx) => same(item, b[idx]));
  if (a instanceof Map && b instanceof Map) {
    const others = [...b];
    return (
      a.size === b.size &&
      [...a].every(
        ([key, value], idx) => same(key, others[idx]![0]) && same(value, others[idx]![1]),
      )
    );
  }
  return Object.is(a, b);
}

interface Compared {
  readonly rows: number;
  readonly cells: number;
  readonly filled: number;
  readonly wrong: readonly string[];
}

/** Trained rows out of the published files against what other processes are given, each by its store. */
async function compare(
  definition: JoinSpec,
  urls: readonly string[],
  out: string,
): Promise<Compared> {
  const trained = await trainSet(definition, { lake, out, workers: 2, tiles: 'auto' });
  const names = [...leftColumns(definition), ...outputColumns(definition)];
  const keys = ['user_id', 'currency'].filter((key) =>
    definition.parts.some((part) => part.keys.some(({ left }) => left === key)),
  );
  // Left rows come out in their own order: partition, then row.
  const left = `read_parquet(${quoted(join(lake, 'requests/*/*.parquet'))}, hive_partitioning = true)`;
  const asked = (await sql(`SELECT user_id, currency, at_ms FROM ${left} ORDER BY ds, id`)).map(
    (row) => ({
      keys: Object.fromEntries(keys.map((key) => [key, row[key]])),
      at: Number(row.at_ms),
    }),
  );
  const features = names.slice(leftColumns(definition).length);
  const stores = urls.map((url) => ({
    url,
    rows: rowsServed(served({ url, folder, definition, requests: asked, batch: BATCH }), features),
  }));
  const wrong: string[] = [];
  let [cells, filled, done] = [0, 0, 0];
  for await (const batch of trained.batches()) {
    for (const row of batchRows(batch, features, batch.rows)) {
      cells += row.length;
      for (const value of row) if (value !== null) filled++;
      for (const { url, rows } of stores) {
        const answer = (await rows.next()).value;
        if (answer === undefined) throw new Error(`fewer answers than rows from ${url}`);
        wrong.push(...answer.wrong);
        for (let idx = 0; idx < row.length; idx++) {
          const [value, own] = [row[idx], answer.values[idx]];
          if (!same(own, value) && wrong.length < 1000)
            wrong.push(
              `${url} ${features[idx]!.name} ${JSON.stringify(asked[done])}: ${show(own)} for ${show(value)}`,
            );
        }
      }
      done++;
    }
  }
  return { rows: done, cells, filled, wrong };
}

/** One answer after the other, with values in the order of `features`. */
async function* rowsServed(
  answers: AsyncIterable<ServedAnswers>,
  features: readonly { readonly name: string }[],
): AsyncGenerator<ServedAnswer> {
  let places: readonly number[] | null = null;
  for await (const { names, answers: some } of answers) {
    places ??= features.map(({ name }) => names.indexOf(name));
    const order = places;
    for (const { values, wrong } of some)
      yield { values: order.map((place) => values[place]), wrong };
  }
}

const show = (value: unknown): string =>
  value instanceof Map
    ? `{${[...value].map((entry) => entry.map(show).join(': '))}}`
    : String(value);

/** What a window is does not depend on the operation: in the short run two kinds for all of them, three for the variants. */
const cases = {
  everything: everything(long ? WINDOWS : ['7d', null]),
  variants: variants(WINDOWS),
};

type TilePolicy = NonNullable<UploadOptions['tiles']>;

test.each(Object.entries(cases))(
  '%s: what is served is what was trained',
  async (name, definition) => {
    const out = join(folder, `out-${name}`);
    const put = async (url: string, tiles: TilePolicy) => {
      const store = await openStore(url);
      try {
        const from = { lake, out, workers: 2, tiles };
        const uploaded = await upload(definition, { store, asOfMs: AS_OF, ...from });
        expect(uploaded.meta.entries).toBeGreaterThan(0);
        expect(uploaded.leftOut).toEqual([]);
      } finally {
        await store.close();
      }
    };
    // In the short run one of the two definitions comes from tiles, and from Redis too: they take their time.
    const isWhole = long || name === 'variants';
    const redis = isWhole && hasRedis ? await startRedis() : null;
    try {
      const urls = [
        `lmdb:${join(folder, `store-${name}`)}`,
        ...(redis === null ? [] : [redis.url]),
      ];
      // From tiles wherever there can be any, and from rows.
      await put(urls[0]!, isWhole ? 'always' : 'off');
      if (redis !== null) await put(redis.url, 'off');
      const { rows, cells, filled, wrong } = await compare(definition, urls, out);
      console.log(
        `${name} from ${urls.map((url) => url.split(':')[0]).join(' and ')}: ${rows} pairs, ${cells} cells each, ${((100 * filled) / cells).toFixed(1)} % not null, ${wrong.length} mismatches`,
      );
      expect(wrong.slice(0, 10)).toEqual([]);
      expect(rows).toBe(PAIRS);
      expect(filled / cells).toBeGreaterThan(0.3);
    } finally {
      await redis?.stop();
    }
  },
  HOURS_MS,
);
