import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type MeasureOptions, measure } from '../src/measure.js';
import { newFolder } from './support.js';

const LINUX = process.platform === 'linux';

function run(script: string, args: readonly string[], options: Partial<MeasureOptions> = {}) {
  const work = newFolder();
  const command = { file: process.execPath, args: ['-e', script, ...args] };
  return measure(command, { work, stopAfterSeconds: 60, ...options });
}

test.runIf(LINUX)('bytes, time and memory of grandchildren count', async () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, Buffer.alloc(30_000_000, 1));
  const grandchild = `const data = require('fs').readFileSync(process.argv[1]);
    const until = process.cpuUsage().user + 400000;
    while (process.cpuUsage().user < until) data.fill(2);`;
  const child = `require('child_process').spawnSync(process.execPath, ['-e', process.argv[1], process.argv[2]])`;
  const measured = await run(child, [grandchild, file]);
  if (!('seconds' in measured)) throw new Error('stopped');
  expect(measured.seconds).toBeGreaterThan(0);
  expect(measured.readBytes).toBeGreaterThan(30_000_000);
  expect(measured.cpuSeconds).toBeGreaterThan(0.4);
  // Two bare Node processes and the file.
  expect(measured.peakBytes).toBeGreaterThan(30_000_000 + 2 * 30_000_000);
});

test('a process that fails says what it said', async () => {
  await expect(run(`console.error('no such thing'); process.exit(3)`, [])).rejects.toThrow(
    /ended with 3\nno such thing/,
  );
});

test('a process that takes too long is ended with all it started', async () => {
  const file = join(newFolder(), 'alive');
  const forever = `setInterval(() => require('fs').appendFileSync(process.argv[1], '.'), 20)`;
  const child = `require('child_process').spawnSync(process.execPath, ['-e', process.argv[1], process.argv[2]])`;
  const stopped = await run(child, [forever, file], { stopAfterSeconds: 2 });
  expect(stopped).toEqual({ stoppedAfterSeconds: 2 });
  const size = () => (existsSync(file) ? readFileSync(file).length : 0);
  const before = size();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(size()).toBe(before);
});

test('an abort ends it and is thrown', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(new Error('enough')), 300);
  await expect(run('setInterval(() => {}, 1000)', [], { signal: abort.signal })).rejects.toThrow(
    'enough',
  );
});
