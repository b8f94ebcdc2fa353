import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeyWidth, keyTable, keyTableBytes } from '../src/index.js';

/** A string as a vector holds it: its length, then 12 bytes, or 4 of them and a pointer. */
function wordsOf(strings: readonly string[]): Int32Array {
  const words = new Int32Array(4 * strings.length);
  const bytes = new Uint8Array(words.buffer);
  strings.forEach((text, i) => {
    const utf8 = new TextEncoder().encode(text);
    words[4 * i] = utf8.length;
    bytes.set(utf8.subarray(0, utf8.length > 12 ? 4 : 12), 16 * i + 4);
    // Where the bytes of a long one lie.
    if (utf8.length > 12) words.set([0, 0x1234], 4 * i + 2);
  });
  return words;
}

const codesOf = (keys: readonly unknown[]) => Int32Array.from(keys, (_, i) => keys.length - 1 - i);

describe('keyTable', () => {
  test('strings: what a Map says, at every size', () => {
    for (const size of [0, 1, 12, 13, 5000, 40_000]) {
      const keys = Array.from({ length: size }, (_, i) =>
        `k${(i * 7919) % 1_000_003}é`.slice(0, 10),
      );
      const distinct = [...new Set(keys)];
      const codes = codesOf(distinct);
      const map = new Map(distinct.map((key, i) => [key, codes[i]!]));
      const asked = [
        ...distinct,
        '',
        'k',
        'K1',
        'not there',
        'longer than twelve',
        ...distinct.map((k) => `${k}x`),
      ];
      const found = new Int32Array(asked.length);
      const table = keyTable(wordsOf(distinct), codes, 4)!;
      expect(table.keys).toBe(distinct.length);
      table.find(wordsOf(asked), asked.length, found);
      asked.forEach((key, i) => {
        if (found[i] !== (map.get(key) ?? -1))
          throw new Error(`${JSON.stringify(key)}: ${found[i]}`);
      });
    }
  });

  test('zeros behind a string are bytes of it, and twelve bytes are not too many', () => {
    const keys = ['', '\0', 'a', 'twelve bytes', 'été'];
    const asked = ['', '\0', '\0\0', 'a', 'a\0', 'twelve bytes', 'twelve bytes!', 'été', 'ete'];
    const found = new Int32Array(asked.length);
    expect(keyTable(wordsOf(keys), codesOf(keys), 4)).toBeNull();
    const some = ['', 'a', 'twelve bytes', 'été'];
    keyTable(wordsOf(some), codesOf(some), 4)!.find(wordsOf(asked), asked.length, found);
    expect([...found]).toEqual([3, -1, -1, 2, -1, 1, -1, 0, -1]);
  });

  test('integers of one word and of two', () => {
    const keys = [0, -1, 1, 2 ** 31 - 1, -(2 ** 31), 77];
    const asked = [...keys, 2, 78, -2];
    const found = new Int32Array(asked.length);
    keyTable(Int32Array.from(keys), codesOf(keys), 1)!.find(Int32Array.from(asked), 9, found);
    expect([...found]).toEqual([5, 4, 3, 2, 1, 0, -1, -1, -1]);
    const wide = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 1n << 32n];
    const words = (list: readonly bigint[]) => new Int32Array(BigInt64Array.from(list).buffer);
    keyTable(words(wide), codesOf(wide), 2)!.find(words([...wide, 1n, 2n << 32n]), 7, found);
    expect([...found.subarray(0, 7)]).toEqual([4, 3, 2, 1, 0, -1, -1]);
  });

  // Few values for a word, so that many keys are alike in one or two of them; zeros are what a free place holds.
  const word = fc.oneof(
    fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  );
  const bytes = fc.uint8Array({ min: 1, max: 3, maxLength: 12 });
  const keyOf: Readonly<Record<KeyWidth, fc.Arbitrary<readonly number[]>>> = {
    1: fc.tuple(word),
    2: fc.tuple(word, word),
    4: bytes.map((some) => {
      const padded = new Uint8Array(12);
      padded.set(some);
      return [some.length, ...new Int32Array(padded.buffer)];
    }),
  };

  test.each([1, 2, 4] as const)('%i words: what a Map says, where lines are full too', (width) => {
    // In tables of few lines a line often has more keys than places, the last one too, which goes on with the first.
    const keys = fc.uniqueArray(keyOf[width], { selector: String, maxLength: 40, size: 'max' });
    const asked = fc.array(keyOf[width], { maxLength: 20 });
    const check = (
      known: readonly (readonly number[])[],
      others: readonly (readonly number[])[],
    ) => {
      const codes = codesOf(known);
      const map = new Map(known.map((key, i) => [String(key), codes[i]!]));
      const all = [...known, ...others];
      const found = new Int32Array(all.length);
      keyTable(Int32Array.from(known.flat()), codes, width)!.find(
        Int32Array.from(all.flat()),
        all.length,
        found,
      );
      expect([...found]).toEqual(all.map((key) => map.get(String(key)) ?? -1));
    };
    fc.assert(fc.property(keys, asked, check), { numRuns: 2000 });
  });

  test.runIf(process.arch === 'x64')('without SIMD there is none, and buckets are filled', () => {
    const { href } = new URL('../bundle/index.js', import.meta.url);
    const code = `
      import { bucketCollector, keyTable } from '${href}';
      const collector = bucketCollector({ codeColumn: 'code', buckets: 1, rows: 1, isReused: true, dropsUnknown: true });
      collector.add({ rows: 1, columns: { code: { kind: 'code', values: Int32Array.of(7) } } });
      const [{ columns }] = collector.take();
      console.log(keyTable(Int32Array.of(1), Int32Array.of(0), 1), columns.code.values[0]);`;
    const args = ['--no-enable-sse4-1', '--input-type=module', '-e', code];
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('null 7\n');
  });

  test('memory is what it says', () => {
    expect(keyTableBytes(100_000)).toBeLessThan(4e6);
    // Room for a block of keys and their codes.
    expect(keyTableBytes(0)).toBeLessThan(65_536);
  });
});
