import { rmSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { count, entities, events, groupBy, type JoinSpec, join, part, sum } from '@tessera/api';
import { checkConsistency } from '@tessera/consistency';
import { upload } from '@tessera/engine';
import { memoryStore, type Store } from '@tessera/kv-writer';
import { expect, test } from 'vitest';
import { newFolder, parquet } from '../files/workspace.js';

const AS_OF = Date.parse('2025-01-03T10:07:03.123Z');
const DAY = 86_400_000;

const rows = (ds: string) =>
  `SELECT 'u' || (i % 3) AS u, TIMESTAMP '${ds}' + INTERVAL (i * 71) MINUTE AS t, i / 3 AS x FROM range(20) r(i)`;

/** Two sources of events, one of entities, uploaded; `uploaded` is what is compared with from then on. */
async function project() {
  const folder = newFolder();
  const [lake, out] = [joinPath(folder, 'lake'), joinPath(folder, 'out')];
  for (const ds of ['2025-01-01', '2025-01-02', '2025-01-03']) {
    for (const name of ['asked', 'other'])
      await parquet(joinPath(lake, `${name}/ds=${ds}/a.parquet`), rows(ds));
    const people = "SELECT 'u' || i AS u, i AS n FROM range(3) r(i)";
    await parquet(joinPath(lake, `people/ds=${ds}/a.parquet`), people);
  }
  const columns = { u: 'string', t: 'timestamp', x: 'double' } as const;
  const asked = events({ name: 'asked', path: 'asked', columns, time: 't' });
  const other = events({ name: 'other', path: 'other', columns, time: 't' });
  const people = entities({
    name: 'people',
    path: 'people',
    keys: ['u'],
    columns: { u: 'string', n: 'int64' },
  });
  const of = <const N extends string>(name: N, source: typeof asked | typeof other) =>
    groupBy({
      name,
      source,
      keys: ['u'],
      aggregations: [count({ windows: ['1d'] }), sum('x', { windows: ['1d'] })],
      online: true,
    });
  const definition = join({
    name: 'j',
    left: asked,
    parts: [part(of('g', asked)), part(of('o', other as never), { prefix: 'Up' }), part(people)],
  }) as unknown as JoinSpec;
  const uploaded = memoryStore();
  await upload(definition, { store: uploaded, asOfMs: AS_OF, lake, out, workers: 1 });
  const check = (options: { store?: Store; log?: string } = {}) =>
    checkConsistency({ join: definition, store: uploaded, lake, out, workers: 1, ...options });
  const late = (name: string) =>
    parquet(
      joinPath(lake, `${name}/ds=2025-01-02/late.parquet`),
      "SELECT 'u1' AS u, TIMESTAMP '2025-01-03 09:00:00' AS t, 1000::DOUBLE AS x",
    );
  return { lake, uploaded, check, late, log: joinPath(folder, 'log.jsonl') };
}

/** What a store with u1's entries in the place of u2's gives, of the first part alone. */
function swapped(store: Store): Store {
  const other = (key: Uint8Array) => {
    const text = Buffer.from(key).toString('latin1');
    return key[0] === 0 ? Buffer.from(text.replace('u2', 'u1'), 'latin1') : key;
  };
  return {
    ...store,
    reader: async (unit, version) => {
      const own = await store.reader(unit, version);
      return {
        meta: own.meta,
        multiGet: (keys, options) => own.multiGet(keys.map(other), options),
        close: () => own.close(),
      };
    },
  };
}

test('what is wrong stays wrong when data of another part comes late', async () => {
  const { uploaded, check, late } = await project();
  const store = swapped(uploaded);
  const before = await check({ store });
  expect(before.differences.mismatch).toBeGreaterThan(0);
  expect(before.differences).toMatchObject({ arrived_since: 0, error: 0 });
  await late('other');
  const after = await check({ store });
  expect(after.differences.mismatch).toBe(before.differences.mismatch);
  expect(after.differences.arrived_since).toBeGreaterThan(0);
}, 60_000);

test('data that came late, or is gone, explains what differs', async () => {
  const { lake, check, late } = await project();
  await late('other');
  rmSync(joinPath(lake, 'people/ds=2025-01-02'), { recursive: true });
  const { differences, examples } = await check();
  expect(differences).toMatchObject({ mismatch: 0, error: 0 });
  const columns = examples.flatMap((one) =>
    one.difference === 'arrived_since' ? [one.column] : [],
  );
  expect(new Set(columns)).toEqual(new Set(['up_o_count_1d', 'up_o_x_sum_1d', 'people_n']));
}, 60_000);

test('requests out of the answered time are stale, whatever a part is called; those that never were are refused', async () => {
  const { check, log } = await project();
  const write = (...lines: object[]) =>
    writeFileSync(log, lines.map((line) => JSON.stringify(line)).join('\n'));
  const asked = (at: number) => ({ keys: { u: 'u1' }, at });
  write(asked(AS_OF - 1), asked(AS_OF), asked(AS_OF + 2 * DAY + 1));
  expect(await check({ log })).toMatchObject({ rows: 3, cells: 5, stale: 10 });
  const noDay = { keys: { u: 'u1' }, at: '2025-02-30T10:00:00Z' };
  write({ keys: {}, at: AS_OF }, asked(4e15), { keys: { u: null }, at: AS_OF }, noDay);
  await expect(check({ log })).rejects.toMatchObject({
    code: 'BAD_OPTION',
    params: {
      reason: expect.stringMatching(
        /line 1 lacks the key `u`; line 2 has no instant `at`; line 4 has no instant `at`/,
      ),
    },
  });
}, 60_000);
