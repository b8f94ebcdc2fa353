import { describe, expect, test } from 'vitest';
import { bucketPages, type LaneBytes } from '../src/bucket-pages.js';
import {
  type Batch,
  bucketCollector,
  bucketOrder,
  type Column,
  collectIfTight,
  concatBatches,
  gatherBatch,
  mostPagedRows,
  scatterBatch,
  sliceBatch,
} from '../src/index.js';

const ROWS = process.env.TESSERA_LONG === '1' ? 5000 : 2000;

/** A batch of every kind of column, with nulls, whose keys fall into few buckets or many. */
function everyKind(): Batch {
  const rows = Array.from({ length: ROWS }, (_, i) => i);
  const isNull = (i: number) => i % 7 === 3;
  const valid = Uint8Array.from(rows, (i) => (isNull(i) ? 0 : 1));
  const child: Column = {
    kind: 'f64',
    values: Float64Array.from({ length: 2 * ROWS }, (_, i) => i / 2),
  };
  const offsets = Int32Array.from({ length: ROWS + 1 }, (_, i) => Math.min(2 * ROWS, i + (i >> 1)));
  return {
    rows: ROWS,
    columns: {
      code: {
        kind: 'code',
        values: Int32Array.from(rows, (i) => (i % 11 === 5 ? -1 : (i * 37) % 97)),
      },
      t: {
        kind: 'f64',
        values: Float64Array.from(rows, (i) => (isNull(i) ? Number.NaN : i * 1.5)),
      },
      wide: {
        kind: 'i64',
        values: BigInt64Array.from(rows, (i) => BigInt(i) << 40n),
        valid,
      },
      whole: { kind: 'i64', values: BigInt64Array.from(rows, (i) => BigInt(-i)), valid: null },
      wider: {
        kind: 'i128',
        values: BigInt64Array.from({ length: 2 * ROWS }, (_, i) => BigInt(i) * 3n),
        valid,
      },
      list: { kind: 'list', offsets, valid, child },
      map: {
        kind: 'map',
        offsets,
        valid: null,
        keys: { kind: 'code', values: Int32Array.from({ length: 2 * ROWS }, (_, i) => i % 5) },
        values: child,
      },
    },
  };
}

/** Without children that no row has. */
const tidy = (batch: Batch) =>
  gatherBatch(
    batch,
    Int32Array.from({ length: batch.rows }, (_, i) => i),
  );

/** The batch a few rows at a time, each time in the same memory. */
function* inPieces(batch: Batch, rowsAtOnce: number): Generator<Batch> {
  for (let from = 0; from < batch.rows; from += rowsAtOnce)
    yield sliceBatch(batch, from, Math.min(batch.rows, from + rowsAtOnce));
}

const options = (buckets: number, isReused: boolean, rows = ROWS) => ({
  codeColumn: 'code',
  buckets,
  rows,
  isReused,
});

describe('bucketCollector', () => {
  test.each([1, 3, 20, 400])('%i buckets: the same as scattering the whole batch', (buckets) => {
    const batch = everyKind();
    const wanted = scatterBatch(batch, 'code', buckets).map(tidy);
    for (const expected of [1, ROWS]) {
      const collector = bucketCollector(options(buckets, false, expected));
      for (const piece of inPieces(batch, 777)) collector.add(piece);
      expect(collector.rows).toBe(ROWS);
      const taken = [...collector.take()];
      taken.forEach((bucket, b) => {
        expect(bucket).toEqual(wanted[b]);
      });
      expect(collector.rows).toBe(0);
    }
  });

  test.each([97, 13, 1])('runs of %i codes', (codesPerBucket) => {
    const batch = everyKind();
    const code =
      batch.columns.code!.kind === 'code' ? batch.columns.code!.values : new Int32Array();
    const buckets = Math.ceil(97 / codesPerBucket);
    const collector = bucketCollector({
      ...options(buckets, false),
      codesPerBucket,
      dropsUnknown: true,
    });
    for (const piece of inPieces(batch, 777)) collector.add(piece);
    const taken = [...collector.take()];
    expect(taken).toHaveLength(buckets);
    taken.forEach((bucket, b) => {
      const rows = Int32Array.from(code.keys()).filter(
        (row) => code[row]! >= b * codesPerBucket && code[row]! < (b + 1) * codesPerBucket,
      );
      expect(tidy(bucket)).toEqual(gatherBatch(batch, rows));
    });
    const known = gatherBatch(
      batch,
      Int32Array.from(code.keys()).filter((row) => code[row]! >= 0),
    );
    const ofKnown = known.columns.code!.kind === 'code' ? known.columns.code!.values : code;
    const { order, start } = bucketOrder(ofKnown, buckets, codesPerBucket);
    taken.forEach((bucket, b) => {
      const rows = order.subarray(start[b]!, start[b + 1]!);
      expect(tidy(bucket)).toEqual(gatherBatch(known, rows));
    });
  });

  test('a bucket lies in memory that the next one is written to, or is the caller’s for good', () => {
    const batch = everyKind();
    const wanted = scatterBatch(batch, 'code', 4);
    for (const isReused of [true, false]) {
      const collector = bucketCollector(options(4, isReused));
      for (let turn = 0; turn < 2; turn++) {
        collector.add(batch);
        let b = 0;
        for (const bucket of collector.take()) expect(bucket).toEqual(wanted[b++]);
      }
      collector.add(batch);
      const kept = concatBatches([...collector.take()]);
      if (isReused) expect(kept.columns.t).not.toEqual(concatBatches(wanted).columns.t);
      else expect(kept).toEqual(concatBatches(wanted));
    }
  });

  test('buckets without a row are empty and of the right kinds', () => {
    const collector = bucketCollector(options(50, true));
    collector.add(sliceBatch(everyKind(), 0, 1));
    const taken = [...collector.take()];
    expect(taken.filter(({ rows }) => rows > 0)).toHaveLength(1);
    for (const { columns } of taken)
      expect(Object.values(columns).map(({ kind }) => kind)).toEqual(
        Object.values(everyKind().columns).map(({ kind }) => kind),
      );
  });

  test('rows without a code are left out where they are not wanted', () => {
    const batch = everyKind();
    const code =
      batch.columns.code!.kind === 'code' ? batch.columns.code!.values : new Int32Array();
    const wanted = Int32Array.from(code.keys()).filter((row) => code[row]! >= 0);
    const expected = scatterBatch(gatherBatch(batch, wanted), 'code', 20);
    const collector = bucketCollector({ ...options(20, true), dropsUnknown: true });
    for (let turn = 0; turn < 2; turn++) {
      for (const piece of inPieces(batch, 777)) collector.add(piece);
      expect(collector.rows).toBe(wanted.length);
      let b = 0;
      for (const bucket of collector.take()) expect(bucket).toEqual(expected[b++]);
      expect(b).toBe(20);
    }
  });

  test('a batch unlike the first is refused', () => {
    const collector = bucketCollector(options(2, true));
    const batch = everyKind();
    collector.add(batch);
    const { t: _, ...less } = batch.columns;
    expect(() => collector.add({ rows: ROWS, columns: less })).toThrow(/no column t/);
    const other = { ...batch.columns, t: batch.columns.code! };
    expect(() => collector.add({ rows: ROWS, columns: other })).toThrow(/is code, was f64/);
    const { code: __, ...keyless } = batch.columns;
    expect(() => collector.add({ rows: ROWS, columns: keyless })).toThrow(/no codes code/);
  });
});

test('rows in the order of their codes do not make a reused collector keep room for all of them', () => {
  const [flush, buckets] = [20_000, 40];
  const collector = bucketCollector({
    ...{ codeColumn: 'code', buckets, codesPerBucket: 100, rows: flush, isReused: true },
  });
  // Made once: what is measured is the collector's.
  const code = new Int32Array(flush);
  const x = new Float64Array(flush);
  const fill = (bucket: number): void => {
    code.fill(100 * bucket);
    collector.add({
      rows: flush,
      columns: { code: { kind: 'code', values: code }, x: { kind: 'f64', values: x } },
    });
    const rows = [...collector.take()].map((batch) => batch.rows);
    expect(rows[bucket]).toBe(flush);
  };
  const bytesAfter = (bucket: number): number => {
    fill(bucket);
    collectIfTight(0);
    return process.memoryUsage().arrayBuffers;
  };
  const before = bytesAfter(0);
  for (let bucket = 1; bucket < buckets; bucket++) fill(bucket);
  // A flush is a quarter of a megabyte; forty of them would be ten.
  expect(bytesAfter(0) - before).toBeLessThan(4e6);
});

describe('wide rows and many buckets', () => {
  const wide = (lanes: number): LaneBytes[] => [4, 8, ...Array<LaneBytes>(lanes).fill(16)];
  const buckets = 1024;

  test('what buckets have begun is not many times what they hold', () => {
    for (const [lanes, rows, most] of [
      [100, 14_000, 2],
      [1000, 4096, 3],
    ] as const) {
      const pages = bucketPages({
        ...{ buckets, codesPerBucket: 0, dropsUnknown: true, rows, lanes: wide(lanes) },
      });
      for (let from = 0; from < rows; from += 1000)
        pages.place(Int32Array.from({ length: Math.min(1000, rows - from) }, (_, i) => from + i));
      expect(pages.places).toBeLessThan(most * rows);
      pages.close();
    }
  });

  test('as many rows as are said to fit do, though every bucket has just begun a page', () => {
    expect(mostPagedRows(buckets, wide(150))).toBeGreaterThan(1_000_000);
    const lanes = wide(5000);
    const rows = mostPagedRows(buckets, lanes);
    expect(rows).toBeGreaterThan(20_000);
    const pages = bucketPages({ buckets, codesPerBucket: 1, dropsUnknown: true, rows, lanes });
    // A row short of it, and then the largest block that may come.
    const each = 8 * Math.floor(rows / buckets / 8) - 7;
    for (let row = 0; row < each; row++)
      pages.place(Int32Array.from({ length: buckets }, (_, bucket) => bucket));
    let held = each * buckets;
    for (; held < rows - 1; held++) pages.place(Int32Array.of(held % 3));
    pages.place(Int32Array.from({ length: 2048 }, (_, i) => i % buckets));
    expect(pages.rowsOf(7)).toBe(each + 2);
    pages.close();
  });
});
