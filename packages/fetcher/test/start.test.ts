import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Every package that a module loads at once, from the bundle of the first. */
function loadedAtOnce(entry: string): Map<string, string> {
  const found = new Map<string, string>();
  const files = [entry];
  const seen = new Set(files);
  for (let file = files.pop(); file !== undefined; file = files.pop()) {
    const text = readFileSync(file, 'utf8');
    const resolver = createRequire(file);
    for (const [, name = ''] of text.matchAll(/^(?:import|export)\b[^'"]*?["']([^'"]+)["']/gm)) {
      if (name.startsWith('node:')) continue;
      let path: string;
      if (name.startsWith('.')) path = join(dirname(file), name);
      else {
        found.set(name, file);
        if (!name.startsWith('@tessera/')) continue;
        path = fileURLToPath(import.meta.resolve(name));
      }
      void resolver;
      if (!seen.has(path)) {
        seen.add(path);
        files.push(path);
      }
    }
  }
  return found;
}

test('neither DuckDB nor the batch side nor a driver is loaded with the fetcher', () => {
  const bundle = fileURLToPath(import.meta.resolve('@tessera/fetcher'));
  const loaded = loadedAtOnce(bundle);
  expect([...loaded.keys()].sort()).toEqual([
    '@tessera/algebra',
    '@tessera/api',
    '@tessera/columnar',
    '@tessera/expr',
    '@tessera/kv-writer',
  ]);
  const whole = readdirSync(dirname(bundle)).filter((name) => name.endsWith('.js'));
  for (const name of whole)
    expect(readFileSync(join(dirname(bundle), name), 'utf8')).not.toContain('duckdb/node');
});
