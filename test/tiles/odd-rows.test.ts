import { describe, expect, test } from 'vitest';
import type { Row } from '../oracle/types.js';
import { EVERY_ROW, NUMBERS, tiled, users, X } from './odd-answers.js';
import { ds, instant, LEVEL_DAYS, type OddCase, onLevels, sameByTiles } from './odd-support.js';

/** Rows that count for nothing, odd days and files: tiles answer, count and refuse as rows do. */

describe('rows that count for nothing', () => {
  test('a partition of null keys, one of null times, one of both', async () => {
    const report = await tiled({
      columns: X,
      files: [
        ...onLevels(users([1, 2])),
        { day: 4, rows: [{ x: 1, at: instant(4) }] },
        { day: 5, rows: [{ user: 'u', x: 1 }] },
        { day: 6, rows: [{ x: 1 }] },
      ],
      aggregations: EVERY_ROW,
      asked: [{ user: 'u' }, { user: null }],
    });
    expect(report.sources).toMatchObject([
      { rowsRead: 11, rowsWithNullKey: 2, rowsWithoutTime: 2 },
    ]);
  });

  test('half a composite key', async () => {
    const report = await tiled({
      columns: { user: 'string', item: 'int32', x: 'double' },
      keys: ['user', 'item'],
      files: onLevels([
        { user: 'u', item: 1, x: 1 },
        { user: null, item: 1, x: 2 },
        { user: 'u', item: null, x: 3 },
        { user: null, item: null, x: 4 },
      ]),
      aggregations: EVERY_ROW,
    });
    expect(report.sources).toMatchObject([{ rowsWithNullKey: 12 }]);
  });

  test('times before 1970 and after 2200, with and without leave (S1.3)', async () => {
    const files = [
      ...onLevels(users([1, 2])),
      { day: 2, rows: [{ user: 'u', x: 3, at: '1969-07-20T20:17:40Z' }] },
      { day: 4, rows: [{ user: 'u', x: 4, at: '1969-12-31T23:59:59.999Z' }] },
      { day: 5, rows: [{ user: 'u', x: 5, at: '2201-01-01T00:00:00Z' }] },
      { day: 6, rows: [{ user: 'u', x: 6, at: '2200-12-31T23:59:59.999Z' }] },
    ];
    const odd = { columns: X, files, aggregations: [...EVERY_ROW, ...NUMBERS] };
    expect((await tiled(odd)).sources).toMatchObject([{ rowsWithoutTime: 2 }]);
    const early = await tiled({ ...odd, source: { allowPre1970: true } });
    expect(early.sources).toMatchObject([{ rowsWithoutTime: 0 }]);
  });

  test('rows of other days: long ago, of the day before, still to come', async () => {
    await tiled({
      columns: X,
      files: [
        ...onLevels(users([1, 2])),
        { day: 3, name: 'b', rows: [{ user: 'u', x: 3, at: instant(14, '23:30') }] },
        { day: 15, name: 'b', rows: [{ user: 'u', x: 4, at: instant(3, '00:00') }] },
        { day: 8, name: 'b', rows: [{ user: 'u', x: 5, at: instant(40) }] },
        { day: 30, name: 'b', rows: [{ user: 'u', x: 6, at: instant(15, '10:00') }] },
        { day: 14, name: 'b', rows: [{ user: 'u', x: 7, at: '1999-01-01T00:00:00Z' }] },
      ],
      aggregations: [...EVERY_ROW, ...NUMBERS],
      countsMore: true,
    });
  });

  test('events that come again: in a file, in another of their day, in another day (S1.5)', async () => {
    const report = await tiled({
      columns: { ...X, id: 'string' },
      source: { eventId: 'id', tieBreaker: 'id' },
      files: [
        ...onLevels([
          { user: 'u', x: 1, id: 'a' },
          { user: 'u', x: 2, id: 'a' },
          { user: 'v', x: 3, id: 'b' },
        ]),
        ...LEVEL_DAYS.map((day) => ({
          day,
          name: 'b',
          rows: [
            { user: 'u', x: 0, id: 'a', at: instant(day, '09:00') },
            { user: 'u', x: 5, id: null, at: instant(day, '09:00') },
            { user: 'u', x: 5, id: null, at: instant(day, '09:00') },
          ],
        })),
        { day: 5, rows: [{ user: 'u', x: 9, id: 'a', at: instant(5) }] },
      ],
      aggregations: [...EVERY_ROW, ...NUMBERS],
    });
    expect(report.sources[0]?.duplicateEvents).toBeGreaterThan(0);
  });

  test('rows that the source leaves out, in words of its own too', async () => {
    const odd: OddCase = {
      columns: X,
      files: onLevels(users([1, 2, null, 3])),
      aggregations: EVERY_ROW,
    };
    const where = {
      op: '>',
      left: { op: 'column', column: 'x' },
      right: { op: 'literal', literal: 1 },
    } as const;
    const report = await tiled({ ...odd, source: { where } });
    expect(report.sources).toMatchObject([{ rowsRead: 8 }]);
    await tiled({ ...odd, source: { where: { op: 'sql', sql: 'x + 1 > 2 AND "user" = \'u\'' } } });
    const own = { ...odd.aggregations[1]!, where: { op: 'sql', sql: 'x <> 2' } as const };
    await tiled({ ...odd, aggregations: [own] });
  });
});

describe('days and files', () => {
  test('a day without rows, one with rows in one file of two, one whose folder is empty', async () => {
    const report = await tiled({
      columns: X,
      files: [
        ...onLevels(users([1, 2])),
        { day: 4, rows: [] },
        { day: 8, name: 'b', rows: [] },
        { day: 14, name: '0', rows: [] },
        { day: 6, name: '_hidden', rows: users([9]) },
      ],
      aggregations: EVERY_ROW,
    });
    const days = [0, 1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13].map(ds);
    expect(report.sources[0]?.missingDays).toEqual(days.slice(3).filter((d) => d !== ds(4)));
  });

  test('days of no label', async () => {
    await tiled({
      columns: X,
      files: [
        ...onLevels(users([1, 2])),
        { day: '__HIVE_DEFAULT_PARTITION__', rows: [{ user: 'u', x: 7, at: instant(4) }] },
      ],
      aggregations: EVERY_ROW,
    });
  });

  test('columns that some files lack, have in another order, or in a narrower type', async () => {
    const columns = { user: 'string', n: 'int64', x: 'double', price: 'decimal(12,2)' };
    const rows: Row[] = [
      { user: 'u', n: 5n, x: 1.5, price: '3.25' },
      { user: 'u', n: -7n, x: 2, price: '1.00' },
    ];
    const selects = [
      '"at", "user", x',
      'price::DECIMAL(8,2) AS price, x::FLOAT AS x, n::INTEGER AS n, "user", "at"',
      'n::SMALLINT AS n, "at"::TIMESTAMP_MS AS "at", "user"',
      'x, "at"::TIMESTAMPTZ AS "at", n, "user", 7 AS another',
    ];
    const report = await tiled({
      columns,
      files: onLevels(rows).map((file, i) => ({ ...file, select: selects[i] })),
      aggregations: ['n', 'x', 'price'].flatMap((input) =>
        (['SUM', 'MAX', 'FIRST', 'UNIQUE_COUNT', 'STDDEV'] as const).map((operation) => ({
          operation,
          input,
        })),
      ),
    });
    expect(report.sources[0]?.filledColumns).toEqual([
      'n: 1 of 4 files',
      'x: 1 of 4 files',
      'price: 3 of 4 files',
    ]);
  });

  test('files without the keys, or without the times', async () => {
    const odd = { columns: X, aggregations: EVERY_ROW };
    for (const select of ['x, "at"', 'x, "user"']) {
      const files = onLevels(users([1, 2])).map((file, i) =>
        i === 1 ? { ...file, select } : file,
      );
      await sameByTiles({ ...odd, files, asked: [{ user: 'u' }] });
    }
  });

  test('text files', async () => {
    await tiled({
      columns: { user: 'string', x: 'double', n: 'int64', tag: 'string' },
      source: { format: 'csv' },
      files: [
        ...onLevels([
          { user: 'u', x: 0.1, n: 2n ** 53n + 1n, tag: 'a,"b"\n' },
          { user: 'é', x: null, n: -1n, tag: 'b' },
        ]),
        { day: 5, rows: [{ user: 'u', x: 1e300, n: 7n, tag: 'c', at: instant(5) }] },
      ],
      aggregations: [
        { operation: 'SUM', input: 'x' },
        { operation: 'SUM', input: 'n' },
        { operation: 'LAST', input: 'tag' },
        { operation: 'HISTOGRAM', input: 'tag' },
      ],
    });
  });

  test('rows that ask about each other', async () => {
    await tiled({
      columns: X,
      source: { tieBreaker: 'x' },
      files: [
        ...onLevels([...users([1, 2, 2]), ...users([3, null], 'v'), { x: 4 }]),
        ...LEVEL_DAYS.map((day) => ({
          ...{ day, name: 'b' },
          rows: [{ user: 'u', x: 5, at: instant(day, '00:00') }],
        })),
      ],
      aggregations: [...EVERY_ROW, ...NUMBERS],
      asked: 'own',
    });
  });

  test('names that the engine has for its own', async () => {
    const names = ['code', 't', 'k0', 'start', 'rows', 'tile', 'timeMs', 'tie', 's0_n', 'a "b" é'];
    await tiled({
      columns: Object.fromEntries(names.map((name) => [name, name === 'k0' ? 'int32' : 'string'])),
      keys: ['code', 'k0'],
      source: { tieBreaker: 'rows' },
      files: onLevels([
        Object.fromEntries(names.map((name) => [name, name === 'k0' ? 1 : `of ${name}`])),
      ]),
      aggregations: names
        .filter((name) => name !== 'k0')
        .flatMap((input) => [
          { operation: 'LAST', input } as const,
          { operation: 'HISTOGRAM', input, by: 'tile' } as const,
        ]),
    });
  });
});
