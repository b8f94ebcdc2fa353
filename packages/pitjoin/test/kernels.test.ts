import { HLL_RANKS, HLL_REGISTERS, hllEstimate } from '@tessera/algebra';
import { gather, rowCompare, sortByKeyTime } from '@tessera/columnar';
import { describe, expect, test } from 'vitest';
import { denseRanks, evaluateByBucket } from '../src/buckets.js';
import { makeInput } from '../src/input/input.js';
import { asSafeIntegers, limbsOf } from '../src/input/limbs.js';
import { approxUniqueCounts } from '../src/kernels/approx-unique.js';
import { bestEntries } from '../src/kernels/best.js';
import { topFrequent } from '../src/kernels/distinct.js';
import { extremeEntries } from '../src/kernels/extremes.js';
import { percentiles } from '../src/kernels/percentile.js';
import { makeRankSet } from '../src/kernels/rank-set.js';
import { distinctCodes, sortGroups } from '../src/kernels/value-order.js';
import { makeLane } from '../src/order/lane.js';
import type { Ranges } from '../src/order/ranges.js';
import { bucketView, keyView } from '../src/order/view.js';
import { prepare } from '../src/prepared.js';
import { rawSources } from '../src/sources.js';
import { code, f64, feature, i64, i128 } from './build.js';
import { type Random, random } from './random.js';
import { valuesOf } from './values.js';

/** Ranges over m entries that never step back, with gaps, repeats and empty ones. */
function slidingRanges(r: Random, m: number, n: number): Ranges {
  const start = new Int32Array(n);
  const end = new Int32Array(n);
  let s = 0;
  let e = 0;
  for (let i = 0; i < n; i++) {
    if (r.chance(0.1)) s = e = Math.min(m, e + r.below(10));
    else if (r.chance(0.7)) {
      e = Math.min(m, e + r.below(8));
      s = Math.min(e, s + r.below(8));
    }
    start[i] = s;
    end[i] = e;
  }
  return { start, end };
}

const eachRange = (ranges: Ranges, visit: (row: number, start: number, end: number) => void) =>
  ranges.start.forEach((s, row) => {
    visit(row, s, ranges.end[row]!);
  });

describe('sliding kernels over one long lane', () => {
  const seeds = [1, 2, 3, 4, 5];

  test.each(seeds)(
    'approxUniqueCounts keeps the greatest rank of every register (seed %i)',
    (seed) => {
      const r = random(seed);
      // Windows of several entries per register, else ranks would hardly move the estimate.
      const slots = Float64Array.from(
        { length: 30_000 },
        () => r.below(4096) * 64 + 1 + r.below(9),
      );
      const start = Int32Array.from({ length: 12 }, () => r.below(30_000)).sort();
      const ranges = { start, end: start.map((s) => Math.min(30_000, s + 14_000)) };
      const got = approxUniqueCounts(slots, ranges);
      eachRange(ranges, (row, s, e) => {
        const registers = new Array<number>(HLL_REGISTERS).fill(0);
        for (const slot of slots.subarray(s, e)) {
          registers[slot >> 6] = Math.max(registers[slot >> 6]!, slot & 63);
        }
        const ranks = new Array<number>(HLL_RANKS).fill(0);
        for (const rank of registers) ranks[rank]!++;
        expect(got[row]).toBe(s < e ? hllEstimate(ranks) : 0);
      });
    },
  );

  test.each(seeds)('extremeEntries for windows that share their head (seed %i)', (seed) => {
    const r = random(seed);
    const values = Float64Array.from({ length: 400 }, () => r.below(50));
    const wide = slidingRanges(r, 400, 200);
    const narrow = { end: wide.end, start: wide.start.map((s, i) => (s + wide.end[i]!) >> 1) };
    // Often empty, and none of them steps back.
    let least = 0;
    const short = {
      end: wide.end,
      start: wide.end.map((end) => {
        least = Math.max(least, end - r.below(3));
        return least;
      }),
    };
    const windows = [narrow, short, wide];
    for (const sign of [1, -1] as const) {
      const found = extremeEntries(values, windows, sign);
      windows.forEach((ranges, w) => {
        eachRange(ranges, (row, s, e) => {
          let best = -1;
          for (let j = s; j < e; j++)
            if (best < 0 || values[j]! * sign >= values[best]! * sign) best = j;
          expect(found[w]![row]).toBe(best);
        });
      });
    }
  });

  test.each(seeds)('percentiles at their nearest rank (seed %i)', (seed) => {
    const r = random(seed);
    const value = Float64Array.from({ length: 37 }, (_, i) => i * 10);
    const codes = Int32Array.from({ length: 400 }, () => r.below(37));
    const ps = [0, 1, 50, 99, 100];
    const ranges = slidingRanges(r, 400, 200);
    const got = percentiles({ code: codes, value, weights: null }, ranges, ps);
    eachRange(ranges, (row, s, e) => {
      const sorted = codes.slice(s, e).sort();
      const want = ps.map((p) => value[sorted[Math.floor((p * (e - s - 1)) / 100)]!] ?? Number.NaN);
      expect(Array.from(got.subarray(row * 5, row * 5 + 5))).toStrictEqual(want);
    });
  });

  test.each(seeds)('bestEntries and topFrequent (seed %i)', (seed) => {
    const r = random(seed);
    const values = Float64Array.from({ length: 400 }, () => r.below(12));
    const groupStart = Int32Array.of(0, 400);
    const sorted = sortGroups(values, groupStart);
    const codes = distinctCodes(values, groupStart, sorted, null);
    const ranges = slidingRanges(r, 400, 150);
    const best = bestEntries(sorted, ranges, 5, 'greatest');
    const tooMany: number[] = [];
    const top = topFrequent(codes, ranges, 3, 8, (row) => tooMany.push(row));
    const valuesAt = (lists: { offsets: Int32Array; entries: Int32Array }, row: number) =>
      Array.from(
        lists.entries.subarray(lists.offsets[row]!, lists.offsets[row + 1]!),
        (e) => values[e]!,
      );
    const overfull: number[] = [];
    eachRange(ranges, (row, s, e) => {
      const inside = Array.from(values.subarray(s, e)).sort((a, b) => b - a);
      expect(valuesAt(best, row)).toStrictEqual(inside.slice(0, 5));
      const distinct = [...new Set(inside)];
      const count = (v: number) => inside.filter((o) => o === v).length;
      const frequent = distinct.sort((a, b) => count(b) - count(a) || a - b).slice(0, 3);
      if (distinct.length > 8) overfull.push(row);
      expect(valuesAt(top, row)).toStrictEqual(distinct.length > 8 ? [] : frequent);
    });
    expect(tooMany).toStrictEqual(overfull);
    expect(overfull.length).toBeGreaterThan(0);
  });
});

describe('wide integers', () => {
  const edge = 2n ** 53n;

  test('are doubles when all are below 2^53 in magnitude', () => {
    for (const build of [i64, i128]) {
      for (const least of [1n - edge, -1n, 0n]) {
        const column = build([least, null, edge - 1n]);
        expect(asSafeIntegers(column)).toStrictEqual(
          Float64Array.of(Number(least), Number.NaN, Number(edge - 1n)),
        );
      }
      for (const wide of [
        edge,
        -edge,
        edge + 1n,
        -edge - 1n,
        -edge - 2n,
        2n ** 60n,
        -(2n ** 63n),
      ]) {
        expect(asSafeIntegers(build([1n, wide]))).toBeNull();
      }
    }
    expect(asSafeIntegers(i128([2n ** 64n]))).toBeNull();
    expect(asSafeIntegers(i128([-(2n ** 64n)]))).toBeNull();
  });

  test('are the sum of their limbs', () => {
    const values = [0n, 1n, -1n, 2n ** 62n + 12345678901n, -(2n ** 63n)];
    const wider = [...values, 10n ** 38n - 1n, 1n - 10n ** 38n, -(2n ** 127n)];
    for (const [column, want] of [
      [i64(values), values],
      [i128(wider), wider],
    ] as const) {
      const limbs = limbsOf(column);
      const sums = want.map((_, row) => limbs.reduce((sum, limb) => sum + BigInt(limb[row]!), 0n));
      expect(sums).toStrictEqual(want);
    }
  });
});

describe('makeRankSet', () => {
  test.each([1, 31, 32, 33, 1024, 1025, 40_000])('orders members of %i ranks', (size) => {
    const r = random(size);
    const set = makeRankSet(size);
    const members = new Set<number>();
    for (let round = 0; round < 300; round++) {
      const rank = r.below(size);
      if (members.has(rank)) {
        members.delete(rank);
        set.remove(rank);
      } else {
        members.add(rank);
        set.add(rank);
      }
    }
    const found: number[] = [];
    for (let rank = set.next(-1); rank >= 0; rank = set.next(rank)) found.push(rank);
    expect(found).toStrictEqual([...members].sort((a, b) => a - b));
    expect(set.next(size - 1)).toBe(-1);
  });
});

test('dense ranks are the same by a table of codes and by a set of values', () => {
  const check = (values: number[]) => {
    const sorted = [...new Set(values)].filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);
    const { rank, size } = denseRanks(Float64Array.from(values));
    expect(size).toBe(sorted.length);
    expect([...rank]).toStrictEqual(values.map((v) => sorted.indexOf(v)));
  };
  check([]);
  check([Number.NaN]);
  check([0]);
  check([2, 0, Number.NaN, 2]);
  check([3, 1, 2, 1]); // the greatest that the table has
  check([4, 1, 2, 1]); // one more
  check([1, 0, 0.5, 1]);
  check([1, 0, -1, Number.NaN]);
  check([2 ** 40, 1, 2 ** 33, 1]);
});

test.each([3, 200])('events by key are split into %i buckets', (ranks) => {
  const r = random(ranks);
  const rows = 600;
  const key = Int32Array.from({ length: rows }, () => r.below(4));
  const times = Float64Array.from({ length: rows }, () => r.below(50));
  const rank = Int32Array.from({ length: rows }, () => r.below(ranks + 1) - 1);
  const whole = keyView(sortByKeyTime(key, times), null);
  const view = bucketView(whole, rank, ranks, null);
  const order = [...whole.order].filter((row) => rank[row]! >= 0);
  order.sort((a, b) => key[a]! - key[b]! || rank[a]! - rank[b]!); // stable: by time within
  expect([...view.order]).toStrictEqual(order);
  expect([...view.timeMs]).toStrictEqual(order.map((row) => times[row]!));
  const groupOf = (row: number) => `${key[row]} ${rank[row]}`;
  const starts = order.flatMap((row, p) =>
    p === 0 || groupOf(row) !== groupOf(order[p - 1]!) ? [p] : [],
  );
  expect([...view.groupStart]).toStrictEqual([...starts, order.length]);
  expect([...view.groupCode]).toStrictEqual(starts.map((p) => key[order[p]!]!));
});

test('a feature by bucket does not depend on how many pairs are evaluated at a time', () => {
  const r = random(3);
  const rows = 120;
  const times = Array.from({ length: rows }, () => r.below(1000));
  const channel = code(times.map(() => r.below(5)));
  const input = makeInput(f64(times.map(() => r.next())), { kind: 'double' });
  const events = sortByKeyTime(
    Int32Array.from(times, () => r.below(3)),
    Float64Array.from(times),
  );
  const left = sortByKeyTime(
    Int32Array.from({ length: 40 }, () => r.below(4)),
    Float64Array.from({ length: 40 }, () => r.below(1000)),
  );
  const { rank, size } = denseRanks(makeInput(channel, { kind: 'string' }).rows.ordered());
  const view = bucketView(keyView(events, rowCompare(channel)), rank, size, null);
  const buckets = gather(
    channel,
    view.groupStart.subarray(0, -1).map((p) => view.order[p]!),
  );
  const lane = makeLane({ view, items: input.rows, itemOffsets: null, rowMask: null });
  const spec = feature('HISTOGRAM', { windowMs: 400 });
  const silent = { problem: () => undefined, tooManyDistinct: () => undefined };
  const run = (pairs: number) => {
    const prepared = prepare(
      lane,
      rawSources(lane, { elements: null, weights: null }),
      (ranges) => [ranges],
    );
    return valuesOf(evaluateByBucket(spec, prepared, left, buckets, silent, pairs), {
      kind: 'map',
      key: { kind: 'string' },
      value: { kind: 'map', key: { kind: 'double' }, value: { kind: 'int64' } },
    });
  };
  const whole = run(1 << 20);
  expect(whole.some((v) => v !== null)).toBe(true);
  for (const pairs of [1, 2, 7, 30]) expect(run(pairs)).toStrictEqual(whole);
});
