import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aggregateState,
  HLL_ERROR_BOUND,
  HLL_RANKS,
  HLL_REGISTERS,
  hllEstimate,
  hllSlotOfBytes,
  hllSlotOfInt,
  hllSlotOfNumber,
  hllSlotOfString,
  PERCENTILE_ERROR_BOUND,
  percentileBucket,
  percentileRank,
  percentilesOf,
  percentileValue,
} from '../src/index.js';
import { adversarialDouble, law } from './support.js';
import { unicode } from './unicode.js';

/** The slot as its definition reads, from the hex text that DuckDB's md5() gives. */
function slotFromHex(hex: string): number {
  const register = Number.parseInt(hex.slice(0, 3), 16);
  const rest = BigInt(`0x${hex.slice(3, 16)}`)
    .toString(2)
    .padStart(52, '0');
  const rank = rest.includes('1') ? rest.indexOf('1') + 1 : 53;
  return register * 64 + rank;
}
const md5 = (data: string | Uint8Array): string => createHash('md5').update(data).digest('hex');

/** Deterministic uniform numbers in (0, 1). */
function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
}

describe('HyperLogLog registers', () => {
  it('strings: register and rank of the md5 of their UTF-8 bytes', () => {
    law(
      fc.property(fc.oneof(unicode, fc.string({ maxLength: 300 })), (s) => {
        expect(hllSlotOfString(s)).toBe(slotFromHex(md5(Buffer.from(s, 'utf8'))));
      }),
      200,
    );
  });

  it('bytes of every length over two blocks', () => {
    for (let length = 0; length <= 130; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
      expect(hllSlotOfBytes(bytes)).toBe(slotFromHex(md5(bytes)));
    }
  });

  it('integers: their decimal text, as a number or a bigint', () => {
    for (const n of [0, 1, -1, 42, 2 ** 53 - 1, -(2 ** 40), 1e21, -0]) {
      expect(hllSlotOfInt(n)).toBe(slotFromHex(md5(BigInt(n).toString())));
      expect(hllSlotOfInt(BigInt(n))).toBe(hllSlotOfInt(n));
    }
  });

  it('doubles: their big-endian bytes, -0 as 0', () => {
    const bytes = Buffer.alloc(8);
    law(
      fc.property(adversarialDouble, (x) => {
        bytes.writeDoubleBE(x + 0);
        expect(hllSlotOfNumber(x)).toBe(slotFromHex(md5(bytes)));
      }),
    );
    expect(hllSlotOfNumber(-0)).toBe(hllSlotOfNumber(0));
  });
});

describe('HyperLogLog states', () => {
  it('hold the greatest rank of each register, sparse or dense, in any order', () => {
    const state = aggregateState('APPROX_UNIQUE_COUNT', { kind: 'int' });
    for (const size of [60, 128, 129, 3000]) {
      for (let offset = 0; offset < 20_000; offset += 2_000) {
        const values = Array.from({ length: size }, (_, i) => offset + i);
        const greatest = new Map<number, number>();
        for (const value of values) {
          const slot = slotFromHex(md5(String(value)));
          greatest.set(slot >> 6, Math.max(greatest.get(slot >> 6) ?? 0, slot));
        }
        const counts = new Float64Array(HLL_RANKS);
        counts[0] = HLL_REGISTERS - greatest.size;
        for (const slot of greatest.values()) counts[slot & 63]!++;
        const forwards = state.init();
        for (const value of values) state.update(forwards, value, 0);
        const backwards = state.init();
        for (const value of [...values].reverse()) state.update(backwards, value, 0);
        expect(state.finalize(forwards)).toBe(hllEstimate(counts));
        expect(state.encode(backwards)).toEqual(state.encode(forwards));
      }
    }
  });
});

describe('HyperLogLog estimate', () => {
  it('nothing is 0, all registers full is finite', () => {
    const counts = new Float64Array(HLL_RANKS);
    counts[0] = HLL_REGISTERS;
    expect(hllEstimate(counts)).toBe(0);
    counts[0] = HLL_REGISTERS - 1;
    counts[1] = 1;
    expect(hllEstimate(counts)).toBe(1);
    counts.fill(0);
    counts[53] = HLL_REGISTERS;
    expect(hllEstimate(counts)).toBe(Infinity);
  });

  it('stays within 4.9 % at sizes 1 … 300,000, and within 2 up to 100', () => {
    for (const salt of ['a', 'b', 'c']) {
      const ranks = new Uint8Array(HLL_REGISTERS);
      const counts = new Float64Array(HLL_RANKS);
      counts[0] = HLL_REGISTERS;
      const limit = salt === 'a' ? 300_000 : 30_000;
      for (let n = 1; n <= limit; n++) {
        const slot = hllSlotOfString(`${salt}${n}`);
        const register = slot >> 6;
        const rank = slot & 63;
        if (rank > ranks[register]!) {
          counts[ranks[register]!]!--;
          counts[rank]!++;
          ranks[register] = rank;
        }
        if (n <= 100 || n % 997 === 0) {
          const error = Math.abs(hllEstimate(counts) - n);
          expect(error, `${salt} ${n}`).toBeLessThanOrEqual(
            n <= 100 ? Math.max(2, 0.049 * n) : HLL_ERROR_BOUND * n,
          );
        }
      }
    }
  });
});

const normal = (u: () => number): number =>
  Math.sqrt(-2 * Math.log(u())) * Math.cos(2 * Math.PI * u());
const distributions: Record<string, (u: () => number) => number> = {
  uniform: (u) => u() * 1000,
  normal: (u) => 50 + 10 * normal(u),
  lognormal: (u) => Math.exp(3 + 2 * normal(u)),
  pareto: (u) => 1 / u() ** (1 / 1.1),
  'few distinct': (u) => [1.5, 2.5, 9.99, 100][Math.floor(u() * 4)]!,
  'mixed signs': (u) => normal(u) * 10 ** Math.floor(u() * 8 - 4),
  'many zeros': (u) => (u() < 0.7 ? 0 : -u()),
  'tiny and huge': (u) => (u() < 0.5 ? 1e-310 : 1e300) * (1 + u()),
};

describe('percentile sketch', () => {
  for (const [name, draw] of Object.entries(distributions)) {
    it(`${name}: every percentile within 1 % of the sample's value`, () => {
      const u = uniforms(7);
      const xs = Float64Array.from({ length: 5000 }, () => draw(u));
      const ps = Array.from({ length: 101 }, (_, p) => p);
      const state = aggregateState('APPROX_PERCENTILE', { kind: 'number', percentiles: ps });
      const sketch = state.init();
      for (const x of xs) state.update(sketch, x, 0);
      const answers = state.finalize(sketch) as readonly number[];
      const sorted = xs.slice().sort();
      for (const p of ps) {
        const exact = sorted[percentileRank(p, xs.length)]!;
        const error = Math.abs(answers[p]! - exact);
        // Below 2^-1022 a double's own spacing is coarser than 1 % of the least of them.
        expect(error, `p${p}`).toBeLessThanOrEqual(
          PERCENTILE_ERROR_BOUND * Math.abs(exact) + 5e-324,
        );
      }
    });
  }

  it('buckets are monotone, mirrored, and answer within 0.79 %', () => {
    law(
      fc.property(adversarialDouble, adversarialDouble, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(percentileBucket(low)).toBeLessThanOrEqual(percentileBucket(high));
        expect(percentileBucket(-a) + percentileBucket(a)).toBe(0);
        const answer = percentileValue(percentileBucket(a));
        expect(Math.abs(answer - a)).toBeLessThanOrEqual(0.0079 * Math.abs(a) + 5e-324);
        expect(percentileBucket(answer)).toBe(percentileBucket(a));
      }),
      300,
    );
    expect(percentileBucket(0)).toBe(0);
    expect(Object.is(percentileBucket(-0), 0)).toBe(true);
    expect(percentileValue(0)).toBe(0);
  });

  it('ranks are nearest, lower, and do not suffer from 29/100', () => {
    expect(percentileRank(50, 1)).toBe(0);
    expect(percentileRank(50, 2)).toBe(0);
    expect(percentileRank(50, 3)).toBe(1);
    expect(percentileRank(29, 101)).toBe(29);
    expect(percentileRank(0, 10)).toBe(0);
    expect(percentileRank(100, 10)).toBe(9);
    expect(percentileRank(99.9, 1001)).toBe(999);
  });

  it('percentiles come in the order asked', () => {
    const buckets = [1, 2, 3].map(percentileBucket);
    expect(percentilesOf(buckets, [1, 1, 1], 3, [100, 0])).toEqual([
      percentileValue(percentileBucket(3)),
      percentileValue(percentileBucket(1)),
    ]);
  });
});
