import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { trainSet } from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { shopJoin, writeShop } from './shop.js';
import { filesBelow, newFolder } from './workspace.js';

const folder = newFolder();
const lake = join(folder, 'lake');

beforeAll(async () => {
  await writeShop(lake);
});

test('less memory than a process needs is refused, and nothing is made', async () => {
  const out = join(folder, 'refused');
  await expect(trainSet(shopJoin, { lake, out, memory: 100 * 2 ** 20 })).rejects.toMatchObject({
    code: 'MEMORY_TOO_SMALL',
    message: expect.stringContaining('512 MB'),
  });
  expect(existsSync(out)).toBe(false);
});

function leftBehind(tmp: string, name: string, pid: number): void {
  mkdirSync(join(tmp, name), { recursive: true });
  const owner = { owner: 'train-set shop', pid, host: hostname(), since: '', token: 'ab-1' };
  writeFileSync(join(tmp, name, 'owner.json'), JSON.stringify(owner));
}

test('what a killed run left in --tmp goes, what a living one has there stays', async () => {
  const tmp = join(folder, 'tmp');
  const { pid: dead } = spawnSync(process.execPath, ['-e', '']);
  leftBehind(tmp, 'tessera-run-dead', dead);
  leftBehind(tmp, 'tessera-run-living', process.pid);
  mkdirSync(join(tmp, 'of-somebody-else'));
  await trainSet(shopJoin, { lake, out: join(folder, 'out'), tmp, workers: 1 });
  expect(readdirSync(tmp).sort()).toEqual(['of-somebody-else', 'tessera-run-living']);
});

test('a step that cannot stay below its share says what to do, and nothing is published', async () => {
  const out = join(folder, 'none');
  const memoryShares = { duckDbBytes: 12e6, taskBytes: 4000, leastRows: 7 };
  await expect(trainSet(shopJoin, { lake, out, workers: 2, memoryShares })).rejects.toMatchObject({
    code: 'OUT_OF_MEMORY',
    hint: 'Give the run more memory (--memory) or fewer workers (--workers).',
  });
  expect(filesBelow(out)).toEqual([]);
});
