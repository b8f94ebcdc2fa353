import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Estimate } from '@tessera/planner';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rememberedSpeed } from '../src/remembered-speed.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tessera-speed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const known = async (machine = 'this') => (await rememberedSpeed(folder, machine, 0)).speed;

/** A run of so many seconds was foretold, of which planning took one. */
async function ran(foretold: number, took: number, load = 0): Promise<void> {
  const estimate = { seconds: foretold + 1, stages: { plan: 1 } } as unknown as Estimate;
  await (await rememberedSpeed(folder, 'this', load)).learn(estimate, took + 1);
}

test('it comes nearer with every run, and holds for this machine', async () => {
  expect(await known()).toBe(1);
  await ran(10, 40);
  expect(await known()).toBe(0.5);
  expect(await known('another')).toBe(1);
  // By now 20 s would be foretold of it.
  await ran(20, 40);
  expect(await known()).toBeCloseTo(0.5 * Math.SQRT1_2, 12);
  for (let i = 0; i < 20; i++) await ran(10, 1000);
  expect(await known()).toBe(0.25);
  for (let i = 0; i < 20; i++) await ran(1000, 10);
  expect(await known()).toBe(4);
});

test('short runs, and a busy machine, teach nothing', async () => {
  await ran(10, 40, 0.6);
  await ran(1.9, 30);
  await ran(30, 1.9);
  expect(await known()).toBe(1);
});

test.each(['', '{"format', '[]', 'null', '3', '{"speed":2}'])(
  'a damaged file is none: %s',
  async (text) => {
    await ran(10, 40);
    writeFileSync(join(folder, 'speed.json'), text);
    expect(await known()).toBe(1);
    await ran(10, 40);
    expect(await known()).toBe(0.5);
  },
);

test.each([0, -1, 0.2, 5, '2', null])('nor is one out of bounds: %s', async (speed) => {
  await ran(10, 40);
  const file = join(folder, 'speed.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), speed }));
  expect(await known()).toBe(1);
});

test('nor is one that was learned of other costs', async () => {
  await ran(10, 40);
  const file = join(folder, 'speed.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), format: 1 }));
  expect(await known()).toBe(1);
});

test('a folder that cannot be written is no failure', async () => {
  writeFileSync(join(folder, 'file'), '');
  const memory = await rememberedSpeed(join(folder, 'file'), 'this', 0);
  await memory.learn({ seconds: 10, stages: { plan: 0 } } as unknown as Estimate, 20);
  expect(memory.speed).toBe(1);
});
