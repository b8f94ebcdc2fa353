import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/tessera.cjs', import.meta.url));
/** Since Node 22.1. */
const isKept = 'enableCompileCache' in module;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-code-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function tessera(cache: string, variables: NodeJS.ProcessEnv = {}): string {
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const { stdout, stderr, status } = spawnSync(process.execPath, [BIN, '--version'], {
    encoding: 'utf8',
    env: { ...env, XDG_CACHE_HOME: cache, ...variables },
  });
  expect([stderr, status]).toEqual(['', 0]);
  return stdout;
}

test('what V8 made of the code is kept in the user’s cache, where Node can', () => {
  const cache = newFolder();
  const first = tessera(cache);
  expect(existsSync(join(cache, 'tessera', 'node'))).toBe(isKept);
  expect(tessera(cache)).toBe(first);
});

test('a folder of the user’s own is taken instead', () => {
  const [cache, own] = [newFolder(), join(newFolder(), 'own')];
  tessera(cache, { NODE_COMPILE_CACHE: own });
  expect(existsSync(own)).toBe(isKept);
  expect(existsSync(join(cache, 'tessera', 'node'))).toBe(false);
});

test('a cache that cannot be written is no failure', () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, '');
  expect(tessera(file)).toMatch(/^\d+\.\d+\.\d+/);
});
