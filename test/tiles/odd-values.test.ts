import { describe, expect, test } from 'vitest';
import type { Row } from '../oracle/types.js';
import { EVERY_ROW, NUMBERS, refused, SCALARS, tiled, users, X } from './odd-answers.js';
import { type Drawn, instant, type OddCase, onLevels, sameByTiles } from './odd-support.js';

/** Odd values: tiles answer, count and refuse as rows do. */

/** All types, where a few tell nearly as much. */
const long = process.env.TESSERA_LONG === '1';

describe('numbers', () => {
  test('NaN and -0 (S4.4)', async () => {
    await tiled({
      columns: X,
      files: onLevels(users([Number.NaN, -0, 0, 1, Number.NaN])),
      aggregations: [...NUMBERS, ...SCALARS],
    });
  });

  test.each([
    ['of an input', { x: Number.POSITIVE_INFINITY, w: 1 }],
    ['of a weight', { x: 1, w: Number.NEGATIVE_INFINITY }],
  ])('±Infinity %s: counted, or refused', async (_, odd) => {
    const own: OddCase = {
      columns: { ...X, w: 'double' },
      files: [
        ...onLevels([
          { user: 'u', x: 1, w: 2 },
          { user: 'v', x: 3, w: 4 },
        ]),
        { day: 5, rows: [{ user: 'v', at: instant(5), ...odd }] },
        // Nobody asks for it, so nobody is told.
        { day: 6, rows: [{ user: 'nobody', at: instant(6), ...odd }] },
      ],
      aggregations: [...NUMBERS, { operation: 'WEIGHTED_AVERAGE', input: 'x', weight: 'w' }],
      asked: [{ user: 'u' }, { user: 'v' }],
    };
    const report = await tiled(own);
    expect(report.sources[0]?.infiniteValues).toBeGreaterThan(0);
    await refused({ ...own, options: { strict: true } }, 'INFINITE_INPUT');
  });

  test('±Infinity of what decides ties and buckets, and inside lists', async () => {
    for (const options of long ? [{}, { strict: true }] : [{}]) {
      await sameByTiles({
        columns: { ...X, tie: 'double', by: 'double', xs: 'list<double>' },
        source: { tieBreaker: 'tie' },
        files: onLevels([
          { user: 'u', x: 1, tie: Number.POSITIVE_INFINITY, by: 1, xs: [1] },
          { user: 'u', x: 2, tie: Number.NEGATIVE_INFINITY, by: 1, xs: [1, 2] },
          { user: 'u', x: 3, tie: 0, by: -0, xs: [] },
        ]).map((file) => ({ ...file, rows: file.rows.map((row) => ({ ...row, at: instant(3) })) })),
        aggregations: [
          { operation: 'LAST', input: 'x' },
          { operation: 'FIRST_K', input: 'x', k: 2 },
        ],
        options,
      });
    }
    for (const options of long ? [{}, { strict: true }] : [{ strict: true }]) {
      await sameByTiles({
        columns: { ...X, by: 'double', xs: 'list<double>' },
        files: onLevels([
          { user: 'u', x: 1, by: Number.POSITIVE_INFINITY, xs: [1, Number.NEGATIVE_INFINITY] },
          { user: 'u', x: 2, by: -0, xs: [Number.NaN, null] },
          { user: 'u', x: 2, by: 0, xs: null },
        ]),
        aggregations: [
          { operation: 'SUM', input: 'x', by: 'by' },
          { operation: 'SUM', input: 'xs' },
          { operation: 'LAST', input: 'xs' },
          { operation: 'COUNT', input: 'xs' },
        ],
        options,
      });
    }
  });

  test('SUM beyond int64 is refused alike; on the way there it is not (S5.3)', async () => {
    const most = 2n ** 63n - 1n;
    const odd = { columns: { user: 'string', x: 'int64' }, aggregations: NUMBERS };
    const told = await refused({ ...odd, files: onLevels(users([most, 1n])) }, 'SUM_OVERFLOW');
    expect(told).toContain(`the sum is ${2n ** 64n}`);
    const sums = [{ operation: 'SUM', input: 'x' }] as const;
    const back = [
      ...onLevels(users([most, most, -most, -most])),
      ...onLevels(users([most]))
        .slice(0, 1)
        .map((file) => ({ ...file, name: 'b' })),
    ];
    await tiled({ ...odd, aggregations: sums, files: back });
  });

  test('SUM of decimals beyond 38 digits', async () => {
    const odd = { columns: { user: 'string', x: 'decimal(38,2)' } };
    const most = `${'9'.repeat(36)}.99`;
    const beyond = { ...odd, files: onLevels(users([most, '0.01'])), aggregations: NUMBERS };
    await refused(beyond, 'SUM_OVERFLOW');
    await tiled({ ...odd, files: onLevels(users([most, `-${most}`])), aggregations: NUMBERS });
  });

  test('powers beyond a double (S5.2)', async () => {
    await tiled({
      columns: X,
      files: onLevels(users([1e300, -1e300, 5e-324, 1e77, 1e150])),
      aggregations: (['VARIANCE', 'STDDEV_SAMPLE', 'SKEW', 'KURTOSIS', 'SUM'] as const).map(
        (operation) => ({ operation, input: 'x' }),
      ),
    });
  });
});

describe('vectors', () => {
  const columns = { user: 'string', x: 'list<double>' };
  const aggregations: Drawn[] = [
    { operation: 'VECTOR_SUM', input: 'x' },
    { operation: 'VECTOR_AVERAGE', input: 'x' },
  ];
  const others = onLevels(
    users(
      [
        [1, 0.1],
        [2, 1e17],
      ],
      'v',
    ),
  );

  const faults: [string, Row['x'][], string][] = [
    ['two lengths in a tile', [[1, 2], [1]], 'VECTOR_LENGTH'],
    ['an empty one among others', [[], [1]], 'VECTOR_LENGTH'],
    ['a null element', [[1, null]], 'VECTOR_NULL'],
    ['NaN, which is null', [[Number.NaN, 1]], 'VECTOR_NULL'],
    ['both', [[1, 2], [1], [null]], 'VECTOR_NULL'],
  ];
  test.each(faults.filter((_, i) => long || i % 2 === 0))(
    '%s is refused alike',
    async (_, vectors, code) => {
      const odd = onLevels(users(vectors)).map((file) => ({ ...file, name: 'b' }));
      await refused({ columns, files: [...others, ...odd], aggregations }, code);
    },
  );

  test('lengths that differ between tiles: refused where a window holds both', async () => {
    const [third, eighth, ...rest] = onLevels(users([[1, 2]]));
    const other = { ...eighth!, rows: eighth!.rows.map((row) => ({ ...row, x: [1] })) };
    const files = [third!, other, ...rest];
    await refused({ columns, files, aggregations }, 'VECTOR_LENGTH');
  });

  test('null and empty vectors alone are none', async () => {
    await tiled({
      columns,
      files: [
        ...others,
        ...onLevels(users([null, null], 'w')).map((f) => ({ ...f, name: 'b' })),
        ...onLevels(users([[], []], 'e')).map((f) => ({ ...f, name: 'c' })),
      ],
      aggregations,
    });
  });
});

describe('strings, buckets and lists', () => {
  const ODD = [
    '',
    'a',
    'a\0',
    '\0',
    'a\0b',
    '\u{1f600}',
    '\uff5e',
    '\ue000',
    'é',
    'e\u0301',
    "it's",
    ' ',
    null,
  ];

  test('strings that differ by little, or by code point only (S5.5)', async () => {
    await tiled({
      columns: { user: 'string', x: 'string' },
      files: onLevels(users(ODD)),
      aggregations: SCALARS,
    });
  });

  test('keys that differ by little', async () => {
    const rows = ODD.flatMap((user) => [
      { user, other: 'x', x: 1 },
      { user: 'x', other: user, x: 2 },
    ]);
    const odd = {
      columns: { ...X, other: 'string' },
      files: onLevels(rows),
      aggregations: EVERY_ROW,
    };
    if (long) {
      await tiled(odd);
      await tiled({ ...odd, keys: ['user', 'other'] });
    }
    await tiled({ ...odd, keys: ['other', 'user'] });
  });

  test('TOP_K_FREQUENT of more values than it may hold', async () => {
    const odd: OddCase = {
      columns: { user: 'string', x: 'string' },
      files: onLevels(users(['a', 'b', 'c', 'c'])),
      aggregations: [{ operation: 'TOP_K_FREQUENT', input: 'x', k: 2, maxDistinct: 2 }],
    };
    expect((await tiled(odd)).tooManyDistinct.length).toBeGreaterThan(0);
    await refused({ ...odd, options: { strict: true } }, 'TOO_MANY_DISTINCT');
  });

  const scalars: [string, Row['x'][]][] = [
    ['string', ['b', '', 'a\0', null]],
    ['boolean', [true, false, null]],
    ['int64', [2n ** 53n + 1n, -1n, null]],
    ['decimal(30,3)', ['123456789012345678901234567.890', '-0.001', null]],
    ['decimal(9,2)', ['1.00', '-0.01', null]],
    ['date', ['1969-12-31', '2025-03-01', null]],
    ['timestamp', ['1969-12-31T23:59:59.999999Z', '2025-03-01T00:00:00Z', null]],
    ['timestamptz', ['2025-03-01T00:00:00.000001Z', '2025-03-01T00:00:00Z', null]],
    ['timestamp_ns', ['2025-03-01T00:00:00.000000001Z', '2025-03-01T00:00:00Z', null]],
    ['double', [0, -0, Number.NaN, 0.1, null]],
    ['float', [0.5, -0, 3e38, null]],
    ['int32', [2147483647, -2147483648, null]],
    ['epoch_us', [2n ** 53n + 1n, 0n, null]],
  ];
  const someScalars = ['string', 'timestamp_ns'];
  test.each(scalars.filter(([type]) => long || someScalars.includes(type)))(
    '%s: as key, input, bucket and tie-breaker',
    async (type, xs) => {
      const rows = xs.flatMap((x, i) => [
        { user: 'u', x, y: i },
        { user: 'v', x, y: i + 0.5 },
      ]);
      const columns = { user: 'string', x: type, y: 'double' };
      const files = onLevels(rows);
      const ofY: Drawn[] = [
        { operation: 'LAST', input: 'y' },
        { operation: 'SUM', input: 'y' },
        { operation: 'FIRST_K', input: 'y', k: 2, by: 'user' },
      ];
      await tiled({ columns, files, aggregations: [...ofY, ...EVERY_ROW], keys: ['x', 'user'] });
      const tied = files.map((file) => ({
        ...file,
        rows: file.rows.map((row) => ({ ...row, at: instant(Number(file.day), '10:00') })),
      }));
      await tiled({
        columns,
        files: tied,
        source: { tieBreaker: 'x' },
        aggregations: [
          ...SCALARS,
          ...ofY,
          { operation: 'SUM', input: 'y', by: 'x' },
          { operation: 'LAST_K', input: 'x', k: 2, by: 'user' },
        ],
      });
    },
  );

  const lists: [string, Row['x'][]][] = [
    ['list<string>', [['b', 'a'], [], [null], ['', 'a\0', null], null]],
    ['list<double>', [[1, 0.1], [], [Number.NaN, -0], null]],
    ['list<int64>', [[2n ** 60n, -1n], [], [null], null]],
    ['list<boolean>', [[true, null], [], null]],
    ['list<decimal(30,2)>', [['12345678901234567890.12', '0.01'], [], [null], null]],
    ['list<date>', [['2025-03-01', '1969-12-31'], [], [null], null]],
  ];
  const someLists = ['list<decimal(30,2)>'];
  test.each(lists.filter(([type]) => long || someLists.includes(type)))(
    '%s: opened, and whole (S5.6)',
    async (type, xs) => {
      const whole: Drawn[] = [
        { operation: 'FIRST', input: 'x' },
        { operation: 'LAST_K', input: 'x', k: 2 },
        { operation: 'FIRST_K', input: 'x', k: 2, by: 'user' },
      ];
      const opened: Drawn[] = [
        { operation: 'COUNT', input: 'x' },
        { operation: 'UNIQUE_COUNT', input: 'x' },
        { operation: 'HISTOGRAM', input: 'x', by: 'user' },
        { operation: 'MAX', input: 'x' },
        { operation: 'TOP_K', input: 'x', k: 3 },
        { operation: 'APPROX_UNIQUE_COUNT', input: 'x' },
      ];
      const numeric: Drawn[] =
        type.includes('string') || type.includes('date')
          ? []
          : [
              { operation: 'SUM', input: 'x' },
              { operation: 'AVERAGE', input: 'x' },
            ];
      await tiled({
        columns: { user: 'string', x: type },
        files: onLevels(users(xs)),
        aggregations: [...whole, ...opened, ...numeric],
      });
    },
  );

  test('what is counted under its own key', async () => {
    await tiled({
      columns: X,
      source: { tieBreaker: 'user' },
      files: onLevels([...users([1, 2]), ...users([3, null], 'v')]),
      aggregations: [
        { operation: 'LAST', input: 'user' },
        { operation: 'UNIQUE_COUNT', input: 'user' },
        { operation: 'SUM', input: 'x', by: 'user' },
      ],
    });
  });
});
