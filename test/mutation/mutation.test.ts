import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { kernelsModule } from '../../scripts/kernels.mjs';
import { patientChild } from '../bad-input/ask-child.js';
import { newFolder } from '../files/workspace.js';
import { MUTATIONS } from './mutations.js';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const PACKAGES = readdirSync(packages).filter((name) => existsSync(join(packages, name, 'dist')));
const LONG = process.env.TESSERA_LONG === '1';
const SEEDS = LONG ? 400 : 60;
/** Each is a copy of all packages, loaded: every third in the short run. */
const CHOSEN = MUTATIONS.filter((_, i) => LONG || i % 3 === 0);

const runner = patientChild({
  program: fileURLToPath(new URL('./run-seeds.mjs', import.meta.url)),
  limitMs: 600_000,
});
afterAll(() => runner.end());

/** A copy of the built packages that import each other, not the originals. One of its own each: a module is loaded once. */
function copyOfPackages(): string {
  const copy = newFolder();
  for (const name of PACKAGES) {
    const from = join(packages, name);
    const to = join(copy, name);
    mkdirSync(join(to, 'node_modules', '@tessera'), { recursive: true });
    // The compiled modules, each a file that can be changed, instead of their bundle.
    const manifest = readFileSync(join(from, 'package.json'), 'utf8');
    writeFileSync(join(to, 'package.json'), manifest.replaceAll('./bundle/', './dist/'));
    cpSync(join(from, 'dist'), join(to, 'dist'), {
      recursive: true,
      filter: (path) => !/\.(d\.ts|map)$/.test(path),
    });
    if (existsSync(join(from, 'assembly')))
      cpSync(join(from, 'assembly'), join(to, 'assembly'), { recursive: true });
    for (const other of PACKAGES)
      symlinkSync(join(copy, other), join(to, 'node_modules', '@tessera', other));
    if (!existsSync(join(from, 'node_modules'))) continue;
    for (const entry of readdirSync(join(from, 'node_modules'))) {
      if (entry === '@tessera' || entry.startsWith('.')) continue;
      symlinkSync(realpathSync(join(from, 'node_modules', entry)), join(to, 'node_modules', entry));
    }
  }
  return copy;
}

/** As `scripts/kernels.mjs` does it where the package is built. */
async function compileKernels(assembly: string): Promise<void> {
  writeFileSync(join(assembly, '../dist/generated/kernels.js'), await kernelsModule(assembly));
}

/** Where a build first differs from the oracle, null where it does not. */
async function firstDifference(copy: string, seeds: number): Promise<string | null> {
  const engine = join(copy, 'engine/dist/index.js');
  const told = await runner.ask<{ difference: string | null }>({ engine, first: 0, end: seeds });
  if ('died' in told) throw new Error(told.died);
  return told.answer.difference;
}

test('the copy as it is agrees with the oracle', async () => {
  expect(await firstDifference(copyOfPackages(), LONG ? 10 : 5)).toBe(null);
});

test.each(CHOSEN)('caught: $what', async ({ what, file, find, replace }) => {
  const copy = copyOfPackages();
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  expect(original, `${file} no longer holds the code to mutate`).toContain(find);
  writeFileSync(path, original.replaceAll(find, replace));
  if (dirname(file).endsWith('/assembly')) await compileKernels(dirname(path));
  const difference = await firstDifference(copy, SEEDS);
  console.log(`mutation ${what}: ${difference?.slice(0, 160)}`);
  expect(difference).not.toBe(null);
});
