import { expect, test } from 'vitest';
import { dayBar, legend } from '../src/output/day-bar.js';

const plain = { color: false, unicode: true, columns: 80 };
const day = (n: number) => new Date(Date.UTC(2025, 0, n)).toISOString().slice(0, 10);
const fresh = (n: number) => ({ ds: day(n), state: 'fresh' as const });

test('a mark a day, blank where there is none', () => {
  const partitions = [fresh(1), { ds: day(2), state: 'stale' as const }, fresh(5)];
  expect(dayBar(partitions, 80, plain)).toEqual({
    marks: '█~  █',
    first: '2025-01-01',
    last: '2025-01-05',
    days: 1,
  });
});

test('too many days for the screen: a mark is the worst of several', () => {
  const partitions = Array.from({ length: 31 }, (_, at) => fresh(at + 1));
  const gap = { ds: day(12), state: 'missing' as const };
  const bar = dayBar([...partitions.slice(0, 11), gap, ...partitions.slice(12)], 10, plain);
  expect(bar).toMatchObject({ marks: '██░█████', days: 4 });
});

test('rows without a day have no place on it', () => {
  expect(dayBar([{ ds: '__none__', state: 'fresh' }], 80, plain)).toBeNull();
  expect(dayBar([fresh(3), { ds: '__none__', state: 'stale' }], 80, plain)?.marks).toBe('█');
});

test('colours only where the screen has them', () => {
  const partitions = [fresh(1), fresh(2), { ds: day(3), state: 'missing' as const }];
  const marks = dayBar(partitions, 80, { ...plain, color: true })?.marks;
  expect(marks).toBe('\u001b[32m██\u001b[0m\u001b[31m░\u001b[0m');
  expect(legend(new Set(['fresh', 'missing'] as const), plain)).toBe('█ up to date   ░ missing');
});
