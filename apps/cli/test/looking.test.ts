import type { NullCell } from '@tessera/lake';
import { describe, expect, test } from 'vitest';
import { identifier, tsKey, tsMember, tsString } from '../src/describe/ts-text.js';
import { blockOf, nullLines } from '../src/output/null-lines.js';
import { rowTable, valueText } from '../src/output/row-table.js';
import { textCells } from '../src/output/text-width.js';

const style = (columns: number) => ({ color: false, unicode: true, columns });

describe('names as TypeScript', () => {
  test.each([
    ['shop-events 2024', 'shopEvents2024'],
    ['Orders', 'orders'],
    ['2024', 't2024'],
    ['default', 'defaultTable'],
    ['count', 'countTable'],
    ['größe', 'größe'],
    ['***', 't'],
  ])('%s', (name, expected) => {
    expect(identifier(name, new Set())).toBe(expected);
  });

  test('each once', () => {
    const used = new Set<string>();
    expect([identifier('a', used), identifier('A', used), identifier('a', used)]).toEqual([
      'a',
      'a2',
      'a3',
    ]);
  });

  test.each(['plain', "it's", 'say "hi"', 'back\\slash', '`$' + '{x}`', 'a\nb\u2028c', '*/'])(
    '%j is itself again',
    (text) => {
      // biome-ignore lint/security/noGlobalEval: the literal is to mean the text
      expect(eval(tsString(text))).toBe(text);
      // biome-ignore lint/security/noGlobalEval: the same
      expect(Object.keys(eval(`({ ${tsKey(text)}: 1 })`))).toEqual([text]);
    },
  );

  test('members', () => {
    expect([tsMember('row', 'a_1'), tsMember('row', 'a b')]).toEqual(['row.a_1', "row['a b']"]);
  });
});

describe('rows as a table', () => {
  const columns = ['id', 'channel', 'note', 'user_count_7d'].map((name, rank) => ({
    name,
    type:
      name === 'note' || name === 'channel'
        ? ({ kind: 'string' } as const)
        : ({ kind: 'int64' } as const),
    rank: rank === 0 ? 0 : rank === 3 ? 1 : 2,
  }));
  const rows = [
    ['1', 'web', 'a\tb', '12345'],
    ['20', null, '漢字'.repeat(30), null],
  ];

  test('all columns in their order where they fit', () => {
    expect(rowTable(columns, rows, style(100))).toEqual([
      '  id  channel  note                 user_count_7d',
      '   1  web      a b                         12,345',
      '  20           漢字漢字漢字漢字漢…',
    ]);
  });

  test('on a narrow screen features come first, and no line is wider', () => {
    const lines = rowTable(columns, rows, style(30));
    expect(lines).toEqual([
      '  id  user_count_7d  channel',
      '   1         12,345  web',
      '  20',
      '  … and 1 more column',
    ]);
    expect(Math.max(...lines.map(textCells))).toBeLessThanOrEqual(30);
  });

  test('lists and maps', () => {
    expect(valueText([1, null, 'x'])).toBe('[1, NULL, x]');
    expect(valueText(new Map([['web', 2n]]))).toBe('{web=2}');
    expect(valueText(null)).toBeNull();
  });
});

describe('nulls over days', () => {
  test.each([
    [0, 10, '·'],
    [1, 1000, '▁'],
    [5, 10, '▄'],
    [999, 1000, '▇'],
    [10, 10, '█'],
    [0, 0, ' '],
  ])('%i of %i', (nulls, rows, block) => {
    expect(blockOf(nulls, rows)).toBe(block);
  });

  test('a row per column, a legend that fits', () => {
    const cell = (first: string, nulls: number[]): NullCell => ({
      first,
      last: first,
      partitions: 1,
      rows: 4,
      nulls,
    });
    const cells = [cell('2025-01-01', [0, 4]), cell('2025-01-02', [2, 0])];
    expect(nullLines(['a', 'long_name'], cells, style(60))).toEqual([
      '  nulls      all days  8 rows',
      '  a            25.0 %  ·▄',
      '  long_name    50.0 %  █·',
      '  · none   ▁ few   ▄ half   █ all',
      '  each block is 1 partition, 2025-01-01 … 2025-01-02',
    ]);
  });
});
