import { expect, test } from 'vitest';
import { formatBytes, parseBytes } from '../src/bytes.js';
import { readOptions, USAGE } from '../src/options.js';

test('sizes are multiples of 1,024', () => {
  const MB = 1024 ** 2;
  const sizes = ['512MB', '1.5 GB', '2g', '7', '1KiB', '0', '-1', 'GB', '1 XB', ''].map(parseBytes);
  expect(sizes).toEqual([512 * MB, 1536 * MB, 2048 * MB, 7, 1024, null, null, null, null, null]);
  const texts = [0, 999, 1024, 1.5 * MB, 512 * MB, 1000 * MB, 1536 * MB, 200 * 1024 * MB];
  expect(texts.map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1 KB',
    '1.5 MB',
    '512 MB',
    '0.977 GB',
    '1.5 GB',
    '200 GB',
  ]);
});

test('no name is no mistake, and every mistake is told', () => {
  for (const argv of [[], ['--help'], ['-h'], ['hot', '--help', '--scale', 'x']])
    expect(readOptions(argv)).toBe(null);
  expect(USAGE).toMatch(/standard.*\n(.*\n)*.*hot.*\n(.*\n)*.*memory.*\n.*big/);
  expect(() => readOptions(['hot', 'big', '--runs', '1.5', '--memory', '1GB,x'])).toThrow(
    'one benchmark at a time: big is too much\n--memory is not a list of sizes: 1GB,x\n--runs is not a whole number above 0: 1.5',
  );
  expect(() => readOptions(['fast'])).toThrow('no benchmark fast; there are standard');
});

test('sizes scale together, a number of keys replaces theirs', () => {
  const options = readOptions(['hot', '--scale', '0.01', '--keys', '7', '--memory', 'none']);
  expect(options).toMatchObject({ keys: 7, memory: [], runs: 3, stopAfterSeconds: 900 });
  const benchmark = options?.benchmark;
  if (benchmark?.kind !== 'contest') throw new Error('hot is a contest');
  expect(benchmark.spec(0.01)).toEqual({
    events: 200_000,
    leftRows: 10_000,
    keys: 1_000,
    hotShare: 0.2,
    days: 90,
    seed: 42,
  });
});

test('who may be left out, peers and one worker too', () => {
  const asked = ['standard', '--without', 'duckdb_windows,polars_rolling,tessera_one_worker'];
  expect(readOptions([...asked, '--peers'])).toMatchObject({ peers: true, runs: 3 });
  expect(() => readOptions(['asof', '--without', 'polars_rolling'])).toThrow(
    '--without polars_rolling: asof has no such baseline',
  );
});

test('to check is to time nothing', () => {
  expect(readOptions(['standard', '--check', '--runs', '5'])).toMatchObject({ runs: 0 });
  expect(readOptions(['noop', '--check'])).toMatchObject({ runs: 1 });
});
