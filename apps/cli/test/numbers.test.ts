import { describe, expect, test } from 'vitest';
import { formatDays } from '../src/output/day-ranges.js';
import {
  formatAmount,
  formatBytes,
  formatCount,
  formatDouble,
  formatElapsed,
  formatRate,
  formatShare,
} from '../src/output/numbers.js';
import { formatValue } from '../src/output/summary-table.js';
import { alignRows, cutText, printable, textCells } from '../src/output/text-width.js';

function check<T>(format: (value: T) => string, cases: readonly (readonly [T, string])[]): void {
  for (const [value, text] of cases) expect(format(value)).toBe(text);
}

describe('numbers', () => {
  test('counts have thousands, also beyond what a double holds', () => {
    check<number | bigint | string>(formatCount, [
      [0, '0'],
      [999, '999'],
      [1000, '1,000'],
      [2_000_000, '2,000,000'],
      ['-9223372036854775808', '-9,223,372,036,854,775,808'],
      ['1234567.8901234', '1,234,567.8901234'],
    ]);
    expect(formatAmount(1, 'day')).toBe('1 day');
    expect(formatAmount(0, 'day')).toBe('0 days');
  });

  test('bytes change unit before they need four digits', () => {
    check(formatBytes, [
      [0, '0 B'],
      [999, '999 B'],
      [999.6, '1.0 kB'],
      [61_000_000, '61 MB'],
      [999_499_999, '999 MB'],
      [1_234_000_000, '1.2 GB'],
      [12_340_000_000_000_000, '12,340 TB'],
    ]);
  });

  test('elapsed time never reads as 60 seconds of a minute', () => {
    check(formatElapsed, [
      [0, '0.0 s'],
      [6_840, '6.8 s'],
      [119_940, '119.9 s'],
      [119_960, '2 min 00 s'],
      [3_725_000, '62 min 05 s'],
    ]);
  });

  test('rates', () => {
    expect(formatRate(11_200_000, 1000)).toBe('11.2 M rows/s');
    expect(formatRate(950_000, 1000)).toBe('950 k rows/s');
    expect(formatRate(120, 1000)).toBe('120 rows/s');
    expect(formatRate(10, 0)).toBe('');
    expect(formatRate(0, 10)).toBe('');
  });

  test('a share that is not none or all does not read so', () => {
    expect(formatShare(0, 10)).toBe('0 %');
    expect(formatShare(10, 10)).toBe('100 %');
    expect(formatShare(31, 1000)).toBe('3.1 %');
    expect(formatShare(1, 1_000_000)).toBe('<0.1 %');
    expect(formatShare(999_999, 1_000_000)).toBe('>99.9 %');
    expect(formatShare(0, 0)).toBe('–');
  });

  test('doubles are readable at every size', () => {
    check(formatDouble, [
      ['18930.114999', '18,930.11'],
      ['212.4', '212.40'],
      ['0.02', '0.02'],
      ['0.999', '1.00'],
      ['-0.99', '-0.99'],
      ['0.031249', '0.0312'],
      ['0', '0'],
      ['-0', '0'],
      ['1e-7', '1e-7'],
      ['1.5e-7', '1.5e-7'],
      ['1e+300', '1e300'],
      ['not a number', 'not a number'],
    ]);
  });

  test('values by type', () => {
    expect(formatValue(null, { kind: 'double' })).toBe('');
    expect(formatValue('9007199254740993', { kind: 'int64' })).toBe('9,007,199,254,740,993');
    expect(formatValue('1234.50', { kind: 'decimal', precision: 9, scale: 2 })).toBe('1,234.50');
    expect(formatValue('2025-01-01T00:00:00.000Z', { kind: 'timestamp' })).toBe(
      '2025-01-01 00:00:00',
    );
    expect(formatValue('2025-01-01', { kind: 'date' })).toBe('2025-01-01');
    expect(formatValue('a very long merchant name', { kind: 'string' })).toBe(
      'a very long merchan…',
    );
    expect(formatValue('x\u001b[31m\ny', { kind: 'string' })).toBe('x [31m y');
  });
});

describe('days', () => {
  test('neighbours become ranges', () => {
    const december = Array.from(
      { length: 30 },
      (_, idx) => `2024-12-${String(idx + 2).padStart(2, '0')}`,
    );
    expect(formatDays(december)).toBe('2024-12-02 … 2024-12-31 (30 days)');
    expect(formatDays([...december, '2025-01-01', '2025-01-03'])).toBe(
      '2024-12-02 … 2025-01-01 (31 days), 2025-01-03',
    );
    expect(formatDays(['2025-03-01', '2025-02-28', '2025-02-28'])).toBe(
      '2025-02-28 … 2025-03-01 (2 days)',
    );
    expect(formatDays(['__none__'])).toBe('__none__');
    expect(formatDays([])).toBe('');
  });

  test('many holes are cut, and their days counted', () => {
    const holes = Array.from(
      { length: 9 },
      (_, idx) => `2025-01-${String(1 + 2 * idx).padStart(2, '0')}`,
    );
    expect(formatDays(holes)).toMatch(/2025-01-11, … and 3 more days$/);
  });
});

describe('text', () => {
  test('cells, not characters, are counted and cut', () => {
    expect(textCells('abc')).toBe(3);
    expect(textCells('日本')).toBe(4);
    expect(textCells('e\u0301')).toBe(1);
    expect(cutText('日本語', 4)).toBe('日…');
    expect(cutText('abcd', 4)).toBe('abcd');
    expect(printable('a\tb\r\nc')).toBe('a b c');
  });

  test('columns are aligned and lines have no blanks at the end', () => {
    expect(
      alignRows(
        [
          ['a', '1', ''],
          ['日本', '22', 'x'],
        ],
        ['left', 'right', 'left'],
      ),
    ).toEqual(['a      1', '日本  22  x']);
  });
});
