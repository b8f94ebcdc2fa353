import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { trainSet } from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { fraudV2 } from '../../examples/fraud/features/fraud-v2.js';
import { generated } from './generated.js';
import { type Cells, newFolder, quoted, sql } from './workspace.js';

interface Case {
  readonly case: string;
  readonly rules: readonly string[];
  readonly rows: readonly string[];
  readonly expected: Readonly<Record<string, unknown>>;
}

const planted = JSON.parse(
  readFileSync(new URL('../../test-data/planted.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] };

let rows: Map<unknown, Cells>;

beforeAll(async () => {
  const folder = newFolder();
  const lake = join(folder, 'data');
  await generated(0.002, lake);
  const { path, rows: count } = await trainSet(fraudV2, {
    lake,
    out: join(folder, 'out'),
    workers: 1,
  });
  expect(count).toBe(4_000);
  const found = await sql(
    `FROM read_parquet(${quoted(`${path}/*/*.parquet`)}) WHERE starts_with(transaction_id, 'planted')`,
  );
  rows = new Map(found.map((row) => [row.transaction_id, row]));
});

test.each(planted.cases)('$case ($rules)', ({ rows: ids, expected }) => {
  for (const id of ids) {
    const row = rows.get(id);
    const actual = Object.fromEntries(
      Object.keys(expected).map((name) => [name, plain(row?.[name])]),
    );
    expect(actual, id).toEqual(expected);
  }
});

test('every cell was looked at', () => {
  const cells = planted.cases.reduce(
    (n, one) => n + one.rows.length * Object.keys(one.expected).length,
    0,
  );
  console.log(`planted keys: ${cells} cells in ${planted.cases.length} cases`);
  expect(cells).toBeGreaterThan(100);
});

/** As `planted.json` writes it: instants as ISO texts, maps as objects, small integers as numbers. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (!Array.isArray(value)) return value;
  const entries = value as { readonly key?: unknown; readonly value?: unknown }[];
  if (entries.some((entry) => typeof entry === 'object' && entry !== null && 'key' in entry)) {
    return Object.fromEntries(entries.map(({ key, value: inner }) => [String(key), plain(inner)]));
  }
  return value.map(plain);
}
