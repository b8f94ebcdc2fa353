import { join as joinPath } from 'node:path';
import { inspect } from 'node:util';
import { outputColumns, type TesseraError } from '@tessera/api';
import { buildTiles, type Explanation, explainValue, trainSet } from '@tessera/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { mismatches } from '../oracle/compare.js';
import { random } from '../oracle/prng.js';
import type { OracleRow, OutputValue } from '../oracle/types.js';
import { asJson, recomputed } from './explain-pieces.js';
import { close, sqlValue } from './explain-sql.js';
import { publishedRows } from './lake-tables.js';
import { shopJoin, writeShop } from './shop.js';
import { newFolder, quoted, sql } from './workspace.js';

/** Cells of the small shop: every operation it has, entities, static, lag, snapshot, `where`, `by`, exact tail. */

const long = process.env.TESSERA_LONG === '1';
const lake = newFolder();
const out = joinPath(lake, 'out');
let published: OracleRow[] = [];

beforeAll(async () => {
  await writeShop(lake);
  const { path } = await trainSet(shopJoin, { lake, out, workers: 1, tiles: 'off' });
  await buildTiles(shopJoin, { lake, out, workers: 1, tiles: 'build' });
  published = await publishedRows(shopJoin, path ?? '');
});

const columns = outputColumns(shopJoin);

function ask(
  row: OracleRow,
  column: string,
  tiles: 'auto' | 'off',
  limit = 10_000,
): Promise<Explanation> {
  const text = (value: OutputValue | undefined) =>
    value === null || value === undefined ? null : String(value);
  const keys = { user_id: text(row.user_id), item: text(row.item) };
  return explainValue(shopJoin, {
    lake,
    out,
    keys,
    at: String(row.ordered_at),
    column,
    tiles,
    limit,
  });
}

describe('a cell is what the training set holds, what SQL makes of the source, what its pieces come to', () => {
  /** In the short run of rows for one column, of tiles for the next. */
  const CELLS_PER_COLUMN = long ? 3 : 1;
  const r = random(long ? 7 : 8);
  let told = 0;
  let tiled = 0;

  test.each(columns.map(({ name }, idx) => [name, idx] as const))('%s', async (column, idx) => {
    for (let i = 0; i < CELLS_PER_COLUMN; i++) {
      const row = r.pick(published);
      const explanation = await ask(row, column, (long ? i === 0 : idx % 2 === 0) ? 'off' : 'auto');
      if (explanation.tiles !== undefined) tiled++;
      if (explanation.outcome.kind === 'refused') throw new Error(explanation.outcome.message);
      const { value } = explanation.outcome;
      if (value !== null) told++;
      const where = `user_id ${String(row.user_id)}, item ${String(row.item)}, ${String(row.ordered_at)}`;
      const got = { [column]: value as OutputValue };
      const only = { ...shopJoin, left: { ...shopJoin.left, columns: [] } };
      expect(mismatches(only, [{ [column]: row[column]! }], [got]), where).toEqual([]);
      const bySql = await sqlValue(lake, column, row);
      expect(close(column, bySql, value), `${where}: SQL gives ${inspect(bySql)}`).toBe(true);
      const again = recomputed(
        shopJoin,
        asJson(explanation),
        explanation.keys.some(({ value: key }) => key === null),
      );
      expect(mismatches(only, [{ [column]: again }], [got]), `${where}, its pieces`).toEqual([]);
    }
  });

  test('enough of them', () => {
    expect(columns.length * CELLS_PER_COLUMN).toBeGreaterThanOrEqual(long ? 80 : 25);
    expect(told).toBeGreaterThanOrEqual(long ? 50 : 16);
    expect(tiled).toBeGreaterThanOrEqual(long ? 25 : 6);
  });
});

describe('what is told beside the value', () => {
  const at = '2025-03-08T10:07:00Z';
  const explain = (column: string, keys: Record<string, string | null>, limit = 1000) =>
    explainValue(shopJoin, { lake, keys, at, column, limit });

  test('S2.2: bounds of a sawtooth window, and rows by the reason for which they do not count', async () => {
    const { window, leftOut, read, pieces, query } = await explain('user_amount_sum_1d', {
      user_id: 'u3',
    });
    expect(query).toEqual({
      asked: '2025-03-08T10:07:00.000Z',
      steps: [],
      effective: '2025-03-08T10:07:00.000Z',
    });
    expect(window).toEqual({
      window: '1d',
      tail: 'sawtooth',
      hopMs: 3_600_000,
      start: '2025-03-07T10:00:00.000Z',
      end: '2025-03-08T10:07:00.000Z',
    });
    expect(leftOut.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['too-early', 'too-late', 'null-input']),
    );
    const out = leftOut.reduce((sum, { rows }) => sum + rows, 0);
    expect(pieces.count + out).toBe(read.rowsOfKey);
    // Rows lie up to a day late: files that hold no instant of the window are not read.
    expect(read.files).toEqual([
      'payments/ds=2025-03-07/part.parquet',
      'payments/ds=2025-03-08/part.parquet',
      'payments/ds=2025-03-09/part.parquet',
    ]);
    for (const piece of pieces.shown) {
      if (piece.kind !== 'event') throw new Error(piece.kind);
      const { file, row, value } = piece;
      const [found] = await sql(
        `SELECT amount FROM read_parquet(${quoted(joinPath(lake, file))}, file_row_number = true) WHERE file_row_number = ${row}`,
      );
      expect(found?.amount).toBe(value);
    }
  });

  test('S2.6: lag, then snapshot; S2.3: the exact tail', async () => {
    const { query, window } = await explain('item_amount_sum_3d', { item: '3' });
    expect(query.steps).toEqual([
      { step: 'lag', at: '2025-03-07T10:07:00.000Z' },
      { step: 'snapshot', at: '2025-03-07T00:00:00.000Z' },
    ]);
    expect(window).toMatchObject({
      hopMs: null,
      start: '2025-03-04T00:00:00.000Z',
      end: '2025-03-07T00:00:00.000Z',
    });
  });

  test('S3.2: the partition that was read, and one that is not there', async () => {
    const there = await explain('shop_profiles_city', { user_id: 'u1' });
    expect(there.snapshot).toEqual({ ds: '2025-03-07', exists: true });
    expect(there.read.files).toEqual(['profiles/ds=2025-03-07/dump.parquet']);
    const gone = await explainValue(shopJoin, {
      lake,
      keys: { user_id: 'u1' },
      at: '2025-03-02T00:00:00Z',
      column: 'shop_profiles_city',
    });
    expect(gone.snapshot).toEqual({ ds: '2025-03-01', exists: false });
    expect(gone.outcome).toMatchObject({ kind: 'refused', code: 'MISSING_SNAPSHOT' });
    const lenient = {
      ...shopJoin,
      parts: shopJoin.parts.map((part) => ({ ...part, missing: 'null' as const })),
    };
    const empty = await explainValue(lenient, {
      lake,
      keys: { user_id: 'u1' },
      at: '2025-03-02T00:00:00Z',
      column: 'shop_profiles_city',
    });
    expect(empty.outcome).toEqual({ kind: 'value', value: null });
    expect(empty.why).toContain('there is no partition ds=2025-03-01');
  });

  test('S4.2, S1.3, S5: keys and instants with nothing', async () => {
    const nullKey = await explain('user_count_2d', { user_id: null });
    expect(nullKey).toMatchObject({ outcome: { kind: 'value', value: null }, read: { files: [] } });
    expect(nullKey.why).toContain('S4.2');
    const nobody = await explain('user_count_2d', { user_id: 'nobody' });
    expect(nobody).toMatchObject({ outcome: { value: 0 }, pieces: { count: 0, shown: [] } });
    const late = await explainValue(shopJoin, {
      lake,
      keys: { user_id: 'u1' },
      at: Date.UTC(2300, 0, 1),
      column: 'user_count_2d',
    });
    expect(late).toMatchObject({ outcome: { value: null }, read: { files: [] } });
    expect(late.why).toContain('S1.3');
  });

  test('the first and the last pieces of many; the value is that of all', async () => {
    const all = await explain('user_count', { user_id: 'u2' });
    const few = await explain('user_count', { user_id: 'u2' }, 5);
    expect(few.outcome).toEqual(all.outcome);
    const { count, shown } = all.pieces;
    expect(shown.length).toBe(count);
    expect(few.pieces).toEqual({
      count,
      shown: [...shown.slice(0, 3), ...shown.slice(count - 2)],
      omitted: count - 5,
      gapAt: 3,
    });
    expect(shown.at(-1)?.soFar).toBe(count);
  });

  test('mistakes are told together', async () => {
    const asked = explainValue(shopJoin, {
      lake,
      keys: { user: 'u1', item: 'three' },
      at: 'yesterday',
      column: 'item_cont_1d',
      limit: 0,
    });
    const codes = (error: unknown) => (error as TesseraError).problems.map(({ code }) => code);
    await expect(asked.catch(codes)).resolves.toEqual([
      'BAD_OPTION',
      'BAD_OPTION',
      'UNKNOWN_COLUMN',
      'UNKNOWN_KEY',
    ]);
    await expect(explain('item_count_1d', { item: 'three' })).rejects.toThrow(
      '`key.item` holds three, which is not int32',
    );
    await expect(explain('item_count_1d', { user_id: 'u1' })).rejects.toThrow(
      '`key` lacks `item` (int32): item is asked by item',
    );
    await expect(explain('note', { item: '1' })).rejects.toThrow('is a column of its left');
  });
});
