import {
  DAY_MS,
  dayOf,
  dayStartMs,
  formatDay,
  HOUR_MS,
  hopMs,
  MINUTE_MS,
  parseDay,
  parseWindow,
  TesseraError,
  windowStartMs,
} from '@tessera/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('S2.5: windows are positive whole numbers of m, h, d', () => {
  expect(parseWindow('30m')).toBe(30 * MINUTE_MS);
  expect(parseWindow('1h')).toBe(HOUR_MS);
  expect(parseWindow('90d')).toBe(90 * DAY_MS);
  for (const bad of [
    '',
    '0d',
    '-1d',
    '1.5h',
    '07d',
    '7',
    'd',
    '7 d',
    '7D',
    '1w',
    '1e3d',
    `${'9'.repeat(20)}d`,
  ]) {
    expect(() => parseWindow(bad), bad).toThrow(TesseraError);
  }
});

test('S2.2: hops', () => {
  expect(hopMs(5 * MINUTE_MS)).toBe(5 * MINUTE_MS);
  expect(hopMs(12 * HOUR_MS - 1)).toBe(5 * MINUTE_MS);
  expect(hopMs(12 * HOUR_MS)).toBe(HOUR_MS);
  expect(hopMs(12 * DAY_MS - 1)).toBe(HOUR_MS);
  expect(hopMs(12 * DAY_MS)).toBe(DAY_MS);
});

test('S2.2, S2.3, S2.4: where windows begin', () => {
  const q = Date.parse('2024-03-10T10:07:30Z');
  const at = (text: string): number => Date.parse(text);
  expect(windowStartMs(q, HOUR_MS, 'sawtooth')).toBe(at('2024-03-10T09:05:00Z'));
  expect(windowStartMs(q, DAY_MS, 'sawtooth')).toBe(at('2024-03-09T10:00:00Z'));
  expect(windowStartMs(q, 12 * DAY_MS, 'sawtooth')).toBe(at('2024-02-27T00:00:00Z'));
  expect(windowStartMs(q, HOUR_MS, 'exact')).toBe(q - HOUR_MS);
  expect(windowStartMs(q, null, 'sawtooth')).toBe(Number.NEGATIVE_INFINITY);
  // On the grid it stays; before 1970 it is floored, not cut towards zero.
  expect(windowStartMs(at('2024-03-10T10:00:00Z'), DAY_MS, 'sawtooth')).toBe(
    at('2024-03-09T10:00:00Z'),
  );
  expect(windowStartMs(1, HOUR_MS, 'sawtooth')).toBe(-HOUR_MS);
  expect(windowStartMs(-1, HOUR_MS, 'sawtooth')).toBe(-HOUR_MS - 5 * MINUTE_MS);
});

test('S2.2: the start is the last grid point at or before q - W', () => {
  const times = fc.integer({ min: -(2 ** 45), max: 2 ** 45 });
  const windows = fc.integer({ min: 5, max: 60 * 24 * 400 }).map((minutes) => minutes * MINUTE_MS);
  fc.assert(
    fc.property(times, windows, (q, window) => {
      const start = windowStartMs(q, window, 'sawtooth');
      const hop = hopMs(window);
      expect(Number.isInteger(start / hop)).toBe(true);
      expect(start).toBeLessThanOrEqual(q - window);
      expect(start + hop).toBeGreaterThan(q - window);
    }),
  );
});

test('S1.2: days', () => {
  expect(dayOf(0)).toBe(0);
  expect(dayOf(-1)).toBe(-1);
  expect(dayOf(DAY_MS - 1)).toBe(0);
  expect(formatDay(0)).toBe('1970-01-01');
  expect(formatDay(dayOf(Date.parse('2025-02-28T23:59:59.999Z')))).toBe('2025-02-28');
  expect(parseDay('2024-02-29')).toBe(dayOf(Date.parse('2024-02-29T00:00:00Z')));
  for (const bad of [
    '2025-02-29',
    '2025-02-30',
    '2025-13-01',
    '2025-1-1',
    '20250101',
    '2025-01-01T00',
    '',
  ]) {
    expect(parseDay(bad), bad).toBeNull();
  }
  fc.assert(
    fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (day) => {
      expect(parseDay(formatDay(day))).toBe(day);
      expect(dayOf(dayStartMs(day))).toBe(day);
    }),
  );
});
