import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  copyOut,
  DAYS,
  published,
  runHere,
  startRun,
  told,
  writeDay,
  writeProject,
} from './visits.js';

/** Calls to the file system that fail, each in turn: the run ends well or is refused, and nothing half-made is told. */

const LONG = process.env.TESSERA_LONG === '1';

let folder = '';
let old = '';
let clean: Record<string, string> = {};
let oldTold: Record<string, string> = {};
let cleanTold: Record<string, string> = {};
/** How often a point is passed by a whole run. */
const passes = new Map<string, number>();
let cases = 0;

beforeAll(async () => {
  folder = await writeProject(LONG ? DAYS : DAYS.slice(0, 2));
  old = join(folder, 'old');
  await runHere(folder, old);
  oldTold = await told(old);
  await writeDay(join(folder, 'lake'), DAYS[1], 5);
  await runHere(folder, join(folder, 'clean'));
  clean = published(join(folder, 'clean'));
  cleanTold = await told(join(folder, 'clean'));
  const log = join(folder, 'log');
  const out = copyOfOld();
  expect((await startRun(folder, out, { TESSERA_FAULT_LOG: log }).ended).code).toBe(0);
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const point = line.split(' ')[0]!;
    passes.set(point, (passes.get(point) ?? 0) + 1);
  }
});

function copyOfOld(): string {
  const out = join(folder, `case-${cases++}`);
  copyOut(old, out);
  return out;
}

/** Every pass in the long tier, a few over the whole run otherwise. */
function chosen(point: string, most: number): number[] {
  const all = passes.get(point) ?? 0;
  if (LONG || all <= most) return Array.from({ length: all }, (_, i) => i + 1);
  if (most === 1) return [1 + (all >> 1)];
  return Array.from({ length: most }, (_, i) => 1 + Math.floor((i * (all - 1)) / (most - 1)));
}

async function withFault(fault: string) {
  const out = copyOfOld();
  const ended = await startRun(folder, out, { TESSERA_FAULT: fault }).ended;
  const now = await told(out);
  const is = (wanted: Record<string, string>) => JSON.stringify(now) === JSON.stringify(wanted);
  return { out, ended, isOld: is(oldTold), isNew: is(cleanTold) };
}

async function endsClean(out: string, what: string): Promise<void> {
  await runHere(folder, out);
  expect(published(out), what).toEqual(clean);
  rmSync(out, { recursive: true });
}

test('no space at a write: told as such, what was published stays, and with space the next run ends well', async () => {
  for (const nth of chosen('file.write', 2)) {
    const what = `write ${nth} of ${passes.get('file.write')}`;
    const { out, ended, isOld, isNew } = await withFault(`file.write:${nth}+:ENOSPC`);
    // What is remembered of files for the next run may be lost.
    if (ended.code !== 0) {
      expect(ended.code, what).toBe(2);
      expect(ended.err, what).toContain('DISK_FULL');
    } else expect(isNew, what).toBe(true);
    expect(isOld || isNew, what).toBe(true);
    expect(existsSync(join(out, 'train-sets/habits/_lock')), what).toBe(false);
    await endsClean(out, what);
  }
});

test('a write that takes half of what it is given is gone on with', async () => {
  for (const nth of chosen('file.write', 1)) {
    const { out, ended, isNew } = await withFault(`file.write:${nth}:short`);
    expect(ended, `write ${nth}`).toMatchObject({ code: 0 });
    expect(isNew).toBe(true);
    expect(published(out)).toEqual(clean);
  }
});

describe('a failure that may pass', () => {
  test.each([
    ['file.write', 'EIO'],
    ['file.open', 'EMFILE'],
    ['file.rename', 'EBUSY'],
  ])('%s %s, once: tried again, and the run ends well', async (point, code) => {
    for (const nth of chosen(point, 1)) {
      const what = `${point} ${nth} of ${passes.get(point)}`;
      const { out, ended, isOld } = await withFault(`${point}:${nth}:${code}`);
      // A lock, and a run's temporary folder, are not waited for: whoever asks for them is told at once.
      const isTold = /_lock|owner\.json|tessera-run-/.test(ended.err);
      expect(
        ended.code === 0 || (ended.code === 2 && isTold && isOld),
        `${what}: ${ended.err}`,
      ).toBe(true);
      if (ended.code === 0) expect(published(out), what).toEqual(clean);
      await endsClean(out, what);
    }
  });

  test('again and again: it fails, says which task, and leaves what was there', async () => {
    const { ended, isOld, out } = await withFault('task.begun:1+:EIO');
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/error FILE_UNREADABLE {2}tiles of visits ds=\S+, tried 4 times/);
    expect(isOld).toBe(true);
    await endsClean(out, 'task.begun');
  });
});

test('fsync is not tried again', async () => {
  for (const nth of chosen('file.sync', 1)) {
    const { ended, isOld, isNew, out } = await withFault(`file.sync:${nth}:EIO`);
    expect(isOld || isNew, `sync ${nth}`).toBe(true);
    if (ended.code !== 0) expect(ended.err).toContain('NOT_WRITABLE');
    await endsClean(out, `sync ${nth}`);
  }
});
