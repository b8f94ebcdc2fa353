import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregateState, StateFormatError } from '../src/index.js';
import { fold, operationCases } from './operations.js';
import { law } from './support.js';

describe('encoded states', () => {
  for (const { name, state, events } of operationCases) {
    it(`${name}: refuses what is cut off, added to, or of another version or layout`, () => {
      law(
        fc.property(events, fc.nat(), (list, at) => {
          const bytes = state.encode(fold(state, list));
          expect(() => state.decode(bytes.subarray(0, at % bytes.length))).toThrow(
            StateFormatError,
          );
          expect(() => state.decode(Uint8Array.of(...bytes, 0))).toThrow(StateFormatError);
          const { absorb } = state;
          if (absorb !== undefined)
            for (const end of [at % bytes.length, bytes.length + 1])
              expect(() => absorb(state.init(), Uint8Array.of(...bytes, 0), 0, end)).toThrow(
                StateFormatError,
              );
          const version = bytes.slice();
          version[0] = 99;
          expect(() => state.decode(version)).toThrow(/format version 99 is not 1/);
          const layout = bytes.slice();
          layout[1] = 77;
          expect(() => state.decode(layout)).toThrow(/layout 77 is not/);
        }),
        5,
      );
    });

    it(`${name}: random bytes either throw StateFormatError or are a state`, () => {
      law(
        fc.property(events, fc.nat(), fc.integer({ min: 0, max: 255 }), (list, at, byte) => {
          const bytes = state.encode(fold(state, list));
          bytes[2 + (at % (bytes.length - 2))] = byte;
          const absorbed = state.init();
          const absorb = () => state.absorb?.(absorbed, bytes, 0, bytes.length);
          let decoded: unknown;
          try {
            decoded = state.decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(StateFormatError);
            if (state.absorb !== undefined) expect(absorb).toThrow(StateFormatError);
            return;
          }
          absorb();
          if (state.absorb !== undefined)
            expect(state.encode(absorbed)).toEqual(state.encode(decoded));
          const again = state.encode(decoded);
          expect(state.encode(state.decode(again))).toEqual(again);
        }),
        8,
      );
    });
  }

  it('says what is wrong, with what and where', () => {
    const sum = aggregateState('SUM', { kind: 'number' });
    expect(() => sum.decode(new Uint8Array(0))).toThrow(
      'not a state of SUM: it ends too early at byte 0 of 0',
    );
    expect(() => sum.decode(Uint8Array.of(1, 1, 0))).toThrow('layout 1 is not 2 (sum)');
    const overlapping = Uint8Array.of(1, 2, 2, 2, ...new Uint8Array(16).fill(0x3f));
    expect(() => sum.decode(overlapping)).toThrow('a sum is not in canonical form');
  });

  it('HyperLogLog is sparse up to 1,023 registers and dense above, by content alone', () => {
    const state = aggregateState('APPROX_UNIQUE_COUNT', { kind: 'int' });
    const sizes = [0, 1, 100, 1000, 5000, 50000].map((n) => {
      const s = state.init();
      for (let i = 0; i < n; i++) state.update(s, i, 0);
      const backwards = state.init();
      for (let i = n - 1; i >= 0; i--) state.update(backwards, i, 0);
      expect(state.encode(backwards)).toEqual(state.encode(s));
      expect(state.encode(state.decode(state.encode(s)))).toEqual(state.encode(s));
      return state.encode(s).length;
    });
    expect(sizes[0]).toBe(4);
    expect(sizes[1]).toBe(7);
    expect(sizes[2]).toBeLessThanOrEqual(4 + 300);
    expect(sizes[4]).toBe(3 + 3072);
    expect(sizes[5]).toBe(3 + 3072);
  });

  it('known bytes, so that a change of layout cannot pass unnoticed', () => {
    const hex = (
      operation: Parameters<typeof aggregateState>[0],
      values: (number | string)[],
    ): string => {
      const state = aggregateState(operation, {
        kind: typeof values[0] === 'string' ? 'string' : 'number',
        k: 2,
      });
      const s = state.init();
      values.forEach((value, t) => {
        state.update(s, value, t);
      });
      return Buffer.from(state.encode(s)).toString('hex');
    };
    expect(hex('COUNT', [1, 2, 3])).toBe('010103');
    expect(hex('SUM', [1.5, 2])).toBe('01020201400c000000000000');
    expect(hex('MAX', ['a', 'b'])).toBe('010501620000');
    expect(hex('LAST', ['a', 'b'])).toBe('0106013ff000000000000000620000');
    expect(hex('HISTOGRAM', ['b', 'a', 'b'])).toBe('0108026100000162000002');
    expect(hex('TOP_K', ['b', 'a'])).toBe('010702620000610000');
  });
});
