import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { doctor } from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { start } from '../files/command.js';
import { tesseraHere } from '../files/command-here.js';
import { filesBelow } from '../files/workspace.js';
import {
  copyOut,
  DAYS,
  datasetOf,
  published,
  RUN,
  runHere,
  tileFiles,
  tilesHere,
  writeDay,
  writeProject,
} from './visits.js';

/** Damage of every kind: `doctor` finds it, mends it, and the next run ends with the bytes of an undamaged one. */

let folder = '';
let clean: Record<string, string> = {};
let cases = 0;

beforeAll(async () => {
  folder = await writeProject();
  await again(join(folder, 'clean'));
  clean = published(join(folder, 'clean'));
});

/** Whatever is missing is built, tiles and values. */
async function again(out: string): Promise<void> {
  await runHere(folder, out);
  await tilesHere(folder, out);
}

function damagedCopy(damage: (out: string) => void): string {
  const out = join(folder, `case-${cases++}`);
  copyOut(join(folder, 'clean'), out);
  damage(out);
  return out;
}

const tileSet = (out: string): string => {
  const [first] = readdirSync(join(out, 'tiles')).sort();
  return join(out, 'tiles', first!);
};
/** A file of a level, of the first tile set that has any. */
function firstTile(out: string, level: string): string {
  for (const hash of readdirSync(join(out, 'tiles')).sort()) {
    const set = join(out, 'tiles', hash);
    const [first] = tileFiles(set).filter((name) => name.startsWith(`${level}/`));
    if (first !== undefined) return join(set, first);
  }
  throw new Error(`no tiles of ${level}`);
}
const partition = (out: string): string => join(datasetOf(out), `ds=${DAYS[1]}`, 'part-0.parquet');
const manifest = (folderOf: string): string => join(folderOf, '_manifest.json');

/** One bit, its time as it was or, as an editor would leave it, now. */
function flip(path: string, isTold: boolean): void {
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 2)]! ^= 4;
  writeFileSync(path, bytes);
  if (!isTold) utimesSync(path, new Date(2025, 0), new Date(2025, 0));
}

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

const DEAD = JSON.stringify({
  ...{ owner: 'train-set habits', pid: 999_999_999, host: 'h', since: '2025-01-01T00:00:00.000Z' },
  ...{ started: null, token: 'a'.repeat(8) },
});

type Kinds = readonly string[];
const CASES: Record<
  string,
  readonly [damage: (out: string) => void, kinds: Kinds, alone: 'healed' | 'unseen']
> = {
  'a tile file cut short': [(out) => truncateSync(firstTile(out, '5m'), 100), ['tiles'], 'healed'],
  'a tile file with a flipped bit': [
    (out) => flip(firstTile(out, '1d'), true),
    ['tiles'],
    'healed',
  ],
  'a tile file that rotted': [(out) => flip(firstTile(out, '1h'), false), ['tiles'], 'unseen'],
  'a tile file that is gone': [(out) => rmSync(firstTile(out, '1h')), ['tiles'], 'healed'],
  'a block that is gone': [(out) => rmSync(firstTile(out, '8d')), ['tiles'], 'healed'],
  'tiles of an older format': [
    (out) =>
      edit(manifest(tileSet(out)), (text) => text.replace(/"tileFormat": \d+/, '"tileFormat": 0')),
    ['newer'],
    'healed',
  ],
  'a manifest of tiles cut short': [
    (out) => truncateSync(manifest(tileSet(out)), 200),
    ['manifest'],
    'healed',
  ],
  'a manifest of tiles that is gone': [(out) => rmSync(manifest(tileSet(out))), [], 'healed'],
  'a partition cut short': [(out) => truncateSync(partition(out), 100), ['partition'], 'healed'],
  'a partition with a flipped bit': [(out) => flip(partition(out), true), ['partition'], 'healed'],
  'a partition that rotted': [(out) => flip(partition(out), false), ['partition'], 'unseen'],
  'a partition that is gone': [(out) => rmSync(partition(out)), ['partition'], 'healed'],
  'a partition that nobody lists': [
    (out) => {
      mkdirSync(join(datasetOf(out), 'ds=2024-01-01'));
      writeFileSync(join(datasetOf(out), 'ds=2024-01-01', 'part-0.parquet'), 'x');
    },
    ['unlisted'],
    'healed',
  ],
  'half a manifest, and a journal’s': [
    (out) => {
      writeFileSync(join(datasetOf(out), '_manifest.json.77.tmp'), '{');
      writeFileSync(join(tileSet(out), '_manifest.json.77.tmp'), '{');
    },
    ['temporary', 'temporary'],
    'healed',
  ],
  'staging of a dead run': [
    (out) => {
      mkdirSync(join(datasetOf(out), '_staging/work'), { recursive: true });
      writeFileSync(join(datasetOf(out), '_staging/work/keys_k0.parquet'), 'half');
    },
    ['staged'],
    'healed',
  ],
};

const kindsOf = (findings: readonly { readonly kind: string }[]): string[] =>
  findings.map(({ kind }) => kind).sort();

test.each(Object.keys(CASES))('%s', async (name) => {
  const [damage, kinds, alone] = CASES[name]!;
  const out = damagedCopy(damage);
  const damagedFiles = filesBelow(out);
  const seen = await doctor({ out, check: true });
  expect(kindsOf(seen.findings)).toEqual([...kinds].sort());
  expect(filesBelow(out)).toEqual(damagedFiles);
  const mended = await doctor({ out });
  expect(kindsOf(mended.findings)).toEqual([...kinds].sort());
  expect(mended.findings.filter(({ state }) => state === 'found' || state === 'left')).toEqual([]);
  const after = await doctor({ out, check: true });
  expect(after.findings.filter(({ state }) => state !== 'sound')).toEqual([]);
  await again(out);
  expect(published(out)).toEqual(clean);

  const unaided = damagedCopy(damage);
  await again(unaided);
  // What changed without a trace in the file's times only reading all of it can tell.
  if (alone === 'healed') expect(published(unaided)).toEqual(clean);
  else expect((await doctor({ out: unaided, check: true })).findings).not.toEqual([]);
});

test.each([
  ['cut short', (text: string) => text.slice(0, 300), 'manifest', 2],
  ['from the future', (text: string) => text.replace('"format": 2', '"format": 9'), 'newer', 0],
] as const)('a manifest %s: a run says so, and what to do', async (_, change, kind, code) => {
  const out = damagedCopy((of) => edit(manifest(datasetOf(of)), change));
  const ended = await tesseraHere([...RUN, '--out', out], folder);
  expect(ended.code).toBe(2);
  expect(ended.err).toContain('FILE_UNREADABLE');
  expect(ended.err).toContain(kind === 'newer' ? 'A newer version' : '`tessera doctor`');
  const check = await tesseraHere(['doctor', '--check', '--out', out], folder);
  expect(check.code).toBe(code);
  const { findings } = await doctor({ out });
  expect(kindsOf(findings)).toContain(kind);
  if (kind === 'newer') return;
  await again(out);
  expect(published(out)).toEqual(clean);
});

test('a manifest that is gone: all is built again', async () => {
  const out = damagedCopy((of) => rmSync(manifest(datasetOf(of))));
  expect(kindsOf((await doctor({ out, check: true })).findings)).toEqual(['manifest']);
  await again(out);
  expect(published(out)).toEqual(clean);
});

test('the lock of a dead owner goes, one of another host stays with advice, and the command says both', async () => {
  const { hostname } = await import('node:os');
  const out = damagedCopy((of) => {
    writeFileSync(join(datasetOf(of), '_lock'), DEAD.replace('"h"', JSON.stringify(hostname())));
    writeFileSync(join(tileSet(of), '_lock'), DEAD);
  });
  const check = await tesseraHere(['doctor', '--check', '--out', out], folder);
  expect(check.code).toBe(2);
  expect(check.out).toContain('the lock of a process that is dead');
  expect(check.err).toContain('DAMAGED');
  const mended = await tesseraHere(['doctor', '--out', out, '--json'], folder);
  expect(mended.code).toBe(0);
  const { findings } = JSON.parse(mended.out) as {
    findings: { kind: string; state: string; what: string }[];
  };
  expect(findings.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'lock repaired',
    'held sound',
  ]);
  expect(findings[1]!.what).toContain('process 999999999 on h, since 2025-01-01T00:00:00.000Z');
  expect(filesBelow(datasetOf(out))).not.toContain('_lock');
  expect(filesBelow(tileSet(out))).toContain('_lock');
});

test('finished tasks of a killed run are told and kept', async () => {
  const out = damagedCopy((of) => {
    const work = join(datasetOf(of), '_staging/work');
    mkdirSync(work, { recursive: true });
    writeFileSync(join(work, 'keys_k0.parquet'), 'x');
    appendFileSync(join(work, 'tasks.log'), 'cut short');
  });
  const { findings } = await doctor({ out });
  expect(findings.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['resumable sound']);
  expect(filesBelow(datasetOf(out))).toContain('_staging/work/keys_k0.parquet');
});

test.each(['journal.synced', 'partition.moved', 'manifest.replaced'])(
  'a publish that was cut off at %s is finished',
  async (point) => {
    const own = await writeProject(DAYS.slice(0, 3));
    const out = join(own, 'out');
    await runHere(own, out, 'off');
    await writeDay(join(own, 'lake'), DAYS[0], 4);
    const argv = ['train-set', '--no-summary', '--workers', '1', '--tiles', 'off', '--out', out];
    const { code } = await start(argv, own, { TESSERA_FAULT: `${point}:1:kill` }).ended;
    expect(code).toBeNull();
    const check = await doctor({ out, check: true });
    expect(kindsOf(check.findings)).toContain('publish');
    const { findings } = await doctor({ out });
    expect(findings.filter(({ state }) => state !== 'repaired')).toEqual([]);
    await runHere(own, join(own, 'clean'), 'off');
    expect(published(out)).toEqual(published(join(own, 'clean')));
  },
);
