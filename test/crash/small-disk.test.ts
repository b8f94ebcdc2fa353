import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tesseraHere } from '../files/command-here.js';
import { newFolder } from '../files/workspace.js';
import { copyOut, DAYS, published, RUN, runHere, told, writeDay, writeProject } from './visits.js';

/** A disk that fills up somewhere in a run, wherever its size says; what DuckDB writes fills it, too. */

const STEPS = process.env.TESSERA_LONG === '1' ? 48 : 4;

let folder = '';
let old = '';
let clean: Record<string, string> = {};
let states: string[] = [];
const mounted: string[] = [];
afterAll(() => {
  for (const disk of mounted) execFileSync('umount', ['-l', disk]);
});

beforeAll(async () => {
  folder = await writeProject();
  old = join(folder, 'old');
  await runHere(folder, old);
  await writeDay(join(folder, 'lake'), DAYS[1], 5);
  await runHere(folder, join(folder, 'clean'));
  clean = published(join(folder, 'clean'));
  states = [JSON.stringify(await told(old)), JSON.stringify(await told(join(folder, 'clean')))];
});

function mount(sizeKb: number): string | null {
  const disk = newFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKb}k`, 'tmpfs', disk], {
      stdio: 'pipe',
    });
  } catch {
    return null;
  }
  mounted.push(disk);
  return disk;
}

const resize = (disk: string, sizeKb: number): void => {
  execFileSync('mount', ['-o', `remount,size=${sizeKb}k`, disk]);
};

function usedKb(disk: string): number {
  const [, line = ''] = execFileSync('df', ['-k', '--output=used', disk], {
    encoding: 'utf8',
  }).split('\n');
  return Number(line);
}

test(`a disk that fills up at one of ${STEPS} places: what was published stays, and with space the next run ends well`, async () => {
  const disk = mount(64_000);
  if (disk === null) {
    console.log('skipped: no disk can be mounted here');
    return;
  }
  const places = new Map<string, number>();
  for (let step = 0; step < STEPS; step++) {
    const out = join(disk, `out-${step}`);
    resize(disk, 64_000);
    copyOut(old, out);
    // From no space at all to nearly all that a run takes.
    resize(disk, usedKb(disk) + Math.round((step * 560) / STEPS));
    const ended = await tesseraHere([...RUN, '--out', out], folder);
    const code = /error ([A-Z_]+)/.exec(ended.err)?.[1] ?? 'ended well';
    places.set(code, (places.get(code) ?? 0) + 1);
    if (ended.code !== 0) expect(ended.err).toContain('DISK_FULL');
    expect(states).toContain(JSON.stringify(await told(out)));
    resize(disk, 64_000);
    await runHere(folder, out);
    expect(published(out)).toEqual(clean);
    execFileSync('rm', ['-r', out]);
  }
  console.log(`of ${STEPS}: ${[...places].map(([code, n]) => `${code} ${n}`).join(', ')}`);
  expect(places.get('DISK_FULL') ?? 0).toBeGreaterThan(0);
});
