import { byteWriter, type ScalarValue, StateFormatError, type ValueKind } from '@tessera/algebra';
import { DAY_MS, parseType, type RowValue, windowStartMs } from '@tessera/api';
import {
  type AxisIndex,
  type AxisStates,
  axisOf,
  BYTES_BEHIND,
  badValue,
  entryKey,
  fingerprintBytes,
  PAYLOAD_FROM,
  pieceAt,
  pieceEndMs,
  pieceStartMs,
  queryInstant,
  readRow,
  SERVED_MS,
  type ServedStates,
  sealValue,
  stateIndex,
  writeRow,
  writeStates,
} from '@tessera/kv-writer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const MINUTE = 60_000;
const windows = fc.uniqueArray(
  fc.constantFrom<number | null>(
    ...[5 * MINUTE, 7 * MINUTE, 60 * MINUTE, 11 * 60 * MINUTE, 12 * 60 * MINUTE, DAY_MS],
    ...[3 * DAY_MS, 12 * DAY_MS, 30 * DAY_MS, null],
  ),
  { minLength: 1, maxLength: 5 },
);

const parts = fc
  .record({
    windowsMs: windows,
    asOfMs: fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2025, 0, 4) }),
    lagMs: fc.constantFrom(0, 1, 90 * MINUTE, DAY_MS, 36 * 60 * MINUTE, 7 * DAY_MS),
    inclusive: fc.boolean(),
    snapshot: fc.boolean(),
  })
  .map(({ windowsMs, asOfMs, lagMs, snapshot, ...own }): ServedStates => {
    const timing = { lagMs, snapshot, inclusive: own.inclusive && !snapshot };
    const [firstMs, lastMs] = [asOfMs - lagMs, asOfMs - lagMs + SERVED_MS];
    return {
      ...{ holds: 'states', part: 3, groupBy: 'g', keys: [], days: null, fingerprint: '' },
      ...{ ...timing, firstMs, lastMs, axes: [{ windowsMs }], states: [] },
      knownMs: Math.min(asOfMs, queryInstant(timing, lastMs + lagMs)),
    };
  });

describe('an axis', () => {
  test('cuts at every instant at which a window of an answered instant begins or ends', () => {
    fc.assert(
      fc.property(
        parts,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
        (part, shares) => {
          const axis = axisOf(part, 0, null);
          for (const share of [0, 1, ...shares]) {
            const p = part.firstMs + Math.round(share * SERVED_MS);
            const instant = queryInstant(part, p + part.lagMs);
            for (const windowMs of part.axes[0]!.windowsMs) {
              const start = windowStartMs(instant, windowMs, 'sawtooth');
              // What is not known is in no piece.
              if (start >= axis.knownMs) continue;
              const piece = pieceAt(axis, Math.max(start, -1e15));
              expect(pieceStartMs(axis, piece)).toBe(start);
              if (instant >= axis.knownMs) continue;
              const ending = pieceAt(axis, instant - 1);
              expect(pieceEndMs(axis, ending)).toBe(instant);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('has pieces that follow one another, up to what is known', () => {
    fc.assert(
      fc.property(parts, (part) => {
        const axis = axisOf(part, 0, null);
        const { breaks, headMs, knownMs } = axis;
        for (let piece = 0; piece < breaks.length + 3; piece++) {
          const end = pieceEndMs(axis, piece);
          if (end >= knownMs) break;
          expect(pieceStartMs(axis, piece + 1)).toBe(end);
          expect(pieceAt(axis, end)).toBe(piece + 1);
          expect(pieceAt(axis, end - 1)).toBe(piece);
        }
        expect(pieceAt(axis, knownMs)).toBe(-1);
        expect(headMs).toBeLessThanOrEqual(knownMs);
      }),
    );
  });
});

const kinds: readonly (readonly [ValueKind, fc.Arbitrary<ScalarValue>])[] = [
  ['string', fc.string({ unit: 'binary' })],
  ['bigint', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ['int', fc.integer()],
  ['number', fc.double({ noNaN: true, noDefaultInfinity: true })],
  ['decimal', fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })],
  ['boolean', fc.boolean()],
];

test.each(kinds)(
  'keys of %s sort as their values do, and none is the beginning of another',
  (kind, values) => {
    const part = {
      part: 7,
      days: null,
      keys: [
        { column: 'k', type: '', kind },
        { column: 'l', type: '', kind },
      ],
    };
    const order = (a: ScalarValue, b: ScalarValue) =>
      typeof a === 'string'
        ? Buffer.compare(Buffer.from(a), Buffer.from(String(b)))
        : a < b
          ? -1
          : a > b
            ? 1
            : 0;
    fc.assert(
      fc.property(fc.tuple(values, values), fc.tuple(values, values), (a, b) => {
        // A lone surrogate is no text of any column.
        fc.pre([...a, ...b].every((one) => typeof one !== 'string' || one.isWellFormed()));
        const [x, y] = [entryKey(part, null, a), entryKey(part, null, b)];
        const expected = order(a[0], b[0]) || order(a[1], b[1]);
        expect(Math.sign(Buffer.compare(x, y))).toBe(Math.sign(expected));
        if (expected !== 0) {
          const shared = Math.min(x.length, y.length);
          expect(Buffer.compare(x.subarray(0, shared), y.subarray(0, shared))).not.toBe(0);
        }
      }),
    );
  },
);

test('days of entities come before keys; a key without its day is refused', () => {
  const part = { part: 1, keys: [], days: { present: [-1, 0, 20_000], missing: 'error' as const } };
  const keys = [-1, 0, 20_000].map((day) => Buffer.from(entryKey(part, day, [])));
  expect([...keys].sort(Buffer.compare)).toEqual(keys);
  expect(() => entryKey(part, null, [])).toThrow(RangeError);
});

const fingerprint = '0123456789abcdef';

test('no byte of a value can change unseen; nor can it be cut, or read as of another schema', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (payload, at, flip) => {
        const sealed = sealValue(fingerprint, payload);
        expect(badValue(sealed, fingerprintBytes(fingerprint))).toBe(null);
        expect(sealed.slice(PAYLOAD_FROM, sealed.length - BYTES_BEHIND)).toEqual(payload);
        const damaged = sealed.slice();
        damaged[at % sealed.length]! ^= flip;
        expect(badValue(damaged, fingerprintBytes(fingerprint))).not.toBe(null);
        const cut = sealed.subarray(0, at % sealed.length);
        expect(badValue(cut, fingerprintBytes(fingerprint))).not.toBe(null);
        const other = fingerprintBytes('0123456789abcdee');
        expect(badValue(sealed, other)).toBe('schema');
      },
    ),
  );
});

test('states come back as they were', () => {
  const axis = fc
    .uniqueArray(fc.nat({ max: 1e6 }), { maxLength: 6 })
    .chain((pieces) =>
      fc
        .array(
          fc.tuple(...pieces.map(() => fc.option(fc.uint8Array({ minLength: 1, maxLength: 9 })))),
          { minLength: 2, maxLength: 2 },
        )
        .map((states): AxisStates => ({ pieces: [...pieces].sort((a, b) => a - b), states })),
    );
  fc.assert(
    fc.property(
      fc.array(axis, { maxLength: 3 }),
      fc.array(axis, { maxLength: 3 }),
      (axes, more) => {
        const both = [...axes, ...more].slice(0, 3);
        const index = stateIndex(both.map(({ states }) => states.length));
        // In the memory of an entry before, and not at the beginning of the bytes.
        for (const own of [both, both.map((_, i) => both[both.length - 1 - i]!), both]) {
          const writer = byteWriter();
          writer.byte(7);
          writeStates(writer, own);
          writer.byte(9);
          const bytes = writer.bytes();
          index.open(bytes, 1, bytes.length - 1);
          expect(index.axes.map((one) => statesAt(one, bytes))).toEqual(own);
          expect(() => index.open(bytes, 1, bytes.length)).toThrow(StateFormatError);
        }
      },
    ),
  );
});

function statesAt({ count, pieces, starts, ends }: AxisIndex, bytes: Uint8Array): AxisStates {
  const stateAt = (at: number) =>
    starts[at] === ends[at] ? null : bytes.slice(starts[at], ends[at]);
  return {
    pieces: [...pieces.subarray(0, count)],
    states: [0, 1].map((state) =>
      Array.from({ length: count }, (_, piece) => stateAt(state * count + piece)),
    ),
  };
}

test('rows come back as they were', () => {
  const types = [
    'string',
    'int64',
    'double',
    'boolean',
    'date',
    'decimal(20,3)',
    'timestamp',
    'list<list<double>>',
    'list<string>',
  ].map(parseType);
  const row: RowValue[] = [
    'é\0x',
    -5n,
    Number.NEGATIVE_INFINITY,
    false,
    -3,
    12345n,
    1n,
    [[1, null], null, []],
    ['a', null],
  ];
  for (const values of [row, row.map(() => null)]) {
    const writer = byteWriter();
    writeRow(writer, types, values);
    expect(readRow(types, writer.bytes())).toEqual(values);
    expect(() => readRow(types, writer.bytes(), 1)).toThrow(StateFormatError);
  }
});
