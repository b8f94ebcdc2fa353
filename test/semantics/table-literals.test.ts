import { events, groupBy, join, last, part } from '@tessera/api';
import { features, table } from '@tessera/testing';
import { describe, expect, test } from 'vitest';
import { asks, at, errorOf } from './support.js';

/** A cell's value as a declared type, seen through LAST. */
async function read(type: string, cell: unknown): Promise<unknown> {
  const source = events({
    name: 'shop.source',
    path: 'source',
    columns: { k: 'string', t: 'timestamp', v: type as 'string' },
    time: 't',
  });
  const asked = join({
    name: 'j',
    left: asks,
    parts: [part(groupBy({ name: 'g', source, keys: ['k'], aggregations: [last('v')] }))],
  });
  const given = { k: 'a', t: new Date('2025-01-01'), v: cell as string };
  const [row] = await features(asked)
    .given({ source: [given], asks: at('2025-01-02T00:00:00Z') })
    .rows();
  return row?.g_v_last;
}

describe('what the tests of this folder rest on: cells are values of the declared type', () => {
  test.each([
    ['boolean', 'true', true],
    ['int32', '-2147483648', -2147483648],
    ['int64', '-9223372036854775808', -(2n ** 63n)],
    ['float', '0.1', Math.fround(0.1)],
    ['double', '1e3', 1000],
    ['string', ' spaces ', ' spaces '],
    ['decimal(4,2)', '-99.99', '-99.99'],
    ['decimal(4,2)', '5', '5.00'],
    ['date', '2024-02-29', '2024-02-29'],
    ['timestamp', '2025-01-01', '2025-01-01T00:00:00Z'],
    ['timestamp', '2025-01-01T10:20', '2025-01-01T10:20:00Z'],
    ['timestamp', new Date(5), '1970-01-01T00:00:00.005Z'],
    ['timestamp_ns', '2025-01-01T00:00:00.000000001Z', '2025-01-01T00:00:00.000000001Z'],
    ['epoch_ms', '1969-12-31T23:59:59.9995Z', -1n],
    ['list<int64>', [1, null], [1n, null]],
  ])('a cell of type %s: %o', async (type, cell, value) => {
    expect(await read(type, cell)).toEqual(value);
  });

  test.each([
    ['boolean', 'yes'],
    ['int32', '2147483648'],
    ['int32', '1.5'],
    ['int64', '9223372036854775808'],
    ['int64', '1e3'],
    ['double', 'ten'],
    ['decimal(4,2)', '123.45'],
    ['decimal(4,2)', '1.234'],
    ['date', '2025-02-29'],
    ['date', '2025-01-01T00:00:00Z'],
    ['timestamp', '2025-02-30T00:00:00Z'],
    ['timestamp', '2025-01-01T24:00:00Z'],
    ['timestamp', '2025-01-01T00:00:00+02:00'],
    ['timestamp', new Date(Number.NaN)],
    ['timestamp', 1.5],
    ['timestamp_ns', '2300-01-01T00:00:00Z'],
    ['list<int64>', '5'],
  ])('no cell of type %s: %o, which is refused and never bent', async (type, cell) => {
    const error = await errorOf(() => read(type, cell));
    expect(error.code).toBe('BAD_OPTION');
    expect(error.message).toContain('`shop.source.v` holds');
  });

  test('unknown tables and columns are refused by name', async () => {
    const g = groupBy({ name: 'g', source: asks, keys: ['k'], aggregations: [last('t')] });
    const asked = features(join({ name: 'j', left: asks, parts: [part(g)] }));
    expect((await errorOf(() => asked.given({ question: [] }).rows())).message).toContain(
      '`question`',
    );
    expect(
      (await errorOf(() => asked.given({ asks: [{ k: 'a', when: '2025-01-01' }] }).rows())).code,
    ).toBe('UNKNOWN_COLUMN');
  });

  test('null, empty, quoted, bracketed and interpolated cells', () => {
    expect(table`
      a  | b    | c     | d         | e
         | null | 'a|b' | [1, [2]]  | ${[-0, 'x']}
      '' | "n"  | 'null'| []        | ${5n}`).toEqual([
      { a: null, b: null, c: 'a|b', d: [1, [2]], e: [-0, 'x'] },
      { a: '', b: 'n', c: 'null', d: [], e: 5n },
    ]);
  });
});
