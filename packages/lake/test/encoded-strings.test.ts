import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodedStrings, INLINE_BYTES, KEPT_BYTES } from '../src/encoded-strings.js';
import { createTableFromBatch, readRows, run } from '../src/index.js';
import { bench } from './support.js';

const b = bench();

const encoder = new TextEncoder();

/** What a slot, and for a long string its bytes, say. */
function readBack(strings: ReturnType<typeof encodedStrings>, code: number): Uint8Array {
  const slots = strings.slotsWith(code);
  const length = slots[code * 4]!;
  const long = strings.long(code);
  expect(long === null).toBe(length <= INLINE_BYTES);
  if (long !== null) return long.slice();
  const inline = new Uint8Array(slots.buffer, code * 16 + 4, INLINE_BYTES);
  // DuckDB compares all of them.
  expect([...inline.subarray(length)]).toEqual(Array(INLINE_BYTES - length).fill(0));
  return inline.slice(0, length);
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 14 }),
  fc.string({ maxLength: 200 }),
  fc.constantFrom('', '\0', 'a\0', 'exactly 12 b', 'exactly 13 by', 'ä'.repeat(6), 'ä'.repeat(7)),
);

test('bytes by code, in whatever order they are asked for', () => {
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 300 }),
      fc.array(fc.nat(), { maxLength: 400 }),
      fc.boolean(),
      (texts, asked, isArray) => {
        const bytes = texts.map((one) => encoder.encode(one));
        const strings = encodedStrings(isArray ? texts : { get: (code) => bytes[code]! });
        for (const at of [...asked, ...texts.keys()]) {
          const code = at % texts.length;
          expect([...readBack(strings, code)]).toEqual([...bytes[code]!]);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('long texts are not all held twice', () => {
  const most = KEPT_BYTES / 4;
  const texts = Array.from({ length: 7 }, (_, code) => String(code).repeat(most));
  const asked: number[] = [];
  const strings = encodedStrings({
    get: (code) => {
      asked.push(code);
      return encoder.encode(texts[code]);
    },
  });
  const held = new Set<ArrayBufferLike>();
  for (const code of [...texts.keys(), ...texts.keys()]) {
    strings.slotsWith(code);
    const bytes = strings.long(code)!;
    expect([bytes.length, bytes.every((byte) => byte === 48 + code)]).toEqual([most, true]);
    if (bytes.buffer.byteLength > most) held.add(bytes.buffer);
  }
  // The first four are kept; each of the others is asked for its length, and for each time that it is written.
  expect(asked).toEqual([0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 4, 5, 6]);
  for (const { byteLength } of held) expect(byteLength).toBeLessThanOrEqual(KEPT_BYTES);
});

test('an array is encoded once, however many columns have it', () => {
  const texts = ['one', 'a string that is long'];
  expect(encodedStrings(texts)).toBe(encodedStrings(texts));
  expect(encodedStrings([...texts])).not.toBe(encodedStrings(texts));
  let times = 0;
  const counting = new Proxy(texts, {
    get: (of, name) => {
      if (name === '1') times++;
      return Reflect.get(of, name);
    },
  });
  const strings = encodedStrings(counting);
  for (let i = 0; i < 3; i++) readBack(strings, 1);
  expect(times).toBe(1);
});

test('rows that have one long string, in vectors that have others, short ones and nulls', async () => {
  const rows = 9003;
  const texts = Array.from({ length: 300 }, (_, at) => `${'long '.repeat(at % 4)}${at} é`);
  const codes = Int32Array.from({ length: rows }, (_, i) =>
    i % 11 === 3 ? -1 : i < 4096 ? (i * i) % 300 : i % 3,
  );
  const columns = [
    {
      name: 's',
      type: { kind: 'string' as const },
      column: { kind: 'code' as const, values: codes },
      dictionary: texts,
    },
  ];
  await createTableFromBatch(b.session, 'repeated', columns, rows);
  const found = await readRows(b.session, 'SELECT s FROM repeated');
  await run(b.session, 'DROP TABLE repeated');
  expect(found.map(({ s }) => s)).toEqual([...codes].map((code) => texts[code] ?? null));
});
