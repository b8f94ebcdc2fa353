import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from '@tessera/columnar';
import { afterAll, expect, test } from 'vitest';
import { settledStat } from '../src/file-stat.js';
import { checksumFile, contentOf, formatCrc } from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'tessera-content-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PIECE = 65_536;

/** The same from the bytes at once. */
function slow(bytes: Buffer): string {
  const hash = createHash('md5');
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = Buffer.alloc(4);
    piece.writeUInt32LE(crc32(bytes.subarray(at, at + PIECE)));
    hash.update(piece);
  }
  return hash.digest('hex');
}

async function written(name: string, bytes: Uint8Array): Promise<{ path: string; stat: string }> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  // Long enough to be told from what comes after.
  await sleep(70);
  return { path, stat: settledStat(statSync(path))! };
}

const bytesOf = (length: number) =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) + 7 * (i >> 16)) & 255));

test.each([0, 1, PIECE - 1, PIECE, PIECE + 1, 16 * PIECE, 16 * PIECE + 5, 40 * PIECE])(
  '%i bytes',
  async (length) => {
    const bytes = bytesOf(length);
    const { path, stat } = await written('plain', bytes);
    expect(await contentOf(path, stat)).toBe(slow(bytes));
  },
);

test('any flipped bit, two pieces changed places, and a cut make another', async () => {
  const bytes = bytesOf(3 * PIECE + 10);
  const first = await written('first', bytes);
  const known = await contentOf(first.path, first.stat);
  const hashes = new Set([known]);
  for (const at of [0, PIECE - 1, PIECE, bytes.length - 1]) {
    const flipped = Buffer.from(bytes);
    flipped[at]! ^= 16;
    const { path, stat } = await written(`flipped-${at}`, flipped);
    hashes.add(await contentOf(path, stat));
  }
  const swapped = Buffer.concat([
    bytes.subarray(PIECE, 2 * PIECE),
    bytes.subarray(0, PIECE),
    bytes.subarray(2 * PIECE),
  ]);
  for (const [name, changed] of Object.entries({ swapped, cut: bytes.subarray(0, -1) })) {
    const { path, stat } = await written(name, changed);
    hashes.add(await contentOf(path, stat));
  }
  expect(hashes.size).toBe(7);
  const copy = await written('copy', readFileSync(first.path));
  expect(await contentOf(copy.path, copy.stat)).toBe(known);
});

test('a file that is another one by now, that is gone, and a run that was stopped', async () => {
  const { path, stat } = await written('changing', bytesOf(100));
  expect(await contentOf(path, null)).toBeNull();
  expect(await contentOf(path, `${stat}x`)).toBeNull();
  await expect(contentOf(join(folder, 'none'), stat)).rejects.toMatchObject({
    code: 'PATH_MISSING',
  });
  const stopped = AbortSignal.abort();
  await expect(contentOf(path, stat, stopped)).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

test('files are read through one buffer: nothing of a longer one is left in the next, side by side or not', async () => {
  const lengths = [40 * PIECE, 5, 32 * PIECE, 16 * PIECE + 5, 0, 17 * PIECE, 1, 3 * PIECE];
  const files: { path: string; stat: string; bytes: Buffer }[] = [];
  for (const [at, length] of lengths.entries()) {
    const bytes = bytesOf(length).map((byte) => byte ^ at);
    files.push({ bytes: Buffer.from(bytes), ...(await written(`buffer-${at}`, bytes)) });
  }
  const hashes = files.map(({ bytes }) => slow(bytes));
  for (const [at, { path, stat }] of files.entries())
    expect(await contentOf(path, stat)).toBe(hashes[at]);
  expect(await Promise.all(files.map(({ path, stat }) => contentOf(path, stat)))).toEqual(hashes);
  const sums = files.map(({ bytes }) => ({ bytes: bytes.length, crc: formatCrc(crc32(bytes)) }));
  expect(await Promise.all(files.map(({ path }) => checksumFile(path)))).toEqual(sums);
  await expect(contentOf(join(folder, 'missing'), '0')).rejects.toMatchObject({
    code: 'PATH_MISSING',
  });
});
