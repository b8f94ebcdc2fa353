import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Column,
  dropArena,
  type KeyTimeOrder,
  rangeSorter,
  rowCompare,
  sortByKeyTime,
  withArena,
} from '../src/index.js';

interface Row {
  readonly code: number;
  readonly timeMs: number;
  readonly tie: number;
}

const rows = (max: number): fc.Arbitrary<Row[]> =>
  fc.array(
    fc.record({
      code: fc.integer({ min: -1, max: 6 }),
      timeMs: fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constant(Number.NaN)),
      tie: fc.integer({ min: -1, max: 2 }),
    }),
    { maxLength: max },
  );

function check(input: readonly Row[], tied: boolean, spread: number): void {
  const tie: Column = { kind: 'code', values: Int32Array.from(input, (r) => r.tie) };
  const code = Int32Array.from(input, (r) => (r.code < 0 ? -1 : r.code * spread));
  const timeMs = Float64Array.from(input, (r) => r.timeMs);
  const sort = () => sortByKeyTime(code, timeMs, tied ? tie : null);
  compare(sort(), input, tied, spread);
  withArena(1e6, (arena) => {
    const sorted = sort();
    expect(arena.heldAt(sorted.order)).toBe(sorted.order.byteOffset);
    compare(sorted, input, tied, spread);
  });
  // No room: as without. What is kept from before, of another test file perhaps, would take long to fill.
  dropArena();
  withArena(0, (arena) => {
    while (arena.doubles(8) !== null);
    const sorted = sort();
    expect(arena.heldAt(sorted.order)).toBe(0);
    compare(sorted, input, tied, spread);
  });
}

function compare(sorted: KeyTimeOrder, input: readonly Row[], tied: boolean, spread: number): void {
  const want = input
    .map((r, row) => ({ ...r, row }))
    .filter((r) => r.code >= 0 && !Number.isNaN(r.timeMs))
    .sort(
      (a, b) =>
        a.code - b.code || a.timeMs - b.timeMs || (tied ? a.tie - b.tie : 0) || a.row - b.row,
    );
  expect(Array.from(sorted.order)).toStrictEqual(want.map((r) => r.row));
  expect(Array.from(sorted.timeMs)).toStrictEqual(want.map((r) => r.timeMs));
  const codes = [...new Set(want.map((r) => r.code * spread))];
  expect(Array.from(sorted.keyCode)).toStrictEqual(codes);
  expect(Array.from(sorted.keyStart)).toStrictEqual([
    ...codes.map((c) => want.findIndex((r) => r.code * spread === c)),
    want.length,
  ]);
}

describe('sortByKeyTime', () => {
  test('orders by (code, time, tie), stably, leaving out null keys and times', () => {
    fc.assert(fc.property(rows(40), fc.boolean(), (input, tied) => check(input, tied, 1)));
  });

  test('long keys, out of order in every way', () => {
    fc.assert(
      fc.property(rows(400), fc.boolean(), (input, tied) =>
        check(
          input.map((r) => ({ ...r, code: 0 })),
          tied,
          1,
        ),
      ),
      { numRuns: 40 },
    );
  });

  test('blocks that are sorted inside but come in the wrong order', () => {
    const blocks = [2, 0, 3, 1].flatMap((b) =>
      Array.from({ length: 100 }, (_, i) => ({ code: i % 3, timeMs: b * 100 + i, tie: 0 })),
    );
    check(blocks, false, 1);
  });

  test('few of very many codes', () => {
    fc.assert(fc.property(rows(20), (input) => check(input, true, 200_000_000)));
  });
});

test('rangeSorter leaves what lies outside its range alone', () => {
  const rows = Int32Array.from({ length: 200 }, (_, i) => i);
  const key = Float64Array.from(rows, (i) => -i);
  rangeSorter({ rows, key }, null)(50, 150);
  const want = Array.from({ length: 200 }, (_, i) => (i < 50 || i >= 150 ? i : 199 - i));
  expect(Array.from(rows)).toStrictEqual(want);
  expect(Array.from(key)).toStrictEqual(want.map((i) => -i));
});

describe('rowCompare', () => {
  test('null first, numbers, lists element by element with a prefix first', () => {
    const child: Column = { kind: 'f64', values: Float64Array.of(1, 2, 1, Number.NaN, 1) };
    const list: Column = {
      kind: 'list',
      offsets: Int32Array.of(0, 2, 3, 5, 5, 5),
      valid: Uint8Array.of(1, 1, 1, 1, 0),
      child,
    };
    // [1, 2] [1] [null, 1] [] null
    const order = [0, 1, 2, 3, 4].sort(rowCompare(list));
    expect(order).toStrictEqual([4, 3, 2, 1, 0]);
  });

  test('wide integers by value', () => {
    const i128: Column = {
      kind: 'i128',
      values: BigInt64Array.of(-1n, -1n, 5n, 0n, 0n, 1n),
      valid: null,
    };
    expect([2, 1, 0].sort(rowCompare(i128))).toStrictEqual([0, 1, 2]);
  });
});
