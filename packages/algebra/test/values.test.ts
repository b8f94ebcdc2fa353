import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareStrings,
  compareValues,
  decodeCanonical,
  encodeCanonical,
  entropyOf,
  rateOfChange,
  StateFormatError,
  type Value,
  type ValueKind,
} from '../src/index.js';
import { adversarialDouble, law } from './support.js';
import { unicode } from './unicode.js';

const kinds: readonly (readonly [ValueKind, fc.Arbitrary<Value>])[] = [
  ['number', adversarialDouble.map((x) => x + 0)],
  ['int', fc.maxSafeInteger()],
  ['bigint', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ['decimal', fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })],
  ['string', unicode],
  ['boolean', fc.boolean()],
  [{ list: 'string' }, fc.array(fc.option(unicode), { maxLength: 4 })],
  [{ list: 'number' }, fc.array(fc.option(adversarialDouble.map((x) => x + 0)), { maxLength: 4 })],
  [
    { list: { list: 'int' } },
    fc.array(fc.option(fc.array(fc.option(fc.integer({ min: -2, max: 2 })), { maxLength: 3 })), {
      maxLength: 3,
    }),
  ],
];

describe('canonical order and encoding (S5.4, S5.5)', () => {
  for (const [kind, arbitrary] of kinds) {
    it(`${JSON.stringify(kind)}: byte order is value order, and bytes read back`, () => {
      const compare = compareValues(kind);
      law(
        fc.property(arbitrary, arbitrary, (a, b) => {
          const x = encodeCanonical(kind, a);
          const y = encodeCanonical(kind, b);
          expect(Math.sign(Buffer.compare(x, y))).toBe(Math.sign(compare(a, b)));
          expect(Math.sign(compare(b, a))).toBe(-Math.sign(compare(a, b)) + 0);
          expect(decodeCanonical(kind, x)).toEqual(a);
        }),
        200,
      );
    });
  }

  it('strings compare by code point, not by UTF-16 unit', () => {
    expect('\uffff' < '\u{10000}').toBe(false);
    expect(compareStrings('\uffff', '\u{10000}')).toBeLessThan(0);
    expect(compareStrings('a', 'ab')).toBeLessThan(0);
    expect(compareStrings('', '')).toBe(0);
    law(
      fc.property(unicode, unicode, (a, b) => {
        expect(Math.sign(compareStrings(a, b))).toBe(
          Math.sign(Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'))),
        );
      }),
      200,
    );
  });

  it('lists: null elements first, a prefix before its extension', () => {
    const compare = compareValues({ list: 'int' });
    const sorted: Value[] = [[], [null], [null, 1], [1], [1, null], [1, 0], [2]];
    expect([...sorted].reverse().sort(compare)).toEqual(sorted);
  });

  it('false is before true, -0 is 0', () => {
    expect(compareValues('boolean')(false, true)).toBe(-1);
    expect(encodeCanonical('number', -0)).toEqual(encodeCanonical('number', 0));
  });

  it('int and bigint encode alike', () => {
    expect(encodeCanonical('int', -5)).toEqual(encodeCanonical('bigint', -5n));
  });

  it('refuses bytes that are no value', () => {
    const bad: [ValueKind, number[]][] = [
      ['number', [1, 2]],
      ['number', [255, 255, 255, 255, 255, 255, 255, 255]],
      ['boolean', [2]],
      ['string', [97, 0]],
      ['string', [0, 7]],
      ['string', [0xff, 0, 0]],
      [{ list: 'boolean' }, [3]],
      [{ list: 'boolean' }, [2, 1]],
      ['boolean', [1, 1]],
      ['int', [255, 255, 255, 255, 255, 255, 255, 255]],
    ];
    for (const [kind, bytes] of bad) {
      expect(() => decodeCanonical(kind, Uint8Array.from(bytes))).toThrow(StateFormatError);
    }
  });
});

describe('small formulas', () => {
  it('entropy of one value is 0, not -0; of n equal counts ln n', () => {
    expect(Object.is(entropyOf([5], 5), 0)).toBe(true);
    expect(entropyOf([], 0)).toBe(0);
    expect(entropyOf([1, 1], 2)).toBe(Math.LN2);
    expect(entropyOf([2, 2, 2, 2], 8)).toBeCloseTo(Math.log(4), 14);
    expect(entropyOf([1, 3], 4)).toBe(-0.25 * Math.log(0.25) + -0.75 * Math.log(0.75));
  });

  it('rate of change', () => {
    expect(rateOfChange(10, 15, 2)).toBe(0.5);
    expect(rateOfChange(-10, 15, 2)).toBe(2.5);
    expect(rateOfChange(0, 15, 2)).toBeNaN();
    expect(rateOfChange(10, 10, 1)).toBeNaN();
    expect(rateOfChange(-1e308, 1e308, 2)).toBeNaN();
    expect(Object.is(rateOfChange(3, 3, 2), 0)).toBe(true);
  });
});
