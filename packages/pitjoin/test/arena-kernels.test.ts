import { type Arena, sortByKeyTime, withArena } from '@tessera/columnar';
import { describe, expect, test, vi } from 'vitest';
import { exactSum } from '../src/exact/exact-sum.js';
import { makeSegments } from '../src/exact/segments.js';
import { KERNELS } from '../src/generated/kernels.js';
import { extremeEntries } from '../src/kernels/extremes.js';
import { gatherDoubles } from '../src/order/lane.js';
import { windowHeads, windowTails } from '../src/order/ranges.js';
import { keyView } from '../src/order/view.js';
import type { Kernels } from '../src/wasm.js';
import { fillBut } from './fill-arena.js';
import { type Random, random } from './random.js';

/** The same in JavaScript, by kernels in an arena with room for it, and in arenas that are full at one step or another. */
function everyWay<T>(what: () => T, kernels: readonly (keyof Kernels)[]): T {
  const here = what();
  withArena(4e6, (arena) => {
    const called = spyOnKernels(arena);
    expect(what()).toEqual(here);
    expect([...called].sort()).toEqual([...kernels].sort());
  });
  for (const bytes of [0, 64, 1000, 8000, 30_000]) {
    withArena(0, (arena) => {
      fillBut(arena, bytes);
      expect(what()).toEqual(here);
    });
  }
  return here;
}

/** Returns  the names of those that are called from here on */
function spyOnKernels(arena: Arena): Set<string> {
  const called = new Set<string>();
  const own = arena.kernels<Kernels>(KERNELS);
  const spied = Object.entries(own).map(([name, kernel]) => [
    name,
    (...args: never[]) => {
      called.add(name);
      return (kernel as (...args: never[]) => unknown)(...args);
    },
  ]);
  vi.spyOn(arena, 'kernels').mockReturnValue(Object.fromEntries(spied));
  return called;
}

const doubles = (r: Random, length: number) =>
  Float64Array.from({ length }, () => Math.round(r.next() * 1e6) / 100);

describe.each([1, 2, 3])('kernels in WebAssembly give what their twins do (seed %i)', (seed) => {
  const r = random(seed);
  const n = 500 * seed;

  test('gatherDoubles', () => {
    const from = doubles(r, n);
    from[3] = Number.NaN;
    from[4] = -0;
    const items = Int32Array.from({ length: 2 * n }, () => r.below(n));
    everyWay(() => gatherDoubles(from, items), ['gatherDoubles']);
  });

  test('exact sums, of one grid, of two, and of several terms', () => {
    const groups = Int32Array.from({ length: 9 }, (_, g) => Math.floor((g * n) / 8));
    const integers = Float64Array.from({ length: n }, () => r.below(1000) - 500);
    const money = doubles(r, n);
    const far = Float64Array.from({ length: n }, () => r.next() * 2 ** r.below(60));
    const sums = (terms: () => Float64Array[]) => () => exactSum(terms(), makeSegments(groups));
    const looks = ['gatherDoubles', 'greatestMagnitude', 'isOnGrid'] as const;
    const rows = Int32Array.from({ length: n }, (_, i) => i);
    // Of values that lie in the arena themselves, as those of a sweep do.
    const own = (values: Float64Array) => sums(() => [gatherDoubles(values, rows)]);
    everyWay(own(integers), [...looks, 'onePrefix']);
    everyWay(own(money), [...looks, 'twoPrefixes']);
    everyWay(
      sums(() => [integers, money]),
      ['twoPrefixes'],
    );
    const { kind } = everyWay(own(far), [...looks, 'onePrefix', 'twoPrefixes']);
    expect(kind).toBe('prefix');
  });

  test('extremeEntries', () => {
    const values = doubles(r, n);
    const ends = Int32Array.from({ length: n }, () => r.below(n)).sort();
    const window = (length: number) => ({
      start: ends.map((e) => Math.max(0, e - length)),
      end: ends,
    });
    const windows = [window(0), window(7), window(100)];
    everyWay(
      () => [1, -1].map((sign) => extremeEntries(values, windows, sign as 1 | -1)),
      ['extremeEntries'],
    );
  });

  test('windows, with keys that only one side has', () => {
    const timed = (rows: number, offset: number) =>
      [
        Int32Array.from({ length: rows }, () => 2 * r.below(20) + (r.chance(0.2) ? offset : 0)),
        Float64Array.from({ length: rows }, () => r.below(1000)),
      ] as const;
    const view = keyView(sortByKeyTime(...timed(n, 1)), null);
    const left = sortByKeyTime(...timed(n, 2));
    everyWay(
      () => [windowHeads(view, left), windowTails(view, left, 100, 'exact')],
      ['windowEdges'],
    );
    const { end, groupStart } = windowHeads(view, left);
    left.keyCode.forEach((code, k) => {
      const g = view.groupCode.indexOf(code);
      for (let i = left.keyStart[k]!; i < left.keyStart[k + 1]!; i++) {
        if (g < 0) expect(end[i]).toBe(groupStart[i]);
        else {
          const own = view.timeMs.subarray(view.groupStart[g]!, view.groupStart[g + 1]!);
          expect(end[i]! - view.groupStart[g]!).toBe(own.filter((t) => t < left.timeMs[i]!).length);
        }
      }
    });
  });
});
