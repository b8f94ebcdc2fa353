import type { SourceSpec } from '@tessera/api';
import { expect, test } from 'vitest';
import type { FileFacts } from '../src/facts.js';
import { missingDays } from '../src/missing-days.js';
import { positionsOf } from '../src/runs.js';
import { sourceFiles } from '../src/source-files.js';

const HOUR = 3_600_000;

function file(path: string, ds: string | null, firstHour: number, lastHour: number): FileFacts {
  const times = { minTimeMs: firstHour * HOUR, maxTimeMs: lastHour * HOUR };
  return { path, ds, bytes: 1, rows: 1, ...times, fingerprint: path, content: path, stat: null };
}

const events: SourceSpec = { kind: 'events', name: 's', path: 's', format: 'parquet', columns: [] };
const once: SourceSpec = { ...events, eventId: 'id' };

function found(
  source: SourceSpec,
  files: readonly FileFacts[],
  startHour: number,
  endHour: number,
): number[] {
  const hive = files.some(({ ds }) => ds !== null);
  const { find } = sourceFiles(source, { hive, files });
  return positionsOf(find({ start: startHour * HOUR, end: endHour * HOUR }));
}

test('files that no event of the range lies in are not read; those without statistics are', () => {
  const silent = { ...file('c', null, 0, 0), minTimeMs: null, maxTimeMs: null };
  const files = [file('a', null, 0, 5), file('b', null, 6, 9), silent];
  expect(found(events, files, 6, 7)).toEqual([1, 2]);
  expect(found(events, files, Number.NEGATIVE_INFINITY, 6)).toEqual([0, 2]);
  expect(found(events, files, 5, Number.POSITIVE_INFINITY)).toEqual([0, 1, 2]);
  expect(found(events, [], 5, 6)).toEqual([]);
});

test('S1.5: repeats of an event may stand in any file of its partition, so all of them are read', () => {
  const hive = [
    file('a', '1970-01-02', 23, 23),
    file('b', '1970-01-02', 30, 30),
    file('c', '1970-01-03', 50, 50),
  ];
  expect(found(events, hive, 30, 31)).toEqual([1]);
  expect(found(once, hive, 30, 31)).toEqual([0, 1]);
  const plain = [
    file('a', null, 1, 2),
    file('b', null, 25, 26),
    file('c', null, 30, 30),
    file('d', null, 49, 49),
  ];
  expect(found(once, plain, 30, 31)).toEqual([1, 2]);
});

test('S1.2: days of any range without a partition, each once; a source without folders has none', () => {
  const hive = ['1970-01-02', '1970-01-02', '1970-01-05', '__none__'].map((ds) =>
    file(ds, ds, 0, 0),
  );
  const range = (first: number | null, last: number | null) => ({
    startMs: first === null ? null : first * 24 * HOUR,
    endMs: last === null ? null : last * 24 * HOUR + 1,
  });
  const found = (...ranges: ReturnType<typeof range>[]) =>
    missingDays({ hive: true, files: hive }, ranges);
  expect(found(range(null, null))).toEqual(['1970-01-03', '1970-01-04']);
  expect(found(range(3, 6), range(0, 2), range(3, 6))).toEqual([
    ...['1970-01-01', '1970-01-03', '1970-01-04', '1970-01-06', '1970-01-07'],
  ]);
  expect(missingDays({ hive: false, files: hive }, [range(0, 9)])).toEqual([]);
});
