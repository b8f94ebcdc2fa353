import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  average,
  count,
  events,
  groupBy,
  type JoinSpec,
  join as joinOf,
  last,
  part,
} from '@tessera/api';
import { checkConsistency, isConsistent } from '@tessera/consistency';
import { upload } from '@tessera/engine';
import { memoryStore, type Store } from '@tessera/kv-writer';
import { expect, test } from 'vitest';
import { newFolder, parquet } from '../files/workspace.js';

const AS_OF = Date.parse('2025-01-05T00:00:00Z');

const columns = { user: 'string', ts: 'timestamp', amount: 'double' } as const;
const source = events({ name: 'pay', path: 'pay', columns, time: 'ts' });
const definition = joinOf({
  name: 'asked',
  left: source,
  parts: [
    part(
      groupBy({
        name: 'spend',
        source,
        keys: ['user'],
        aggregations: [
          count({ windows: ['1h', '2d'] }),
          average('amount', { windows: ['2d'] }),
          last('amount'),
        ],
        online: true,
      }),
    ),
  ],
  derive: { twice: 'spend_count_2d * 2' },
}) as unknown as JoinSpec;

const day = (lake: string, ds: string, name: string, rows: number) =>
  parquet(
    join(lake, `pay/ds=${ds}/${name}.parquet`),
    `SELECT 'u' || i % 5 AS user, TIMESTAMP '${ds}' + INTERVAL (hash(i, '${name}') % 86400) SECOND AS ts, i::DOUBLE AS amount FROM range(${rows}) t(i)`,
  );

async function project(): Promise<{ readonly lake: string; readonly out: string }> {
  const folder = newFolder();
  const lake = join(folder, 'lake');
  for (const ds of ['2025-01-03', '2025-01-04', '2025-01-05', '2025-01-06'])
    await day(lake, ds, 'a', 40);
  return { lake, out: join(folder, 'out') };
}

async function uploaded(place: { lake: string; out: string }): Promise<Store> {
  const store = memoryStore();
  await upload(definition, { store, asOfMs: AS_OF, workers: 1, ...place });
  return store;
}

test('events after the upload explain every cell that differs', async () => {
  const place = await project();
  const report = await checkConsistency({
    join: definition,
    store: await uploaded(place),
    ...place,
  });
  expect(isConsistent(report)).toBe(true);
  expect(report).toMatchObject({ isTrial: false, rows: 80, stale: 0, unserved: [] });
  expect(report.cells).toBe(80 * 5);
  expect(report.differences.after_upload).toBeGreaterThan(0);
  expect(report.equal + report.differences.after_upload).toBe(report.cells);
});

test('nothing is uploaded: it uploads for itself, as of the last day', async () => {
  const place = await project();
  const report = await checkConsistency({
    join: definition,
    store: memoryStore(),
    rows: 7,
    ...place,
  });
  expect(report).toMatchObject({ isTrial: true, rows: 7, asOfMs: Date.parse('2025-01-06') });
  expect(isConsistent(report)).toBe(true);
});

test('data that came late is told apart', async () => {
  const place = await project();
  const store = await uploaded(place);
  await day(place.lake, '2025-01-04', 'late', 30);
  const report = await checkConsistency({ join: definition, store, ...place });
  expect(report.differences).toMatchObject({ mismatch: 0, error: 0 });
  expect(report.differences.arrived_since).toBeGreaterThan(0);
});

test('a store that holds something else is a mismatch, with both sides explained', async () => {
  const place = await project();
  const store = await uploaded(place);
  // Entries of one key under the name of another: sealed, and wrong.
  const swapped: Store = {
    ...store,
    reader: async (...args) => {
      const reader = await store.reader(...args);
      return {
        ...reader,
        multiGet: (keys, options) =>
          reader.multiGet(
            keys.map((key) => {
              const text = Buffer.from(key).toString('latin1');
              return Buffer.from(text.replace('u1', 'u2'), 'latin1');
            }),
            options,
          ),
      };
    },
  };
  const report = await checkConsistency({ join: definition, store: swapped, ...place });
  expect(isConsistent(report)).toBe(false);
  expect(report.differences).toMatchObject({ arrived_since: 0, error: 0 });
  const [first] = report.examples;
  expect(first).toMatchObject({ difference: 'mismatch', keys: { user: 'u1' } });
  expect(first?.explained?.trained?.pieces.count).toBeGreaterThan(0);
});

test('bytes that are damaged are errors, and no success', async () => {
  const place = await project();
  const store = await uploaded(place);
  const broken: Store = {
    ...store,
    reader: async (...args) => {
      const reader = await store.reader(...args);
      return {
        ...reader,
        multiGet: async (keys, options) =>
          (await reader.multiGet(keys, options)).map(
            (value) => value?.map((byte, at) => (at === 12 ? byte ^ 1 : byte)) ?? null,
          ),
      };
    },
  };
  const report = await checkConsistency({ join: definition, store: broken, rows: 3, ...place });
  expect(isConsistent(report)).toBe(false);
  expect(report.differences.error).toBe(report.cells);
});

test('no row in the two days that are answered is an error', async () => {
  const place = await project();
  const store = memoryStore();
  await upload(definition, { store, asOfMs: Date.parse('2025-03-01'), workers: 1, ...place });
  const check = checkConsistency({ join: definition, store, ...place });
  await expect(check).rejects.toMatchObject({ code: 'NOTHING_COMPARED' });
});

test('a log of requests in place of left rows', async () => {
  const place = await project();
  const log = join(place.lake, 'log.jsonl');
  const lines = ['u0', 'u1', null, 'nobody'].map((user, idx) =>
    JSON.stringify({ keys: { user }, at: idx === 0 ? AS_OF : '2025-01-05T10:00:00.123456Z' }),
  );
  writeFileSync(log, `${lines.join('\n')}\n\n`);
  const store = await uploaded(place);
  const report = await checkConsistency({ join: definition, store, log, ...place });
  expect(report).toMatchObject({ rows: 4, cells: 20 });
  expect(isConsistent(report)).toBe(true);
  writeFileSync(log, '{"keys": {"usr": 1}, "at": "2025-01-05T10:00:00Z"}\n[]\nno\n{"keys": {}}\n');
  await expect(checkConsistency({ join: definition, store, log, ...place })).rejects.toThrow(
    /line 1 brings `usr`.*line 2 is no object; line 3 is not JSON; line 4 has no instant/s,
  );
});
