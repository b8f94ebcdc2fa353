import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../src/index.js';
import { fold, operationCases } from './operations.js';
import { law } from './support.js';

const RETRACTABLE = new Set([
  'COUNT',
  'SUM',
  'AVERAGE',
  'WEIGHTED_AVERAGE',
  'VARIANCE',
  'STDDEV',
  'VARIANCE_SAMPLE',
  'STDDEV_SAMPLE',
  'SKEW',
  'KURTOSIS',
  'UNIQUE_COUNT',
  'HISTOGRAM',
  'TOP_K_FREQUENT',
  'DIVERSITY',
  'APPROX_PERCENTILE',
  'VECTOR_AVERAGE',
  'VECTOR_SUM',
]);

describe('laws of states (S5)', () => {
  it('every operation is under test, and is retractable exactly where S5 says R', () => {
    expect(new Set(operationCases.map(({ state }) => state.operation))).toEqual(
      new Set(OPERATIONS),
    );
    for (const { state } of operationCases) {
      expect(state.retract !== undefined, state.operation).toBe(RETRACTABLE.has(state.operation));
    }
  });

  for (const { name, state, events } of operationCases) {
    describe(name, () => {
      it('merge is associative and commutative, init is neutral, the argument is untouched', () => {
        law(
          fc.property(events, events, events, (a, b, c) => {
            const left = fold(state, a);
            state.merge(left, fold(state, b));
            state.merge(left, fold(state, c));
            const inner = fold(state, c);
            state.merge(inner, fold(state, b));
            const argument = fold(state, a);
            const before = state.encode(argument);
            state.merge(inner, argument);
            expect(state.encode(inner)).toEqual(state.encode(left));
            for (const { value, t, tie } of b) state.update(inner, value, t, tie);
            expect(state.encode(argument)).toEqual(before);

            state.merge(argument, state.init());
            expect(state.encode(argument)).toEqual(before);
            const fresh = state.init();
            state.merge(fresh, argument);
            expect(state.encode(fresh)).toEqual(before);
          }),
          8,
        );
      });

      it('does not depend on how events are split and ordered', () => {
        law(
          fc.property(
            events,
            fc.array(fc.nat({ max: 3 }), { minLength: 25, maxLength: 25 }),
            fc.func(fc.integer()),
            (list, cuts, key) => {
              const whole = fold(state, list);
              const order = list.map((event, i) => ({ event, part: cuts[i]!, at: key(i) }));
              order.sort((x, y) => x.at - y.at);
              const merged = state.init();
              for (const part of [2, 0, 3, 1]) {
                state.merge(
                  merged,
                  fold(
                    state,
                    order.filter((x) => x.part === part).map((x) => x.event),
                  ),
                );
              }
              expect(state.encode(merged)).toEqual(state.encode(whole));
              expect(state.finalize(merged)).toEqual(state.finalize(whole));
              expect(state.isEmpty(merged)).toBe(state.isEmpty(whole));
            },
          ),
          8,
        );
      });

      it('encodes and reads back', () => {
        law(
          fc.property(events, (list) => {
            const whole = fold(state, list);
            const bytes = state.encode(whole);
            const back = state.decode(bytes);
            expect(state.encode(back)).toEqual(bytes);
            expect(state.finalize(back)).toEqual(state.finalize(whole));
            // Reading is not tied to the start of a buffer.
            const shifted = new Uint8Array(bytes.length + 3);
            shifted.set(bytes, 3);
            expect(state.encode(state.decode(shifted.subarray(3)))).toEqual(bytes);
          }),
          8,
        );
      });

      const { absorb } = state;
      if (absorb !== undefined) {
        it('absorbs bytes as it merges what they are read as', () => {
          law(
            fc.property(events, events, (before, list) => {
              const bytes = state.encode(fold(state, list));
              const shifted = new Uint8Array(bytes.length + 5);
              shifted.set(bytes, 3);
              for (const own of [before, []]) {
                const absorbed = fold(state, own);
                absorb(absorbed, shifted, 3, 3 + bytes.length);
                const merged = fold(state, own);
                state.merge(merged, state.decode(bytes));
                expect(state.encode(absorbed)).toEqual(state.encode(merged));
                expect(state.finalize(absorbed)).toEqual(state.finalize(merged));
                expect(state.isEmpty(absorbed)).toBe(state.isEmpty(merged));
              }
            }),
            8,
          );
        });
      }

      if (state.retract !== undefined) {
        it('retract undoes update', () => {
          law(
            fc.property(events, events, (kept, evicted) => {
              const s = fold(state, [...kept, ...evicted]);
              for (const { value } of evicted) state.retract?.(s, value);
              expect(state.encode(s)).toEqual(state.encode(fold(state, kept)));
              expect(state.finalize(s)).toEqual(state.finalize(fold(state, kept)));
            }),
            8,
          );
        });
      }
    });
  }
});
