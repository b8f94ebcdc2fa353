import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

function tessera(
  cache: string | undefined,
  variables: NodeJS.ProcessEnv = {},
  options: { readonly cwd?: string; readonly uid?: number } = {},
): string {
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const { stdout, stderr, status } = spawnSync(process.execPath, [BIN, '--version'], {
    encoding: 'utf8',
    env: { ...env, XDG_CACHE_HOME: cache, ...variables },
    ...options,
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

test('an empty variable names no folder, least of all the one at hand', () => {
  const [home, cwd] = [newFolder(), newFolder()];
  tessera('', { HOME: home }, { cwd });
  expect(existsSync(join(home, '.cache', 'tessera', 'node'))).toBe(isKept);
  expect(readdirSync(cwd)).toEqual([]);
});

// As in a container that runs as any number.
test.runIf(process.getuid?.() === 0)('who has no home has no cache', () => {
  const nobody = { uid: 1_234_567, cwd: tmpdir() };
  expect(tessera(undefined, { HOME: undefined }, nobody)).toMatch(/^\d+\.\d+\.\d+/);
});

test('a cache that cannot be written is no failure', () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, '');
  expect(tessera(file)).toMatch(/^\d+\.\d+\.\d+/);
});
