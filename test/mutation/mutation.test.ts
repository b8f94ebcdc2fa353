import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MUTATIONS } from './mutations.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = ['api', 'columnar', 'algebra', 'lake', 'tiling', 'pitjoin', 'planner', 'engine'];
const SEEDS = process.env.TESSERA_LONG === '1' ? 400 : 60;

/** A copy of the built packages that import each other, not the originals. */
let copy = '';

beforeAll(() => {
  copy = realpathSync(mkdtempSync(join(tmpdir(), 'tessera-mutation-')));
  for (const name of PACKAGES) {
    const from = join(root, 'packages', name);
    const to = join(copy, name);
    mkdirSync(join(to, 'node_modules', '@tessera'), { recursive: true });
    cpSync(join(from, 'package.json'), join(to, 'package.json'));
    cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true });
    for (const other of PACKAGES)
      symlinkSync(join(copy, other), join(to, 'node_modules', '@tessera', other));
    if (!existsSync(join(from, 'node_modules'))) continue;
    for (const entry of readdirSync(join(from, 'node_modules'))) {
      if (entry === '@tessera' || entry.startsWith('.')) continue;
      symlinkSync(realpathSync(join(from, 'node_modules', entry)), join(to, 'node_modules', entry));
    }
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function firstDifference(seeds: number): string {
  const script = join(root, 'test/mutation/run-seeds.mjs');
  const args = [script, join(copy, 'engine/dist/index.js'), '0', String(seeds)];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.trim();
}

test('the copy as it is agrees with the oracle', () => {
  expect(firstDifference(10)).toBe('equal');
});

test.each(MUTATIONS)('caught: $what', ({ what, file, find, replace }) => {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  expect(original, `${file} no longer holds the code to mutate`).toContain(find);
  try {
    writeFileSync(path, original.replaceAll(find, replace));
    const difference = firstDifference(SEEDS);
    console.log(`mutation ${what}: ${difference.slice(0, 160)}`);
    expect(difference).not.toBe('equal');
  } finally {
    writeFileSync(path, original);
  }
});
