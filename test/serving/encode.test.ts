import { join } from 'node:path';
import { trainSet, withPlannedUnit } from '@tessera/engine';
import { expect, test } from 'vitest';
import { fraudV2 } from '../../examples/fraud/features/fraud-v2.js';
import { generate } from '../../examples/fraud/generate.js';
import { newFolder, parquet, quoted, sql } from '../files/workspace.js';
import { askedBy, cutLake } from './cut-lake.js';
import { answers } from './read-entry.js';

const AS_OF = Date.parse('2025-03-01T00:00:00Z');

function norm(value: unknown, type: string): unknown {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'bigint') return type === 'timestamp' ? Number(value) / 1000 : Number(value);
  if (value instanceof Map) return [...value].map(([k, v]) => [norm(k, ''), norm(v, '')]);
  if (Array.isArray(value))
    return value.map((item) =>
      typeof item === 'object' && item !== null && 'key' in item
        ? [norm(item.key, ''), norm(item.value, '')]
        : norm(item, type),
    );
  return value;
}

test('draft', async () => {
  const folder = newFolder();
  const [whole, lake, out] = [join(folder, 'whole'), join(folder, 'lake'), join(folder, 'out')];
  await generate({ out: whole, scale: 0.01 });
  await cutLake(
    whole,
    lake,
    [
      { path: 'transactions', time: 'ts' },
      { path: 'fraud_labels', time: 'confirmed_at' },
      { path: 'merchant_risk_scores', time: 'scored_at' },
      { path: 'device_reputation', time: 'seen_at' },
      { path: 'merchant_profiles', time: null },
    ],
    AS_OF,
  );
  await parquet(
    join(lake, 'requests/ds=2025-03-01/a.parquet'),
    `SELECT * REPLACE (TIMESTAMP '2025-03-01' + INTERVAL (hash(transaction_id) % 86400000) MILLISECOND AS ts) FROM read_parquet(${quoted(join(whole, 'transactions/*/*.parquet'))}, hive_partitioning = false) LIMIT 1000`,
  );
  const asked = askedBy(fraudV2, 'requests');
  const { served, entries } = await withPlannedUnit(
    fraudV2,
    { asOfMs: AS_OF, lake, out, workers: 2 },
    ({ encode }) =>
      encode(async ({ served, runs, tiles }) => {
        console.log(tiles);
        const entries = new Map<string, Uint8Array>();
        let bytes = 0;
        for await (const run of runs)
          for (const { key, value } of run) {
            entries.set(Buffer.from(key).toString('hex'), value);
            bytes += value.length;
          }
        console.log(entries.size, bytes);
        return { served, entries };
      }),
  );
  const { path } = await trainSet(asked, { lake, out, workers: 1 });
  const get = (key: Uint8Array) => entries.get(Buffer.from(key).toString('hex')) ?? null;
  const rows = await sql(`FROM read_parquet(${quoted(`${path}/*/*.parquet`)})`);
  let [cells, filled] = [0, 0];
  const bad = new Map<string, string>();
  for (const row of rows) {
    for (const part of served.parts) {
      const keys = fraudV2.parts[part.part]!.keys.map(({ left }) => row[left]);
      if (keys.some((key) => key === null)) continue;
      const found = answers(part, get, keys as string[], (row.ts as Date).getTime());
      for (const [name, value] of found) {
        const column =
          part.holds === 'rows' ? `${part.groupBy}_${name}`.replaceAll('.', '_') : name;
        const type =
          part.holds === 'rows'
            ? ''
            : part.states.flatMap((s) => s.columns).find((c) => c.name === name)!.type;
        const [a, b] = [JSON.stringify(norm(row[column], type)), JSON.stringify(norm(value, type))];
        if (!(column in row)) throw new Error(column);
        cells++;
        if (a !== 'null' && a !== '0') filled++;
        if (a !== b) bad.set(column, `${a} ${b} ${bad.get(column)?.split(' ').length ?? 0}`);
      }
    }
  }
  console.log(cells, filled, bad);
  expect(entries.size).toBeGreaterThan(0);
});
