import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { filesBelow, isPublished, newFolder, parquet } from '../files/workspace.js';
import { manifestOf, packAll, unpackInto } from './packages.js';

const long = process.env.TESSERA_LONG === '1';
const folder = newFolder();
const project = join(folder, 'project');
let tarballs: ReadonlyMap<string, string> = new Map();

const CONFIG = `import { defineProject } from '@tessera/api';
export default defineProject({ lake: 'data', out: 'out' });
`;
const FEATURES = `import { count, events, groupBy, join, part, sum } from '@tessera/api';
export const orders = events({
  name: 'orders', path: 'orders.parquet', time: 'at',
  columns: { id: 'int64', customer: 'string', amount: 'double', at: 'timestamp' },
});
export const customer = groupBy({
  name: 'customer', source: orders, keys: ['customer'],
  aggregations: [count({ windows: ['1d'] }), sum('amount', { windows: ['7d'] })],
});
export const training = join({ name: 'training', left: orders, parts: [part(customer)] });
`;
const LIBRARY = `import { trainSet } from '@tessera/engine';
import { training } from './features/training.mjs';
const result = await trainSet(training, { lake: 'data', out: 'library-out', workers: 2 });
let rows = 0;
for await (const batch of result.batches()) rows += batch.rows;
console.log(JSON.stringify({ rows, days: result.partitionsWritten.length }));
`;

async function writeProject(at: string): Promise<void> {
  mkdirSync(join(at, 'features'), { recursive: true });
  writeFileSync(join(at, 'package.json'), '{ "name": "somewhere", "private": true }\n');
  writeFileSync(join(at, 'tessera.config.ts'), CONFIG);
  writeFileSync(join(at, 'features/training.mjs'), FEATURES);
  writeFileSync(join(at, 'library.mjs'), LIBRARY);
  await parquet(
    join(at, 'data/orders.parquet'),
    `SELECT i::BIGINT AS id, 'c' || i % 7 AS customer, i::DOUBLE AS amount,
       TIMESTAMP '2025-01-01' + to_minutes(i * 17) AS at FROM range(500) t(i)`,
  );
}

function run(program: string, args: readonly string[], cwd: string) {
  const { INIT_CWD: _, TESSERA_DEFAULT_PROJECT: __, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

beforeAll(async () => {
  tarballs = packAll(join(folder, 'tarballs'));
  await writeProject(project);
  unpackInto(project, tarballs);
}, 300_000);

/** The command is loaded file by file, libraries as one. */
const entryOf = (name: string) =>
  name === '@tessera/cli' ? './dist/index.js' : './bundle/index.js';

/** By the Redis client, for commands that nobody sends. */
const NEVER_ASKED_FOR = ['@node-rs/xxhash'];

describe('packages', () => {
  test('hold what they name, and nothing else', () => {
    expect(tarballs.size).toBe(17);
    for (const name of tarballs.keys()) {
      const at = join(project, 'node_modules', name);
      const manifest = manifestOf(at);
      expect(manifest, name).toMatchObject({
        license: 'Apache-2.0',
        engines: { node: '>=20' },
        types: './dist/index.d.ts',
        exports: { '.': { types: './dist/index.d.ts', default: entryOf(name) } },
      });
      expect(manifest.private, name).toBeUndefined();
      const ranges = Object.values(manifest.dependencies ?? {});
      expect(
        ranges.filter((range) => !/^\d+\.\d+\.\d+/.test(range)),
        name,
      ).toEqual([]);
      const files = filesBelow(at);
      const superfluous = files.filter(
        (file) =>
          !/^(dist\/.*\.(js|d\.ts)|bundle\/([^/]*\.js|LICENSES\.txt)|bin\/tessera\.cjs|package\.json|README\.md|LICENSE)$/.test(
            file,
          ),
      );
      expect(superfluous, name).toEqual([]);
      for (const file of [entryOf(name).slice(2), 'dist/index.d.ts', 'README.md', 'LICENSE']) {
        expect(files, name).toContain(file);
      }
      for (const file of Object.values(manifest.bin ?? {})) expect(files).toContain(file);
    }
    expect(manifestOf(join(project, 'node_modules/@tessera/cli')).bin).toEqual({
      tessera: 'bin/tessera.cjs',
    });
  });

  test('import only what they depend on', () => {
    for (const name of tarballs.keys()) {
      const at = join(project, 'node_modules', name);
      const known = Object.keys(manifestOf(at).dependencies ?? {});
      const code = filesBelow(at).filter((file) => file.endsWith('.js'));
      const imported = code.flatMap((file) => {
        const text = readFileSync(join(at, file), 'utf8');
        const found = text.matchAll(
          /^(?:import|export) [^'";]*?from ['"]([^'".][^'"]*)['"]|\bimport\(['"]([^'".][^'"]*)['"]\)|\bcreateRequire\(import\.meta\.url\)\(['"]([^'".][^'"]*)['"]\)/gm,
        );
        return [...found].map(([, from, dynamic, required]) => (from ?? dynamic ?? required)!);
      });
      const strangers = imported.filter(
        (from) =>
          !isBuiltin(from) &&
          !NEVER_ASKED_FOR.includes(from) &&
          !known.some((one) => from === one || from.startsWith(`${one}/`)),
      );
      expect([...new Set(strangers)], name).toEqual([]);
    }
  });

  test('unpacked far from the clone: a training set from the command and from the library', () => {
    const bin = join(project, 'node_modules/@tessera/cli/bin/tessera.cjs');
    trainsFrom(project, process.execPath, [bin]);
  });

  test('an installed command writes projects that depend on the packages', () => {
    const bin = join(project, 'node_modules/@tessera/cli/bin/tessera.cjs');
    const made = run(process.execPath, [bin, 'init', 'made', '--from', 'data'], project);
    expect(made).toMatchObject({ status: 0 });
    expect(made.stdout).toContain('npx tessera train-set --project made');
    const manifest = JSON.parse(readFileSync(join(project, 'made/package.json'), 'utf8'));
    expect(manifest).toMatchObject({
      scripts: { 'train-set': 'tessera train-set', test: 'tessera test' },
      devDependencies: { '@tessera/api': '0.1.0', '@tessera/cli': '0.1.0' },
    });
    expect(readFileSync(join(project, 'made/tsconfig.json'), 'utf8')).not.toContain('paths');
    const tested = run(process.execPath, [bin, 'test', '--project', 'made'], project);
    expect(tested.status, tested.stdout + tested.stderr).toBe(0);
  });

  test.skipIf(!long)('npm installs the tarballs, npx runs them', async () => {
    const installed = join(folder, 'installed');
    await writeProject(installed);
    const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
    const npm = run('npm', [...args, ...tarballs.values()], installed);
    expect(npm.status, npm.stderr).toBe(0);
    expect(existsSync(join(installed, 'node_modules/.bin/tessera'))).toBe(true);
    trainsFrom(installed, 'npx', ['--no-install', 'tessera']);
  });
});

function trainsFrom(at: string, program: string, command: readonly string[]): void {
  const cli = run(program, [...command, 'train-set', '--workers', '1'], at);
  expect(cli.status, cli.stderr).toBe(0);
  expect(cli.stdout).toContain('6 partitions, 500 rows');
  expect(filesBelow(join(at, 'out')).filter(isPublished)).toHaveLength(6);
  const library = run(process.execPath, ['library.mjs'], at);
  expect(library.status, library.stderr).toBe(0);
  expect(JSON.parse(library.stdout)).toEqual({ rows: 500, days: 6 });
}
