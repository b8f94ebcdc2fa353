import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { backfill, buildTiles, trainSet } from '@tessera/engine';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { remembered } from '../../apps/cli/dist/idle/answer.js';
import { type Asked, digestOf, verdictFile } from '../../apps/cli/dist/idle/asked.js';
import { readVerdict, type Verdict, writeVerdict } from '../../apps/cli/dist/idle/verdict.js';
import { seen } from '../../apps/cli/dist/idle/witnesses.js';
import { runCli } from '../../apps/cli/dist/index.js';
import { readVersion } from '../../apps/cli/dist/version.js';
import { pipedContext } from '../../apps/cli/test/piped-context.js';
import { start } from './command.js';
import { newFolder, parquet } from './workspace.js';

/** Times of files are trusted on local file systems of Linux alone. */
const linux = describe.skipIf(process.platform !== 'linux');

const template = newFolder();
const cache = newFolder();
const DAYS = ['2025-06-01', '2025-06-02', '2025-06-03'];

const CONFIG = `import { defineProject } from '@tessera/api';
export default defineProject({ name: 'idle', lake: 'lake', out: 'out', features: 'features' });
`;
const COLUMNS = `export const columns = { user: 'string', amount: 'double', at: 'timestamp' } as const;\n`;
const FEATURES = `import { events, groupBy, join, part, sum } from '@tessera/api';
import { columns } from '../shared/columns.js';
const payments = events({ name: 'payments', path: 'payments', columns, time: 'at' });
const orders = events({ name: 'orders', path: 'orders', columns, time: 'at' });
export const spend = groupBy({ name: 'spend', source: payments, keys: ['user'],
  aggregations: [sum('amount', { windows: ['1d', '2d'] })] });
export const asked = join({ name: 'asked', left: orders, parts: [part(spend)] });
`;

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

beforeAll(async () => {
  for (const table of ['payments', 'orders'])
    for (const ds of DAYS)
      await parquet(
        join(template, 'lake', table, `ds=${ds}`, 'a.parquet'),
        `SELECT 'u' || i AS "user", (i + 0.5)::DOUBLE AS amount, TIMESTAMP '${ds} 12:00:00' AS at FROM range(3) t(i)`,
      );
  write(join(template, 'tessera.config.ts'), CONFIG);
  write(join(template, 'shared', 'columns.ts'), COLUMNS);
  write(join(template, 'features', 'asked.ts'), FEATURES);
  const built = await run(asking(template));
  expect(built.out, built.err).toContain('3 partitions, 9 rows');
  expect((await run(asking(template, ['backfill']))).code).toBe(0);
});

/** The loader of definitions tells all that the process has loaded, and a process of the command loads one project. */
beforeEach(() => {
  const loaded = createRequire(import.meta.url).cache;
  for (const file of Object.keys(loaded)) if (!file.includes('/node_modules/')) delete loaded[file];
});

/** As of a process that began when all files of this test were old. */
function asking(cwd: string, argv: readonly string[] = ['train-set', '--join', 'asked']): Asked {
  const env = { XDG_CACHE_HOME: cache };
  return { argv, cwd, env, beganMs: Number.POSITIVE_INFINITY };
}

async function run(asked: Asked) {
  const { cwd, env } = asked;
  const one = { workers: 1 };
  const { context, said } = pipedContext({
    ...{ cwd, env },
    loadEngine: async () => ({
      trainSet: (join, options) => trainSet(join, { ...options, ...one }),
      backfill: (groupBy, options) => backfill(groupBy, { ...options, ...one }),
      buildTiles: (definition, options) => buildTiles(definition, { ...options, ...one }),
    }),
  });
  return { code: await runCli(asked.argv, { ...context, asked }), ...said() };
}

/** A copy of the published project: what it is known to depend on is what a run of the first one found. */
async function idleProject(): Promise<{ folder: string; asked: Asked }> {
  const folder = newFolder();
  cpSync(template, folder, { recursive: true });
  const asked = asking(folder);
  const { version, said, witnesses } = await (verdictOfTemplate ??= idleTemplate());
  const here = (path: string) => path.replace(template, folder);
  const now = witnesses.map(({ of, paths, absent }) => {
    const group = { of, paths: paths.map(here), absent: absent.map(here) };
    return { ...group, digest: seen(group)!.digest };
  });
  writeVerdict(verdictFile(asked)!, { version, said, witnesses: now });
  expect(remembered(asked).why).toBe('all is as it was');
  return { folder, asked };
}

let verdictOfTemplate: Promise<Verdict> | null = null;

async function idleTemplate(): Promise<Verdict> {
  const asked = asking(template);
  expect((await run(asked)).out).toContain('nothing to do');
  expect(remembered(asked).why).toBe('all is as it was');
  return readVerdict(verdictFile(asked)!, readVersion())!;
}

const DAY = 'lake/payments/ds=2025-06-02';
const DATASET = 'out/train-sets/asked';

linux('what changed is looked at', () => {
  const changes: readonly [string, RegExp, (folder: string) => void][] = [
    ['a file that was touched', /lake/, (at) => utimesSync(join(at, DAY, 'a.parquet'), 1, 1)],
    ['an edit of one byte with the old time', /lake/, edited],
    [
      'a file replaced by one of the same size and times',
      /lake/,
      (at) => {
        const file = join(at, DAY, 'a.parquet');
        const { atime, mtime } = statSync(file);
        cpSync(file, `${file}.new`);
        utimesSync(`${file}.new`, atime, mtime);
        renameSync(`${file}.new`, file);
      },
    ],
    [
      'a partition added',
      /lake/,
      (at) => cpSync(join(at, DAY), `${at}/lake/payments/ds=2025-06-04`, { recursive: true }),
    ],
    ['a partition removed', /lake/, (at) => rmSync(join(at, DAY), { recursive: true })],
    [
      'a partition renamed',
      /lake/,
      (at) => renameSync(join(at, DAY), `${at}/lake/payments/ds=2025-06-09`),
    ],
    ['a new empty folder', /lake/, (at) => mkdirSync(`${at}/lake/orders/ds=2025-06-04`)],
    [
      'a file added to a partition',
      /lake/,
      (at) => cpSync(join(at, DAY, 'a.parquet'), join(at, DAY, 'b.parquet')),
    ],
    [
      'a folder replaced by a link',
      /lake/,
      (at) => {
        renameSync(join(at, DAY), join(at, 'out/elsewhere'));
        symlinkSync(join(at, 'out/elsewhere'), join(at, DAY));
      },
    ],
    ['the lake gone', /definitions/, (at) => renameSync(join(at, 'lake'), join(at, 'lake2'))],
    ['a definition', /definitions/, (at) => appendFileSync(join(at, 'features/asked.ts'), '\n')],
    [
      'a new definition',
      /definitions/,
      (at) => write(join(at, 'features/other.ts'), 'export {};\n'),
    ],
    [
      'what a definition imports',
      /definitions/,
      (at) => appendFileSync(join(at, 'shared/columns.ts'), '\n'),
    ],
    [
      'what it might import instead',
      /definitions/,
      (at) => write(join(at, 'shared/columns.js'), COLUMNS.replace(' as const', '')),
    ],
    ['the config', /definitions/, (at) => appendFileSync(join(at, 'tessera.config.ts'), '\n')],
    [
      'a package.json',
      /definitions/,
      (at) => write(join(at, 'package.json'), '{ "type": "commonjs" }'),
    ],
    ['the manifest', /published/, (at) => appendFileSync(join(at, DATASET, '_manifest.json'), ' ')],
    [
      'a published file removed',
      /published/,
      (at) => rmSync(join(at, DATASET, 'ds=2025-06-02/part-0.parquet')),
    ],
    [
      'a published file cut',
      /published/,
      (at) => truncateSync(join(at, DATASET, 'ds=2025-06-02/part-0.parquet'), 50),
    ],
    [
      'a publish that was begun',
      /published/,
      (at) => write(join(at, DATASET, '_publish.json'), '{}'),
    ],
    ['a lock', /published/, (at) => write(join(at, DATASET, '_lock'), '{}')],
    [
      'what a killed run staged',
      /published/,
      (at) => write(join(at, DATASET, '_staging/work/tasks.log'), ''),
    ],
    [
      'its temporary folder',
      /temporary/,
      (at) => mkdirSync(join(at, 'out/.tmp/tessera-run-x'), { recursive: true }),
    ],
    [
      'what a killed run left among tiles',
      /tile sets/,
      (at) => mkdirSync(join(at, 'out/tiles', readdirSync(join(at, 'out/tiles'))[0]!, '_staging')),
    ],
    ['all tiles gone', /tile sets/, (at) => rmSync(join(at, 'out/tiles'), { recursive: true })],
  ];
  test.each(changes)('%s', async (_, what, change) => {
    const { folder, asked } = await idleProject();
    change(folder);
    expect(remembered(asked)).toMatchObject({ said: null, why: expect.stringMatching(what) });
  });

  function edited(at: string): void {
    const file = join(at, DAY, 'a.parquet');
    const { atime, mtime } = statSync(file);
    const bytes = readFileSync(file);
    bytes[20]! ^= 1;
    writeFileSync(file, bytes);
    utimesSync(file, atime, mtime);
  }
});

linux('what was asked', () => {
  test('another option, folder, environment or command is another question', async () => {
    const { folder, asked } = await idleProject();
    const others: readonly Asked[] = [
      asking(folder, ['train-set', '--join', 'asked', '--start', '2025-06-02']),
      asking(folder, ['train-set']),
      asking(folder, ['backfill']),
      { ...asked, cwd: join(folder, 'features') },
      { ...asked, env: { ...asked.env, TESSERA_DEFAULT_PROJECT: '/elsewhere' } },
      { ...asked, env: { ...asked.env, NODE_OPTIONS: '--no-warnings' } },
      { ...asked, env: { ...asked.env, TESSERA_IDLE: 'off' } },
      { ...asked, env: { ...asked.env, TESSERA_FAULT: 'x' } },
    ];
    for (const other of others) expect(remembered(other).said, String(other.argv)).toBeNull();
    expect(remembered(asked).said).not.toBeNull();
  });

  test('a config nearer by is another project', async () => {
    const { folder } = await idleProject();
    const asked = { ...asking(folder), cwd: join(folder, 'features') };
    expect((await run(asked)).out).toContain('nothing to do');
    expect(remembered(asked).said).not.toBeNull();
    write(join(folder, 'features', 'tessera.config.ts'), CONFIG);
    expect(remembered(asked)).toEqual({ said: null, why: 'definitions changed' });
  });

  test('what does more than look is done each time', async () => {
    const { folder } = await idleProject();
    for (const options of [
      ['--json'],
      ['--plan'],
      ['--limit', '3'],
      ['--dry-run'],
      ['--format', 'csv'],
      ['--profile', 'x.json'],
      ['--debug'],
      ['--tiles', 'off'],
    ]) {
      const asked = asking(folder, ['train-set', '--join', 'asked', ...options]);
      expect((await run(asked)).code, String(options)).toBe(0);
      expect(remembered(asked)).toEqual({ said: null, why: 'nothing is remembered' });
    }
  });

  test('two projects with one output folder', async () => {
    const { folder, asked } = await idleProject();
    const other = newFolder();
    cpSync(folder, other, { recursive: true, filter: (from) => !from.endsWith('/out') });
    const there = asking(other, [...asked.argv, '--out', join(folder, 'out')]);
    expect(remembered(there).said).toBeNull();
    writeFileSync(join(other, 'features/asked.ts'), FEATURES.replace("'2d'", "'3d'"));
    expect((await run(there)).out).toContain('definition changed');
    expect(remembered(there).said).toBeNull();
    expect(remembered(asked)).toEqual({ said: null, why: 'what is published changed' });
  });
});

linux('what is remembered', () => {
  test.each([
    ['cut', (text: string) => text.slice(0, -20)],
    ['empty', () => ''],
    ['changed', (text: string) => text.replace('are up to date', 'are up to Date')],
    ['of another form', (text: string) => signed(text, (verdict) => ({ ...verdict, format: 2 }))],
  ])('%s counts as nothing', async (_, change) => {
    const { asked } = await idleProject();
    const file = verdictFile(asked)!;
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    expect(remembered(asked)).toEqual({ said: null, why: 'nothing is remembered' });
    expect((await run(asked)).out).toContain('nothing to do');
    expect(remembered(asked).said).not.toBeNull();
  });

  test('another version counts as nothing, and its code is looked at', async () => {
    const { asked } = await idleProject();
    const file = verdictFile(asked)!;
    const verdict = readVerdict(file, readVersion())!;
    const code = verdict.witnesses.find((one) => one.of === 'Tessera')!.paths;
    for (const part of ['engine/bundle/index.js', 'planner/bundle/index.js', 'cli/dist/main.js'])
      expect(
        code.some((path) => path.endsWith(part)),
        part,
      ).toBe(true);
    writeVerdict(file, { ...verdict, version: '0.0.9' });
    expect(remembered(asked).said).toBeNull();
  });

  test('is forgotten where the run finds something to do', async () => {
    const { folder, asked } = await idleProject();
    rmSync(join(folder, DATASET, 'ds=2025-06-02'), { recursive: true });
    expect((await run(asked)).out).toContain('1 of 3 days');
    expect(remembered(asked).said).toBeNull();
    expect((await run(asked)).out).toContain('nothing to do');
    expect(remembered(asked).said).not.toBeNull();
  });

  test('is nothing where files are too young, or somebody works there', async () => {
    const { folder, asked } = await idleProject();
    const young = { ...asking(folder, ['train-set']), beganMs: Date.now() };
    expect((await run(young)).out).toContain('nothing to do');
    expect(remembered(young).said).toBeNull();
    const holder = { owner: 'x', pid: 1, host: `not-${hostname()}`, since: 'now', token: 'abc' };
    write(join(folder, DATASET, '_lock'), JSON.stringify(holder));
    expect((await run(asked)).out).toContain('nothing to do');
    expect(existsSync(verdictFile(asked)!)).toBe(false);
  });

  test.each([
    ['the environment', `const unused = process.env.SOME;\n`],
    ['the clock', `const unused = Date.now();\n`],
    ['a package', `import os from 'node:os';\nconst unused = os.EOL;\n`],
    ['a data file', `import data from '../shared/data.json';\nconst unused = data;\n`],
    ['what is computed', `const unused = import('../shared/columns.js');\n`],
    ['the screen', `console.log('hello');\n`],
  ])('is nothing where definitions look at %s', async (_, line) => {
    const { folder, asked } = await idleProject();
    write(join(folder, 'shared/data.json'), '{}');
    writeFileSync(join(folder, 'features/asked.ts'), line + FEATURES);
    expect((await run(asked)).out).toContain('nothing to do');
    expect(existsSync(verdictFile(asked)!)).toBe(false);
  });
});

linux('what is said', () => {
  test('is what the run says', async () => {
    const { folder } = await idleProject();
    for (const argv of [['train-set'], ['backfill'], ['train-set', '--start', '2025-06-02']]) {
      const asked = asking(folder, argv);
      const lines = (await run(asked)).out.replace(/ +\d+\.\d s\n/g, '\n');
      const said = remembered(asked).said!;
      expect(said.map(({ text }) => text).every((text) => lines.includes(text))).toBe(true);
      expect(lines.trimEnd().split('\n')).toHaveLength(said.length);
    }
  });

  test('by the command itself, as long as nothing changes', async () => {
    const folder = newFolder();
    cpSync(template, folder, { recursive: true });
    const env = { XDG_CACHE_HOME: cache, TESSERA_IDLE: 'tell' };
    const argv = ['train-set', '--workers', '1', '--no-summary'];
    const command = () => start(argv, folder, env).ended;
    await command();
    // What was copied, and what that run wrote, is to be older than the next process.
    await sleep(3_000);
    const slow = await command();
    expect(slow.err).toContain('idle: remembered');
    const fast = await command();
    expect(fast.err).toBe('idle: all is as it was\n');
    const plain = (text: string) => text.replace(/\d+\.\d s/g, '… s');
    expect(plain(fast.out)).toBe(plain(slow.out));
    expect(fast.code).toBe(0);
    truncateSync(join(folder, DATASET, 'ds=2025-06-02/part-0.parquet'), 50);
    const mended = await command();
    expect(mended.err).toContain('idle: what is published changed');
    expect(mended.out).toContain('1 of 3 days');
  });
});

function signed(whole: string, change: (verdict: Verdict) => object): string {
  const text = JSON.stringify(change(JSON.parse(whole.slice(whole.indexOf('\n') + 1)) as Verdict));
  return `${digestOf(text)}\n${text}`;
}
