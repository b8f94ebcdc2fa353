import { expect, test } from 'vitest';
import { filesInRange, filesOfRepeats } from '../src/prune.js';

const HOUR = 3_600_000;

function file(path: string, ds: string | null, firstHour: number, lastHour: number) {
  const times = { minTimeMs: firstHour * HOUR, maxTimeMs: lastHour * HOUR };
  return { path, ds, bytes: 1, rows: 1, ...times, fingerprint: path, content: path, stat: null };
}

test('files that no event of the range lies in are not read; those without statistics are', () => {
  const silent = { ...file('c', null, 0, 0), minTimeMs: null, maxTimeMs: null };
  const files = [file('a', null, 0, 5), file('b', null, 6, 9), silent];
  expect(filesInRange({ hive: false, files }, { startMs: 6 * HOUR, endMs: 7 * HOUR })).toEqual([
    1, 2,
  ]);
  expect(filesInRange({ hive: false, files }, { startMs: null, endMs: 6 * HOUR })).toEqual([0, 2]);
  expect(filesInRange({ hive: false, files }, { startMs: 5 * HOUR, endMs: null })).toEqual([
    0, 1, 2,
  ]);
});

test('S1.5: repeats of an event may stand in any file of its partition, so all of them are read', () => {
  const range = { startMs: 30 * HOUR, endMs: 31 * HOUR };
  const hive = [
    file('a', '1970-01-02', 23, 23),
    file('b', '1970-01-02', 30, 30),
    file('c', '1970-01-03', 50, 50),
  ];
  expect(filesInRange({ hive: true, files: hive }, range)).toEqual([1]);
  expect(filesOfRepeats({ hive: true, files: hive }, range)).toEqual([0, 1]);
  const plain = [
    file('a', null, 1, 2),
    file('b', null, 25, 26),
    file('c', null, 30, 30),
    file('d', null, 49, 49),
  ];
  expect(filesOfRepeats({ hive: false, files: plain }, range)).toEqual([1, 2]);
});
