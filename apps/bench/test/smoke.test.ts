import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BENCHMARKS } from '../src/benchmarks.js';
import { newFolder } from './support.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function bench(...argv: string[]) {
  const ran = spawnSync(process.execPath, [MAIN, ...argv], { encoding: 'utf8' });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

const long = process.env.TESSERA_LONG === '1';

const CONTESTS = BENCHMARKS.filter(({ kind }) => kind === 'contest').map(({ name }) => name);

test.skipIf(!long).each(CONTESTS)('%s runs small, and agrees', (name) => {
  const sizes = ['--scale', '0.002', '--runs', '1', '--cache', newFolder(), '--json'];
  const { code, out, err } = bench(name, ...sizes);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  const line = JSON.parse(out) as Readonly<Record<string, unknown>>;
  expect(line).toMatchObject({ benchmark: name, scale: 0.002 });
  const agreed = Object.entries(line).filter(([field]) => field.endsWith('_agreed_rows'));
  expect(agreed.filter(([, rows]) => Number(rows) > 0).length).toBeGreaterThan(0);
  // A process whose run reads other rows or bytes than its plan said fails.
  for (const field of ['tessera_foretold_ratio', 'tessera_foretold_peak_ratio'])
    expect(line[field], field).toBeGreaterThan(0);
  for (const field of ['tessera_s', 'tessera_peak_bytes', 'tessera_read_bytes', 'input_bytes'])
    expect(line[field], field).toBeGreaterThan(0);
  expect(line.tessera_routes).toMatch(/^\w+ \w+/);
});

test.skipIf(!long)('scale runs small, and every size agrees', () => {
  const sizes = ['--scale', '0.0005', '--check', '--cache', newFolder(), '--json'];
  const { code, out, err } = bench('scale', ...sizes);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  const line = JSON.parse(out) as Readonly<Record<string, unknown>>;
  for (const millions of [1, 10, 50, 200])
    expect(line[`m${millions}_agreed_rows`], `${millions} M`).toBeGreaterThan(0);
});

test.skipIf(!long).each(['noop', 'startup', 'compile'])(
  '%s runs small, and says what it has to',
  (name) => {
    const sizes = ['--scale', '0.003', '--check', '--cache', newFolder(), '--json'];
    const { code, err } = bench(name, ...sizes);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  },
);

test.skipIf(!long)('the ladder climbs small, as its plans say', () => {
  const { code, out, err } = bench('ladder', '--scale', '0.001', '--cache', newFolder(), '--json');
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  const line = JSON.parse(out) as Readonly<Record<string, unknown>>;
  for (const rung of ['unpruned', 'pruned', 'build', 'tiled', 'day_pruned', 'next_day'])
    expect(line[`${rung}_foretold_ratio`], rung).toBeGreaterThan(0);
});
