import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '@tessera/kv-writer';
import { expect, test } from 'vitest';
import { AS_OF, uploaded } from './support/world.js';

/** Names of all packages that a module loads at once, through ours. */
function loadedAtOnce(entry: string): string[] {
  const found = new Set<string>();
  const files = [entry];
  const seen = new Set(files);
  for (let file = files.pop(); file !== undefined; file = files.pop()) {
    const text = readFileSync(file, 'utf8');
    for (const [, name = ''] of text.matchAll(/^(?:import|export)\b[^'"]*?["']([^'"]+)["']/gm)) {
      if (name.startsWith('node:')) continue;
      if (!name.startsWith('.')) found.add(name);
      if (!name.startsWith('.') && !name.startsWith('@tessera/')) continue;
      const path = name.startsWith('.')
        ? join(dirname(file), name)
        : fileURLToPath(import.meta.resolve(name));
      if (!seen.has(path)) files.push(path);
      seen.add(path);
    }
  }
  return [...found].sort();
}

test('neither DuckDB nor the batch side nor a driver is loaded with the fetcher', () => {
  const bundle = fileURLToPath(import.meta.resolve('@tessera/fetcher'));
  expect(loadedAtOnce(bundle)).toEqual([
    '@tessera/algebra',
    '@tessera/api',
    '@tessera/columnar',
    '@tessera/expr',
    '@tessera/kv-writer',
  ]);
  for (const name of readdirSync(dirname(bundle)).filter((one) => one.endsWith('.js')))
    expect(readFileSync(join(dirname(bundle), name), 'utf8')).not.toContain('duckdb/node');
});

test('a process that fetches from LMDB loads the library of LMDB, and not that of DuckDB', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-start-'));
  try {
    const url = `lmdb:${join(folder, 'online')}`;
    const store = await openStore(url);
    await uploaded(store);
    await store.close();
    const own = (name: string) => JSON.stringify(import.meta.resolve(name));
    const script = join(folder, 'start.mjs');
    writeFileSync(
      script,
      `const { count, events, groupBy, join, part } = await import(${own('@tessera/api')});
const { createFetcher } = await import(${own('@tessera/fetcher')});
const { openStore } = await import(${own('@tessera/kv-writer')});
const payments = events({ name: 'payments', path: 'payments', columns: { id: 'string', user: 'string', ts: 'timestamp' }, time: 'ts', tieBreaker: 'id' });
const spend = groupBy({ name: 'user_spend', source: payments, keys: ['user'], aggregations: [count({ windows: ['1h'] })], online: true });
const checkout = join({ name: 'checkout', left: payments, parts: [part(spend)] });
const store = await openStore(${JSON.stringify(url)});
const fetcher = createFetcher({ store });
const { row, parts } = await fetcher.fetch(checkout, { user: 'u1' }, { at: ${AS_OF} });
await fetcher.close();
await store.close();
process.report.excludeNetwork = true;
const libraries = process.report.getReport().sharedObjects;
console.log(JSON.stringify({ row, status: parts[0].status, libraries }));`,
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const told = JSON.parse(stdout) as { row: object; status: string; libraries: string[] };
    expect(told).toMatchObject({ row: { user: 'u1', user_spend_count_1h: 2 }, status: 'ok' });
    expect(told.libraries.some((path) => path.includes('lmdb'))).toBe(true);
    expect(told.libraries.filter((path) => /duckdb/i.test(path))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
