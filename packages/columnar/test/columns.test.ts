import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Batch,
  bucketOfCode,
  type Column,
  columnBytes,
  columnLength,
  concat,
  concatBatches,
  countNulls,
  decodeBatch,
  emptyLike,
  encodeBatch,
  encodeBatchParts,
  gather,
  isNull,
  place,
  readInt128,
  scatterBatch,
  slice,
  sliceBatch,
  writeInt128,
} from '../src/index.js';

type Plain = null | number | bigint | Plain[];

/** A row as plain JavaScript; a map is a list of [key, value]. */
function plain(column: Column, row: number): Plain {
  if (isNull(column, row)) return null;
  switch (column.kind) {
    case 'f64':
    case 'i64':
    case 'code':
      return column.values[row]!;
    case 'i128':
      return readInt128(column.values, row);
    case 'list':
    case 'map': {
      const out: Plain[] = [];
      for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
        out.push(
          column.kind === 'list'
            ? plain(column.child, i)
            : [plain(column.keys, i), plain(column.values, i)],
        );
      }
      return out;
    }
  }
}

const rowsOf = (column: Column): Plain[] =>
  Array.from({ length: columnLength(column) }, (_, row) => plain(column, row));

const flat: fc.Arbitrary<(rows: number) => fc.Arbitrary<Column>> = fc.constantFrom(
  (n) =>
    fc
      .array(fc.option(fc.double({ noNaN: true }), { nil: Number.NaN }), {
        minLength: n,
        maxLength: n,
      })
      .map((v): Column => ({ kind: 'f64', values: Float64Array.from(v) })),
  (n) =>
    fc
      .array(fc.integer({ min: -1, max: 9 }), { minLength: n, maxLength: n })
      .map((v): Column => ({ kind: 'code', values: Int32Array.from(v) })),
  (n) => wide(n, 64),
  (n) => wide(n, 128),
);

function wide(n: number, bits: 64 | 128): fc.Arbitrary<Column> {
  const integer = fc.bigInt({ min: -(1n << BigInt(bits - 1)), max: (1n << BigInt(bits - 1)) - 1n });
  return fc
    .tuple(fc.array(integer, { minLength: n, maxLength: n }), validity(n))
    .map(([v, valid]): Column => {
      if (bits === 64) return { kind: 'i64', values: BigInt64Array.from(v), valid };
      const values = new BigInt64Array(2 * n);
      v.forEach((x, i) => {
        writeInt128(values, i, x);
      });
      return { kind: 'i128', values, valid };
    });
}

function validity(n: number): fc.Arbitrary<Uint8Array | null> {
  return fc.option(fc.uint8Array({ min: 0, max: 1, minLength: n, maxLength: n }), { nil: null });
}

function column(n: number, depth = 2): fc.Arbitrary<Column> {
  const leaf = flat.chain((make) => make(n));
  if (depth === 0) return leaf;
  const nested = fc
    .tuple(fc.array(fc.nat(3), { minLength: n, maxLength: n }), validity(n), fc.boolean())
    .chain(([lengths, valid, isMap]) => {
      const offsets = new Int32Array(n + 1);
      lengths.forEach((l, i) => {
        offsets[i + 1] = offsets[i]! + l;
      });
      const child = column(offsets[n]!, depth - 1);
      return isMap
        ? fc
            .tuple(child, child)
            .map(([keys, values]): Column => ({ kind: 'map', offsets, valid, keys, values }))
        : child.map((c): Column => ({ kind: 'list', offsets, valid, child: c }));
    });
  return fc.oneof(leaf, leaf, nested);
}

const batches: fc.Arbitrary<Batch> = fc.nat(12).chain((rows) =>
  fc
    .tuple(
      fc.array(fc.integer({ min: -1, max: 40 }), { minLength: rows, maxLength: rows }),
      fc.dictionary(
        fc.string({ maxLength: 4 }).map((s) => `x${s}`),
        column(rows),
        { maxKeys: 3 },
      ),
    )
    .map(([codes, columns]) => ({
      rows,
      columns: { ...columns, code: { kind: 'code' as const, values: Int32Array.from(codes) } },
    })),
);

const contents = (batch: Batch) => ({
  rows: batch.rows,
  columns: Object.fromEntries(Object.entries(batch.columns).map(([k, c]) => [k, rowsOf(c)])),
});

describe('columns', () => {
  test('gather reads rows by position, -1 as null', () => {
    fc.assert(
      fc.property(column(6), fc.array(fc.integer({ min: -1, max: 5 })), (c, at) => {
        const all = rowsOf(c);
        const got = gather(c, Int32Array.from(at));
        expect(rowsOf(got)).toStrictEqual(at.map((i) => (i < 0 ? null : all[i])));
        expect(got.kind).toBe(c.kind);
        expect(countNulls(got)).toBe(rowsOf(got).filter((v) => v === null).length);
      }),
    );
  });

  test('place puts rows where gather would find them, null where nothing goes', () => {
    const rows = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(
        column(6),
        fc.oneof(rows, fc.constant([3, 1, 0, 2, 5, 4])),
        fc.nat(6),
        (c, to, cut) => {
          const length = Math.max(6, ...to.map((row) => row + 1));
          const inverse = Int32Array.from({ length }, (_, row) => to.indexOf(row));
          const got = place(
            [slice(c, 0, cut), slice(c, cut, 6)],
            [Int32Array.from(to.slice(0, cut)), Int32Array.from(to.slice(cut))],
            length,
          );
          expect(rowsOf(got)).toStrictEqual(rowsOf(gather(c, inverse)));
          expect(rowsOf(place([c], [Int32Array.from(to)], length))).toStrictEqual(rowsOf(got));
          expect(got.kind).toBe(c.kind);
        },
      ),
    );
  });

  test('place takes integers that are held in several widths', () => {
    const f64: Column = { kind: 'f64', values: Float64Array.of(7, Number.NaN) };
    const i64: Column = { kind: 'i64', values: BigInt64Array.of(2n ** 62n), valid: null };
    const to = [Int32Array.of(2, 0), Int32Array.of(1)];
    expect(rowsOf(place([f64, i64], to, 4))).toEqual([null, 2n ** 62n, 7n, null]);
  });

  test('slices put together again are the column', () => {
    fc.assert(
      fc.property(column(6), fc.nat(6), fc.nat(6), (c, a, b) => {
        const [i, j] = a < b ? [a, b] : [b, a];
        const parts = [slice(c, 0, i), slice(c, i, j), slice(c, j, 6), emptyLike(c)];
        expect(rowsOf(concat(parts))).toStrictEqual(rowsOf(c));
        expect(rowsOf(parts[1]!)).toStrictEqual(rowsOf(c).slice(i, j));
      }),
    );
  });

  test('batches are cut and joined column by column', () => {
    fc.assert(
      fc.property(batches, fc.nat(12), (batch, cut) => {
        const at = Math.min(cut, batch.rows);
        const parts = [sliceBatch(batch, 0, at), sliceBatch(batch, at, batch.rows)];
        expect(contents(concatBatches(parts))).toStrictEqual(contents(batch));
      }),
    );
    const named = (name: string): Batch => ({
      rows: 0,
      columns: { [name]: { kind: 'code', values: new Int32Array(0) } },
    });
    expect(() => concatBatches([named('a'), named('b')])).toThrow('no column a');
  });

  test('concat widens integer blocks held in different kinds', () => {
    const f64: Column = { kind: 'f64', values: Float64Array.of(-3, Number.NaN) };
    const i64: Column = { kind: 'i64', values: BigInt64Array.of(2n ** 60n, -1n), valid: null };
    const i128: Column = { kind: 'i128', values: BigInt64Array.of(0n, 1n), valid: null };
    expect(rowsOf(concat([f64, i64]))).toStrictEqual([-3n, null, 2n ** 60n, -1n]);
    expect(rowsOf(concat([f64, i128, i64]))).toStrictEqual([-3n, null, 2n ** 64n, 2n ** 60n, -1n]);
    expect(() => concat([{ kind: 'f64', values: Float64Array.of(0.5) }, i64])).toThrow('0.5');
    expect(() => concat([f64, { kind: 'code', values: Int32Array.of(0) }])).toThrow(
      'code beside f64',
    );
  });

  test('columnBytes counts every array', () => {
    const child: Column = { kind: 'f64', values: new Float64Array(3) };
    const list: Column = {
      kind: 'list',
      offsets: Int32Array.of(0, 3),
      valid: Uint8Array.of(1),
      child,
    };
    expect(columnBytes(list)).toBe(8 + 1 + 24);
  });
});

describe('scatterBatch', () => {
  test('every row lands once, in its old order, in the bucket of its code', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 5 }), (batch, buckets) => {
        const parts = scatterBatch(batch, 'code', buckets);
        expect(parts).toHaveLength(buckets);
        const codes = rowsOf(batch.columns.code!).map((c) => (c === null ? -1 : Number(c)));
        parts.forEach((part, b) => {
          const rows = codes.flatMap((c, row) => (bucketOfCode(c, buckets) === b ? [row] : []));
          expect(contents(part)).toStrictEqual(
            contents({
              rows: rows.length,
              columns: Object.fromEntries(
                Object.entries(batch.columns).map(([k, c]) => [
                  k,
                  gather(c, Int32Array.from(rows)),
                ]),
              ),
            }),
          );
        });
      }),
    );
  });

  test('codes handed out in order spread evenly', () => {
    const counts = new Array<number>(14).fill(0);
    for (let code = 0; code < 14_000; code++) counts[bucketOfCode(code, 14)]!++;
    for (const n of counts) expect(Math.abs(n - 1000)).toBeLessThan(150);
  });
});

describe('blocks of bytes', () => {
  test('decode gives back what was encoded', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const bytes = encodeBatch(batch);
        expect(bytes.length % 8).toBe(0);
        expect(contents(decodeBatch(bytes))).toStrictEqual(contents(batch));
        const parts = encodeBatchParts(batch);
        expect(Buffer.concat(parts).equals(bytes)).toBe(true);
      }),
    );
  });

  test('columns are views of the bytes; a block at an odd address is copied', () => {
    const batch: Batch = {
      rows: 2,
      columns: { x: { kind: 'f64', values: Float64Array.of(1, 2) } },
    };
    const bytes = encodeBatch(batch);
    const x = decodeBatch(bytes).columns.x!;
    expect(x.kind === 'f64' && x.values.buffer === bytes.buffer).toBe(true);
    const odd = new Uint8Array(bytes.length + 1);
    odd.set(bytes, 1);
    expect(contents(decodeBatch(odd.subarray(1)))).toStrictEqual(contents(batch));
  });

  test('a block cut short anywhere, or not a block, fails saying so', () => {
    const batch: Batch = { rows: 1, columns: { x: { kind: 'f64', values: Float64Array.of(1) } } };
    const bytes = encodeBatch(batch);
    for (let n = 0; n < bytes.length; n++) {
      expect(() => decodeBatch(bytes.slice(0, n))).toThrow('not a whole block of columns');
    }
    expect(() => decodeBatch(new Uint8Array(64))).toThrow('wrong magic');
    const longer = new Uint8Array(bytes.length + 8);
    longer.set(bytes);
    expect(() => decodeBatch(longer)).toThrow('not a whole block');
  });

  test('a header that contradicts the data fails', () => {
    const bytes = encodeBatch({
      rows: 1,
      columns: { x: { kind: 'f64', values: Float64Array.of(1) } },
    });
    for (const rows of [2, 0, 0.5, -1, Number.NaN, 2 ** 60]) {
      const wrong = bytes.slice();
      new Float64Array(wrong.buffer, 16, 1)[0] = rows;
      expect(() => decodeBatch(wrong)).toThrow('not a whole block of columns');
    }
    const text = Buffer.from(bytes).toString('latin1');
    const wrong = Buffer.from(text.replace('"f64"', '"f65"'), 'latin1');
    expect(() => decodeBatch(new Uint8Array(wrong))).toThrow('8 bytes left over');
  });

  test('a column that has not the rows of its batch is no part of a block', () => {
    const x: Column = { kind: 'f64', values: Float64Array.of(1) };
    expect(() => encodeBatch({ rows: 2, columns: { x } })).toThrow('column x has 1 of 2 rows');
  });

  test('nor is one whose arrays are not of one length, however deep', () => {
    const offsets = Int32Array.of(0, 1, 2);
    const two: Column = { kind: 'code', values: Int32Array.of(1, 2) };
    const three: Column = { kind: 'code', values: Int32Array.of(1, 2, 3) };
    const valid = Uint8Array.of(1);
    const i64: Column = { kind: 'i64', values: BigInt64Array.of(1n, 2n), valid };
    const list = (child: Column, of: Uint8Array | null = null): Column => ({
      ...{ kind: 'list', offsets, valid: of },
      child,
    });
    const map = (keys: Column, values: Column): Column => ({
      ...{ kind: 'map', offsets, valid: null },
      ...{ keys, values },
    });
    const refused = (x: Column, why: string) =>
      expect(() => encodeBatch({ rows: 2, columns: { x } })).toThrow(why);
    refused(i64, 'column x has validity of 1 of 2 rows');
    refused(list(two, valid), 'column x has validity of 1 of 2 rows');
    refused(list(three), 'column x[] has 3 of 2 rows');
    refused(list(i64), 'column x[] has validity of 1 of 2 rows');
    refused(map(three, two), 'column x.keys has 3 of 2 rows');
    refused(map(two, list(three)), 'column x.values[] has 3 of 2 rows');
  });

  test('blocks of some batches in any turn are what they are alone', () => {
    const some = fc.array(batches, { minLength: 1, maxLength: 4 });
    const turns = fc.array(fc.nat(3), { maxLength: 12 });
    fc.assert(
      fc.property(some, turns, (known, order) => {
        const alone = known.map(contents);
        const blocks = order.map((at) => encodeBatch(known[at % known.length]!));
        order.forEach((at, idx) => {
          expect(contents(decodeBatch(blocks[idx]!))).toStrictEqual(alone[at % known.length]);
        });
      }),
    );
  });

  test('blocks one after the other have headers of their own', () => {
    const valid = Uint8Array.of(1, 0);
    const values = BigInt64Array.of(1n, 2n);
    const list = { kind: 'list', offsets: Int32Array.of(0, 1, 1), valid: null } as const;
    const columns: readonly Record<string, Column>[] = [
      { a: { kind: 'i64', values, valid: null } },
      { a: { kind: 'i64', values, valid } },
      { b: { kind: 'i64', values, valid } },
      { b: { kind: 'i128', values: BigInt64Array.of(1n, 0n, 2n, 0n), valid } },
      { b: { kind: 'f64', values: Float64Array.of(1, 2) } },
      { b: { kind: 'code', values: Int32Array.of(1, 2) } },
      { b: { ...list, child: { kind: 'code', values: Int32Array.of(5) } } },
      {
        b: {
          ...list,
          offsets: Int32Array.of(0, 1, 2),
          child: { kind: 'code', values: Int32Array.of(5, 6) },
        },
      },
      {},
    ];
    const batches = columns.map((some): Batch => ({ rows: 2, columns: some }));
    const blocks = [...batches, ...batches].map(encodeBatch);
    for (const [idx, batch] of [...batches, ...batches].entries())
      expect(contents(decodeBatch(blocks[idx]!))).toStrictEqual(contents(batch));
  });
});
