import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@tessera/kv-writer';
import { load, sampleEntries, sampleKey } from '@tessera/kv-writer/kit';
import { expect, test } from 'vitest';
import { atEndOfFile } from '../../../test/end-of-file.js';
import { type Random, random as seeded } from '../../../test/oracle/prng.js';
import { COUNT, tagsRead, UNIT, upload } from './uploads.js';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-lmdb-'));
  atEndOfFile(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Folder of the current version. */
async function currentFolder(folder: string, store: Store): Promise<string> {
  return join(folder, UNIT, String(await store.current(UNIT)));
}

test('a reader keeps its version for ten uploads, though its file is gone', async () => {
  const folder = newFolder();
  const store = await openStore(folder);
  await upload(store, 'first');
  const at = await currentFolder(folder, store);
  const reader = await store.reader(UNIT);
  const keys = Array.from({ length: COUNT + 1 }, (_, i) => sampleKey(i));
  const before = await reader.multiGet(keys.slice(0, 3));
  for (let i = 0; i < 10; i++) await upload(store, `next ${i}`);
  expect(existsSync(at)).toBe(false);
  const values = await reader.multiGet(keys);
  expect(values.slice(0, 3)).toEqual(before);
  const texts = values.map((value) => (value === null ? undefined : Buffer.from(value).toString()));
  expect(texts.map((text) => text?.split(' ')[0])).toEqual([
    ...Array.from({ length: COUNT }, () => 'first'),
    undefined,
  ]);
  await reader.close();
  await store.close();
});

test('a version that would be too large is refused: nothing is switched, nothing is left', async () => {
  const folder = newFolder();
  const store = await openStore(folder);
  await upload(store, 'old');
  const small = await openStore(`lmdb:${folder}?maxBytes=100000`);
  await expect(upload(small, 'new')).rejects.toMatchObject({ code: 'STORE_FULL' });
  expect(await tagsRead(store)).toEqual(['old']);
  expect(readdirSync(join(folder, UNIT)).sort()).toEqual(
    ['CURRENT', await store.current(UNIT)].sort(),
  );
  expect((await upload(store, 'new')).outcome).toBe('loaded');
  await store.close();
});

test('a disk that fills up: nothing is switched, nothing is left, and with space the upload ends well', async () => {
  const disk = newFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', disk], { stdio: 'pipe' });
  } catch {
    console.log('skipped: no disk can be mounted here');
    return;
  }
  atEndOfFile(() => execFileSync('umount', ['-l', disk]));
  const store = await openStore(disk);
  await upload(store, 'old');
  const before = readdirSync(join(disk, UNIT)).sort();
  await expect(load(store, UNIT, 'large', sampleEntries('large', 20_000))).rejects.toMatchObject({
    code: 'DISK_FULL',
  });
  expect(readdirSync(join(disk, UNIT)).sort()).toEqual(before);
  expect(await tagsRead(store)).toEqual(['old']);
  execFileSync('mount', ['-o', 'remount,size=8000k', disk]);
  await load(store, UNIT, 'large', sampleEntries('large', 20_000));
  await store.activate(UNIT, 'large');
  expect(await tagsRead(store)).toEqual(['large']);
  await store.close();
});

test('a folder that cannot be written is told', async () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, '');
  const store = await openStore(file);
  expect(await store.current(UNIT)).toBe(null);
  await expect(upload(store, 'new')).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
});

/** What may befall the file of a version; each gives what was there before another content. */
const DAMAGE: Readonly<Record<string, (path: string, random: Random) => void>> = {
  'it is gone': (path) => rmSync(path),
  'it is empty': (path) => truncateSync(path, 0),
  'it ends early': (path) => truncateSync(path, 8 * 4096),
  'it begins otherwise': (path) => {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, 0, 100));
  },
  'it is of something else': (path) => writeFileSync(path, 'x'.repeat(readFileSync(path).length)),
  'one bit of it is another': (path, random) => {
    const bytes = readFileSync(path);
    const at = random.below(bytes.length);
    bytes[at] = bytes[at]! ^ (1 << random.below(8));
    writeFileSync(path, bytes);
  },
  'a page of it is empty': (path, random) => {
    const bytes = readFileSync(path);
    const used = Array.from({ length: bytes.length / 4096 }, (_, i) => i).filter((i) =>
      bytes.subarray(4096 * i, 4096 * (i + 1)).some((byte) => byte !== 0),
    );
    const page = random.pick(used);
    writeFileSync(path, bytes.fill(0, 4096 * page, 4096 * (page + 1)));
  },
};

test('a damaged file is refused, never rolled back to, and made anew by the same upload', async () => {
  const seed = Number(process.env.TESSERA_SEED ?? 1);
  const random = seeded(seed);
  const clean = newFolder();
  const store = await openStore(clean);
  await upload(store, 'old');
  await upload(store, 'new');
  await store.close();
  for (const [name, damage] of Object.entries(DAMAGE)) {
    const what = `${name}, seed ${seed}`;
    const folder = newFolder();
    cpSync(clean, folder, { recursive: true });
    const damaged = await openStore(folder);
    damage(join(await currentFolder(folder, damaged), 'data.mdb'), random);
    const refused = { code: 'STORE_DAMAGED' };
    await expect(damaged.reader(UNIT), what).rejects.toMatchObject(refused);
    await expect(
      damaged.check(UNIT, String(await damaged.current(UNIT))),
      what,
    ).rejects.toMatchObject(refused);
    await damaged.rollback(UNIT);
    expect(await tagsRead(damaged), what).toEqual(['old']);
    await expect(damaged.rollback(UNIT), what).rejects.toMatchObject(refused);
    expect(await tagsRead(damaged), what).toEqual(['old']);
    const { outcome, previous } = await upload(damaged, 'new');
    expect([outcome, previous !== null], what).toEqual(['loaded', true]);
    expect(await tagsRead(damaged), what).toEqual(['new']);
    expect(await damaged.versions(UNIT), what).toHaveLength(2);
    await damaged.close();
  }
});

test('what is told of a version is damaged: it counts as none', async () => {
  const folder = newFolder();
  const store = await openStore(folder);
  await upload(store, 'old');
  writeFileSync(join(await currentFolder(folder, store), 'META'), '{"format":1,');
  await expect(store.reader(UNIT)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  expect(await store.versions(UNIT)).toMatchObject([{ state: 'loading', isCurrent: true }]);
  await upload(store, 'new');
  expect(await tagsRead(store)).toEqual(['new']);
  writeFileSync(join(folder, UNIT, 'CURRENT'), 'x');
  for (const ask of [
    () => store.current(UNIT),
    () => store.reader(UNIT),
    () => store.versions(UNIT),
  ]) {
    await expect(ask()).rejects.toMatchObject({
      code: 'STORE_DAMAGED',
      hint: expect.stringContaining('Remove that file'),
    });
  }
  rmSync(join(folder, UNIT, 'CURRENT'));
  expect(await upload(store, 'new')).toMatchObject({ outcome: 'activated' });
  await store.close();
});

test('what else lies in the folder is left alone', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  const store = await openStore(folder);
  await upload(store, 'old');
  mkdirSync(join(folder, UNIT, '_mine'));
  writeFileSync(join(folder, UNIT, 'notes.txt'), 'mine');
  expect(await store.units()).toEqual([UNIT]);
  await upload(store, 'new');
  await upload(store, 'newer');
  expect(readdirSync(folder).sort()).toEqual(['.git', UNIT, 'notes.txt'].sort());
  expect(readdirSync(join(folder, UNIT))).toHaveLength(5);
  await store.close();
});

test('what was begun before the machine was started again is not gone on with', async () => {
  const folder = newFolder();
  const store = await openStore(folder);
  const runs = async function* () {
    yield sampleEntries('v', 100);
    throw new Error('the source ends');
  };
  await expect(store.bulkLoad(UNIT, 'v1', runs, { identity: 'one' })).rejects.toThrow('ends');
  const path = join(folder, UNIT, 'v1', 'LOADING');
  const loading = JSON.parse(readFileSync(path, 'utf8')) as { boot: string | null };
  writeFileSync(path, JSON.stringify({ ...loading, boot: 'another' }));
  const all = async function* () {
    yield sampleEntries('v', 300);
  };
  const loaded = await store.bulkLoad(UNIT, 'v1', all, { identity: 'one' });
  expect(loaded).toMatchObject({ entries: 300, resumedEntries: 0 });
  await store.close();
});

test('a lock that names nobody is not taken over', async () => {
  const folder = newFolder();
  const store = await openStore(folder);
  await upload(store, 'old');
  writeFileSync(join(folder, UNIT, '_lock'), '');
  await expect(upload(store, 'new')).rejects.toMatchObject({
    code: 'UPLOAD_LOCKED',
    hint: expect.stringContaining('_lock'),
  });
  renameSync(join(folder, UNIT, '_lock'), join(folder, 'moved'));
  await upload(store, 'new');
  await store.close();
});
