import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { link, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Holder, type LockFiles, takeLockFile, thisProcess } from '../src/index.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tessera-locks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refusals = {
  held: ({ owner }: Holder) => new Error(`held by ${owner}`),
  unreadable: (path: string) => new Error(`unreadable ${path}`),
};
const lockPath = () => join(folder, '_lock');
const take = (owner: string, files?: LockFiles) =>
  takeLockFile({ path: lockPath(), owner, ...refusals, ...(files && { files }) });

/** A holder whose process is gone: of an earlier boot. */
const dead = (owner: string): Holder => ({ ...thisProcess(owner), started: 'another-boot 1' });
const write = (path: string, holder: Holder) => writeFileSync(path, `${JSON.stringify(holder)}\n`);

describe('one holder', () => {
  test('is refused to others while it lives, and free afterwards', async () => {
    const lock = await take('first');
    expect(await lock.isOurs()).toBe(true);
    await expect(take('second')).rejects.toThrow('held by first');
    expect(await lock.release()).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
    await (await take('second')).release();
  });

  test('a lock that was taken away is not released', async () => {
    const lock = await take('first');
    write(lockPath(), thisProcess('other'));
    expect(await lock.isOurs()).toBe(false);
    expect(await lock.holder()).toMatchObject({ owner: 'other' });
    expect(await lock.release()).toBe(false);
    expect(readFileSync(lockPath(), 'utf8')).toContain('other');
  });

  test('a file that names nobody is nobody’s to take', async () => {
    writeFileSync(lockPath(), '{"pid":');
    await expect(take('second')).rejects.toThrow(`unreadable ${lockPath()}`);
    expect(readdirSync(folder)).toEqual(['_lock']);
  });
});

describe('a dead holder', () => {
  test('loses the lock, and nothing is left beside it', async () => {
    write(lockPath(), dead('gone'));
    const lock = await take('second');
    expect(await lock.holder()).toMatchObject({ owner: 'second' });
    expect(readdirSync(folder)).toEqual(['_lock']);
  });

  test('to one of many', async () => {
    write(lockPath(), dead('gone'));
    const all = await Promise.allSettled(Array.from({ length: 20 }, (_, idx) => take(`${idx}`)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['_lock']);
  });

  test('and whoever died while taking it over loses its claim', async () => {
    const [gone, claimer] = [dead('gone'), dead('claimer')];
    write(lockPath(), gone);
    write(`${lockPath()}.${gone.token}`, claimer);
    await take('third');
    expect(readdirSync(folder)).toEqual(['_lock']);
  });

  test('is left to a claimer who lives', async () => {
    const gone = dead('gone');
    write(lockPath(), gone);
    write(`${lockPath()}.${gone.token}`, thisProcess('claimer'));
    await expect(take('third')).rejects.toThrow('held by claimer');
    expect(readFileSync(lockPath(), 'utf8')).toContain('gone');
  });

  test('was taken over between the look and the claim: all is looked at again', async () => {
    write(lockPath(), dead('gone'));
    const files: LockFiles = {
      create: (path, bytes) => writeFile(path, bytes, { flag: 'wx' }),
      rename,
      async link(from, to) {
        // Somebody is done with it when we are about to claim.
        if (to !== lockPath()) write(lockPath(), thisProcess('quicker'));
        await link(from, to);
      },
    };
    await expect(take('slower', files)).rejects.toThrow('held by quicker');
    expect(readdirSync(folder)).toEqual(['_lock']);
  });
});

describe('disks', () => {
  const noLinks = (code: string): LockFiles => ({
    create: (path, bytes) => writeFile(path, bytes, { flag: 'wx' }),
    rename,
    link: () => Promise.reject(Object.assign(new Error(code), { code })),
  });

  test.each(['EPERM', 'ENOTSUP', 'ENOSYS'])('without hard links: %s', async (code) => {
    const lock = await take('first', noLinks(code));
    await expect(take('second', noLinks(code))).rejects.toThrow('held by first');
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('what fails is told as it is, and leaves nothing', async () => {
    await expect(take('first', noLinks('EIO'))).rejects.toMatchObject({ code: 'EIO' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('our file, removed by who cleared up, is written again', async () => {
    let isFirst = true;
    const lock = await take('first', {
      create: (path, bytes) => writeFile(path, bytes, { flag: 'wx' }),
      rename,
      async link(from, to) {
        if (isFirst) rmSync(from);
        isFirst = false;
        await link(from, to);
      },
    });
    expect(await lock.isOurs()).toBe(true);
  });
});
