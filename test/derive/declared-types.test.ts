import { count, events, groupBy, join, part } from '@tessera/api';
import { features } from '@tessera/testing';
import { expect, test } from 'vitest';

/** A column has the value of its expression in its declared type, whether a scan computes it or the result derives it. */

const stored = {
  id: 'string',
  user: 'string',
  x: 'double',
  t: 'timestamp',
  tn: 'timestamp_ns',
  d: 'date',
  dec: 'decimal(30,10)',
  l: 'list<double>',
  at: 'timestamp',
} as const;

const COLUMNS = {
  cents: { expression: 'x', type: 'decimal(4,2)' },
  wide: { expression: 'x', type: 'decimal(38,20)' },
  product: { expression: 'x * 1.1', type: 'decimal(10,3)' },
  as_stored: { expression: 'dec', type: 'decimal(30,10)' },
  narrower: { expression: 'dec', type: 'decimal(4,2)' },
  single: { expression: 'x', type: 'float' },
  whole: { expression: 'CAST(x AS int64)', type: 'int32' },
  instant: { expression: 't', type: 'timestamp_ns' },
  nanos: { expression: 'tn', type: 'timestamp_ns' },
  micros: { expression: 'tn', type: 'timestamp' },
  midnight: { expression: 'CAST(d AS timestamp)', type: 'timestamp_ns' },
  list: { expression: 'l', type: 'list<decimal(6,2)>' },
  equal: { expression: 'dec = x', type: 'boolean' },
  cent: { expression: 'dec <= 0.1', type: 'boolean' },
  late: { expression: "tn > TIMESTAMP '2261-01-01T00:00:00.123456Z'", type: 'boolean' },
  never: { expression: "tn >= TIMESTAMP '9999-12-31'", type: 'boolean' },
} as const;
const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

const source = events({
  name: 'p',
  path: 'p',
  columns: stored,
  time: 'at',
  tieBreaker: 'id',
  select: COLUMNS,
});
const asked = join({
  name: 'asked',
  left: source,
  parts: [part(groupBy({ name: 'g', source, keys: ['user'], aggregations: [count()] }))],
  derive: Object.fromEntries(names.map((name) => [`derived_${name}`, COLUMNS[name]])),
});

const NUMBERS = [
  ...[1.005, 2.675, 0.125, -1.005, 99.995, 1e15, 1e20, 0.1, -0.5, 1e-7, 1.15, 8.325, 0.285],
  ...[12345678901234568, 2147483647.5, 16777217, 3.4e38, 3.5e38],
];

test('computed by a scan or derived from the result: one value', async () => {
  const rows = await features(asked)
    .given({
      p: NUMBERS.map((x, idx) => ({
        id: `r${idx + 10}`,
        user: 'u',
        x,
        ...(idx % 2 === 0
          ? { t: '9999-12-31T00:00:00Z', tn: '2261-01-01T00:00:00.123456789Z', d: '9999-12-31' }
          : {
              t: '2025-01-01T00:00:00.000001Z',
              tn: '1700-01-01T00:00:00.000000001Z',
              d: '1999-12-31',
            }),
        dec: Math.abs(x) < 1e19 ? x.toFixed(10) : null,
        l: [x, null],
        at: '2025-01-01T00:00:00Z',
      })),
    })
    .rows();
  expect(rows).toHaveLength(NUMBERS.length);
  for (const row of rows as readonly Record<string, unknown>[])
    for (const name of names)
      expect(row[name], `${name} of ${row.x}`).toEqual(row[`derived_${name}`]);
  const of = (x: number) => rows.find((row) => row.x === x)!;
  // 2.675 is a little less than it says, and 0.125 exactly that.
  expect([of(2.675).cents, of(0.125).cents, of(-1.005).cents, of(1e20).cents]).toEqual([
    '2.67',
    '0.13',
    '-1.00',
    null,
  ]);
  expect(of(1e15).as_stored).toBe('1000000000000000.0000000000');
  expect([of(1.005).nanos, of(1.005).micros, of(1.005).instant]).toEqual([
    '2261-01-01T00:00:00.123456789Z',
    '2261-01-01T00:00:00.123456Z',
    null,
  ]);
});
