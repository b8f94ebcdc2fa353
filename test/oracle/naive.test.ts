import { describe, expect, it } from 'vitest';
import { mismatches } from './compare.js';
import { exact, round, roundRatio, sum } from './exact.js';
import { naiveJoin } from './naive.js';
import { DAY_MS, hopMs, isoDay, parseNanos, startMs } from './time.js';
import type {
  AggregationSpec,
  ColumnSpec,
  DataType,
  GroupBySpec,
  JoinSpec,
  PartSpec,
  Row,
  SourceSpec,
  Value,
} from './types.js';
import { compareValues } from './values.js';

const column = (
  name: string,
  type: DataType | 'string' | 'double' | 'int64' | 'epoch_ms',
): ColumnSpec => ({
  name,
  type: typeof type === 'string' ? { kind: type } : type,
  nullable: true,
});

const LEFT: SourceSpec = {
  kind: 'events',
  name: 'left',
  path: 'left',
  format: 'parquet',
  time: 'ts',
  columns: [column('user', 'string'), column('ts', 'epoch_ms')],
};
const EVENTS: SourceSpec = {
  kind: 'events',
  name: 'events',
  path: 'events',
  format: 'parquet',
  time: 'ts',
  columns: [
    column('user', 'string'),
    column('ts', 'epoch_ms'),
    column('one', 'int64'),
    column('tag', 'string'),
    column('x', 'double'),
  ],
};

function joinOf(
  aggregations: AggregationSpec[],
  given: {
    source?: SourceSpec;
    groupBy?: Partial<GroupBySpec>;
    part?: Partial<PartSpec>;
    left?: SourceSpec;
  } = {},
): JoinSpec {
  const groupBy: GroupBySpec = {
    kind: 'groupBy',
    name: 'g',
    source: given.source ?? EVENTS,
    keys: ['user'],
    aggregations,
    accuracy: 'temporal',
    tail: 'sawtooth',
    empty: 'zero',
    online: false,
    ...given.groupBy,
  };
  const part: PartSpec = {
    groupBy,
    keys: [{ left: 'user', right: 'user' }],
    lagMs: 0,
    at: 'strict',
    missing: 'error',
    ...given.part,
  };
  return { kind: 'join', name: 'j', left: given.left ?? LEFT, parts: [part] };
}

const at = (iso: string): bigint => BigInt(Date.parse(iso));
const xs = (...values: Value[]): Row[] =>
  values.map((x, i) => ({ user: 'u', ts: at('2024-03-10T10:00:00Z') + BigInt(i), x }));
const ASK: Row[] = [{ user: 'u', ts: at('2024-03-10T10:07:30Z') }];

/** One feature of one left row over events whose `x` are given, a millisecond apart. */
function one(
  aggregation: Partial<AggregationSpec> & Pick<AggregationSpec, 'operation'>,
  ...values: Value[]
): unknown {
  const join = joinOf([{ input: 'x', windows: ['1d'], as: 'f', ...aggregation }]);
  return naiveJoin(join, { left: ASK, events: xs(...values) })[0]?.g_f_1d;
}

describe('exact arithmetic', () => {
  it('rounds once, to nearest, ties to even', () => {
    expect(round(sum([0.1, 0.2, 0.3].map(exact)))).toBe(0.6);
    expect(roundRatio(1n, 3n)).toBe(1 / 3);
    expect(roundRatio(2n ** 53n + 1n, 1n)).toBe(2 ** 53);
    expect(roundRatio(2n ** 53n + 3n, 1n)).toBe(2 ** 53 + 4);
    expect(roundRatio(1n, 2n ** 1074n)).toBe(5e-324);
    expect(roundRatio(1n, 2n ** 1075n)).toBe(0);
    expect(roundRatio(3n, 2n ** 1075n)).toBe(1e-323);
    expect(round(sum([Number.MAX_VALUE, Number.MAX_VALUE].map(exact)))).toBe(
      Number.POSITIVE_INFINITY,
    );
    for (const x of [1.1, -3.7e-310, 2 ** -1022, Number.MAX_VALUE, -1e17, 5e-324])
      expect(round(exact(x))).toBe(x);
    for (const [a, b] of [
      [7, 3],
      [1e300, 3e-5],
      [1, 1e-310],
      [123456789, 1e22],
    ] as const) {
      const [p, q] = [exact(a), exact(b)];
      const e = BigInt(Math.max(-p.e, -q.e, 0));
      const scaled = (d: typeof p): bigint => d.m << (BigInt(d.e) + e);
      expect(roundRatio(scaled(p), scaled(q))).toBe(a / b);
    }
  });
});

describe('windows, by hand', () => {
  // q = 2024-03-10 10:07:30; twelve events on, and 1 ms beside, each edge.
  const events: Row[] = [
    ['at_query', '2024-03-10T10:07:30.000Z'],
    ['query_minus_1ms', '2024-03-10T10:07:29.999Z'],
    ['1h_start', '2024-03-10T09:05:00.000Z'],
    ['1h_start_minus_1ms', '2024-03-10T09:04:59.999Z'],
    ['exact_minus_1h', '2024-03-10T09:07:30.000Z'],
    ['1d_start', '2024-03-09T10:00:00.000Z'],
    ['1d_start_minus_1ms', '2024-03-09T09:59:59.999Z'],
    ['12d_start', '2024-02-27T00:00:00.000Z'],
    ['12d_start_minus_1ms', '2024-02-26T23:59:59.999Z'],
    ['30d_start', '2024-02-09T00:00:00.000Z'],
    ['30d_start_minus_1ms', '2024-02-08T23:59:59.999Z'],
    ['after_query', '2024-03-10T10:07:30.001Z'],
  ].map(([tag, iso]) => ({ user: 'u', tag: tag!, one: 1n, ts: at(iso!) }));

  it('S2.1, S2.2, S2.4: strict head, sawtooth tails', () => {
    const join = joinOf([
      { operation: 'SUM', input: 'one', windows: ['1h', '1d', '12d', '30d'] },
      { operation: 'COUNT', windows: [null] },
      { operation: 'LAST', input: 'tag', windows: ['1h'] },
      { operation: 'FIRST', input: 'tag', windows: ['1h', '1d', '12d', '30d'] },
    ]);
    expect(naiveJoin(join, { left: ASK, events })).toEqual([
      {
        user: 'u',
        ts: 1710065250000n,
        ds: '2024-03-10',
        g_one_sum_1h: 3n,
        g_one_sum_1d: 5n,
        g_one_sum_12d: 7n,
        g_one_sum_30d: 9n,
        g_count: 10,
        g_tag_last_1h: 'query_minus_1ms',
        g_tag_first_1h: '1h_start',
        g_tag_first_1d: '1d_start',
        g_tag_first_12d: '12d_start',
        g_tag_first_30d: '30d_start',
      },
    ]);
  });

  it('S2.1 inclusive, S2.3 exact, S2.6 lag, S3.1 snapshot', () => {
    const count = (part: Partial<PartSpec>, groupBy: Partial<GroupBySpec> = {}): unknown =>
      naiveJoin(joinOf([{ operation: 'COUNT', windows: ['1h'] }], { part, groupBy }), {
        left: ASK,
        events,
      })[0]?.g_count_1h;
    expect(count({ at: 'inclusive' })).toBe(4);
    // [09:07:30, 10:07:30): exact_minus_1h and query_minus_1ms.
    expect(count({}, { tail: 'exact' })).toBe(2);
    // [09:00, 10:00) of yesterday holds only 1d_start_minus_1ms: 10:00 sharp is not before the head.
    expect(count({ lagMs: 86_400_000 + 450_000 })).toBe(1);
    expect(count({}, { accuracy: 'snapshot' })).toBe(0);
  });

  it('S2.2: hop classes, and floors below 1970', () => {
    expect([hopMs(12 * 86_400_000), hopMs(12 * 3_600_000), hopMs(12 * 3_600_000 - 1)]).toEqual([
      86_400_000, 3_600_000, 300_000,
    ]);
    expect(startMs(1, '5m', 'sawtooth')).toBe(-300_000);
    expect(startMs(-1, '1d', 'sawtooth')).toBe(-86_400_000 - 3_600_000);
  });
});

describe('operations, by hand', () => {
  it('S5.2: what exact sums make of hard inputs', () => {
    const hundred = Array.from({ length: 100 }, () => 1.1);
    expect(one({ operation: 'VARIANCE' }, ...hundred)).toBe(0);
    expect(one({ operation: 'SKEW' }, ...hundred)).toBe(null);
    expect(one({ operation: 'SUM' }, 1e17, 1, -1e17)).toBe(1);
    expect(one({ operation: 'SUM' }, 1e308, 1e308, -1e308)).toBe(1e308);
    expect(one({ operation: 'SUM' }, 1e308, 1e308)).toBe(null);
    expect(one({ operation: 'VARIANCE' }, 1e200, 1)).toBe(null);
    expect(one({ operation: 'AVERAGE' }, -5e-324, 0)).toBe(0);
  });

  it('S5.1: moments', () => {
    expect(one({ operation: 'VARIANCE' }, 1, 1, 2, 9)).toBe(11.1875);
    expect(one({ operation: 'VARIANCE_SAMPLE' }, 1, 1, 2, 9)).toBe(44.75 / 3);
    expect(one({ operation: 'VARIANCE_SAMPLE' }, 1)).toBe(null);
    expect(one({ operation: 'STDDEV' }, 2, 4)).toBe(1);
    expect(one({ operation: 'SKEW' }, 1, 1, 2, 9)).toBeCloseTo(1.104867740459, 11);
    expect(one({ operation: 'KURTOSIS' }, 1, 1, 2, 9)).toBeCloseTo(-0.709278736619, 11);
    expect(one({ operation: 'KURTOSIS' }, 1, 2, 9)).toBe(null);
  });

  it('S5.2: moments from power sums are the moments from deviations', () => {
    for (const values of [
      [1, 2, 4, 8, 16],
      [-7, 3, 3, 1000003, -12],
      [5, 6, 5, 6, 7, 900],
    ]) {
      const n = values.length;
      const total = values.reduce((a, b) => a + b, 0);
      // Σ(x - mean)^k = Σ(n·x - total)^k / n^k, in whole numbers.
      const m = (k: bigint): number =>
        roundRatio(
          values.reduce((s, x) => s + BigInt(n * x - total) ** k, 0n),
          BigInt(n) ** k,
        );
      expect(one({ operation: 'VARIANCE' }, ...values)).toBe(m(2n) / n);
      expect(one({ operation: 'STDDEV_SAMPLE' }, ...values)).toBe(Math.sqrt(m(2n) / (n - 1)));
      expect(one({ operation: 'SKEW' }, ...values)).toBe(
        (Math.sqrt(n) * m(3n)) / (m(2n) * Math.sqrt(m(2n))),
      );
      expect(one({ operation: 'KURTOSIS' }, ...values)).toBe((n * m(4n)) / (m(2n) * m(2n)) - 3);
    }
  });

  it('S5: WEIGHTED_AVERAGE, decimals, vectors', () => {
    const t = at('2024-03-10T09:00:00Z');
    const money: DataType = { kind: 'decimal', precision: 9, scale: 2 };
    const source: SourceSpec = {
      ...EVENTS,
      columns: [
        ...EVENTS.columns.slice(0, 2),
        column('m', money),
        column('w', 'double'),
        column('v', { kind: 'list', element: { kind: 'float' } }),
      ],
    };
    const events = [
      { user: 'u', ts: t, m: '0.10', w: 3, v: [1, 2] },
      { user: 'u', ts: t, m: '0.20', w: 1, v: [2, 5] },
      { user: 'u', ts: t, m: '9.99', w: null, v: null },
    ];
    const join = joinOf(
      [
        { operation: 'WEIGHTED_AVERAGE', input: 'm', weight: 'w', windows: [null] },
        { operation: 'SUM', input: 'm', windows: [null] },
        { operation: 'AVERAGE', input: 'm', windows: [null] },
        { operation: 'VECTOR_AVERAGE', input: 'v', windows: [null] },
        { operation: 'COUNT', input: 'v', windows: [null] },
      ],
      { source },
    );
    const [row] = naiveJoin(join, { left: ASK, events });
    expect(row?.g_m_weighted_average).toBe(0.5 / 4);
    expect(row?.g_m_sum).toBe('10.29');
    expect(row?.g_m_average).toBe(10.29 / 3);
    expect(row?.g_v_vector_average).toEqual([1.5, 3.5]);
    expect(row?.g_v_count).toBe(4);
    const uneven = [...events, { user: 'u', ts: t, v: [1] }];
    expect(() => naiveJoin(join, { left: ASK, events: uneven })).toThrow('VECTOR_LENGTH');
  });

  it('S4.4, S5: nulls, NaN, infinities, minus zero', () => {
    expect(one({ operation: 'COUNT' }, null, Number.NaN, Number.POSITIVE_INFINITY, -0, 3)).toBe(2);
    expect(one({ operation: 'MIN' }, -0, 3)).toBe(0);
    expect(one({ operation: 'LAST' }, 1, null)).toBe(1);
    expect(one({ operation: 'SUM' }, null)).toBe(null);
    expect(one({ operation: 'UNIQUE_COUNT' }, null)).toBe(0);
  });

  it('lists, maps, ranks', () => {
    expect(one({ operation: 'LAST_K', k: 2 }, 1, 2, 3)).toEqual([3, 2]);
    expect(one({ operation: 'FIRST_K', k: 2 }, 1, 2, 3)).toEqual([1, 2]);
    expect(one({ operation: 'TOP_K', k: 2 }, 5, 1, 5)).toEqual([5, 5]);
    expect(one({ operation: 'BOTTOM_K', k: 5 }, 5, 1, 5)).toEqual([1, 5, 5]);
    expect(one({ operation: 'HISTOGRAM' }, 5, 1, 5)).toEqual(
      new Map([
        [1, 1],
        [5, 2],
      ]),
    );
    expect(one({ operation: 'TOP_K_FREQUENT', k: 2 }, 9, 5, 1, 5)).toEqual([5, 1]);
    expect(one({ operation: 'TOP_K_FREQUENT', k: 2, maxDistinct: 2 }, 9, 5, 1, 5)).toBe(null);
    expect(one({ operation: 'DIVERSITY' }, 1, 1, 2, 2)).toBe(Math.log(2));
    expect(one({ operation: 'APPROX_PERCENTILE', percentiles: [50] }, 4, 3, 2, 1)).toBe(2);
    expect(one({ operation: 'APPROX_PERCENTILE', percentiles: [0, 100] }, 4, 3, 2, 1)).toEqual([
      1, 4,
    ]);
    expect(one({ operation: 'RATE_OF_CHANGE' }, -4, 7, 2)).toBe(1.5);
    expect(one({ operation: 'RATE_OF_CHANGE' }, 0, 7)).toBe(null);
  });

  it('S5.4, S5.5: order of values', () => {
    const text = { kind: 'string' } as const;
    // U+FF5E is below U+1F600 by code point, above its surrogates by UTF-16 unit.
    expect(compareValues(text, '\uff5e', '\u{1f600}')).toBeLessThan(0);
    expect(compareValues(text, '', '\0')).toBeLessThan(0);
    expect(
      compareValues({ kind: 'decimal', precision: 9, scale: 2 }, '-9.00', '-10.00'),
    ).toBeGreaterThan(0);
    expect(
      compareValues({ kind: 'list', element: { kind: 'double' } }, [1, null], [1, -5]),
    ).toBeLessThan(0);
  });
});

describe('rows', () => {
  it('S4.1-S4.3, S1.3, S8: keys, null keys, times out of range, order', () => {
    const join = joinOf([{ operation: 'COUNT', windows: [null] }]);
    const t = at('2024-03-10T00:00:00Z');
    const rows = naiveJoin(join, {
      left: [
        { user: 'u', ts: null },
        { user: 'u', ts: t, ds: '2024-03-11' },
        { user: null, ts: t },
        { user: 'v', ts: t },
        { user: 'u', ts: -1n },
      ],
      events: [
        { user: 'u', ts: t - 1n },
        { user: null, ts: t - 1n },
        { user: 'u', ts: null },
        { user: 'u', ts: -1n },
        { user: 'u', ts: BigInt(Date.UTC(2201, 0, 1)) },
      ],
    });
    expect(rows.map((r) => [r.ds, r.user, r.g_count])).toEqual([
      ['2024-03-10', null, null],
      ['2024-03-10', 'v', 0],
      ['2024-03-11', 'u', 1],
      ['__none__', 'u', null],
      ['__none__', 'u', null],
    ]);
  });

  it('S3.2, S3.3: an entity partition is the state at the end of its day', () => {
    const source: SourceSpec = {
      kind: 'entities',
      name: 'people',
      path: 'people',
      format: 'parquet',
      keys: ['user'],
      columns: [column('user', 'string'), column('x', 'double')],
    };
    const people = [
      { user: 'u', x: 8, ds: '2024-03-08' },
      { user: 'u', x: 9, ds: '2024-03-09' },
      { user: 'u', x: 10, ds: '2024-03-10' },
    ];
    const join = joinOf([], { source, groupBy: { accuracy: 'snapshot' } });
    expect(naiveJoin(join, { left: ASK, people })[0]?.g_x).toBe(9);
    expect(() => naiveJoin(join, { left: ASK, people: people.slice(2) })).toThrow('2024-03-09');
    const twice = [...people, { user: 'u', x: 1, ds: '2024-03-09' }];
    expect(() => naiveJoin(join, { left: ASK, people: twice })).toThrow('DUPLICATE_KEY');
    expect(naiveJoin(join, { left: ASK })[0]?.g_x).toBe(null);
  });

  it('S5.6: where, by; S1.5: eventId', () => {
    const source: SourceSpec = { ...EVENTS, eventId: 'one' };
    const t = at('2024-03-10T09:00:00Z');
    const event = (one: bigint | null, tag: string | null, x: number): Row => ({
      user: 'u',
      ts: t,
      one,
      tag,
      x,
    });
    const join = joinOf(
      [
        { operation: 'SUM', input: 'x', windows: ['1d'], by: 'tag' },
        {
          operation: 'COUNT',
          windows: ['1d'],
          where: {
            op: '>',
            left: { op: 'column', column: 'x' },
            right: { op: 'literal', literal: 2 },
          },
        },
      ],
      { source },
    );
    const events = [
      event(1n, 'b', 2),
      event(1n, 'b', 1),
      event(2n, 'a', 4),
      event(3n, null, 8),
      event(null, 'b', 16),
      event(null, 'b', 16),
    ];
    const [row] = naiveJoin(join, { left: ASK, events });
    expect(row?.g_x_sum_1d_by_tag).toEqual(
      new Map([
        ['a', 4],
        ['b', 33],
      ]),
    );
    expect(row?.g_count_1d).toBe(4);
  });
});

describe('comparison', () => {
  const join = joinOf([
    { operation: 'SUM', input: 'x', windows: ['1d'] },
    { operation: 'APPROX_UNIQUE_COUNT', input: 'x', windows: ['1d'] },
    { operation: 'HISTOGRAM', input: 'tag', windows: ['1d'] },
  ]);
  const row = {
    user: 'u',
    ts: 1n,
    ds: '1970-01-01',
    g_x_sum_1d: 0,
    g_x_approx_unique_count_1d: 10,
    g_tag_histogram_1d: new Map([
      ['a', 1],
      ['b', 2],
    ]),
  };
  it('is typed, and tolerant for sketches only', () => {
    expect(mismatches(join, [row], [{ ...row, g_x_approx_unique_count_1d: 12 }])).toEqual([]);
    expect(mismatches(join, [row], [{ ...row, g_x_approx_unique_count_1d: 14 }])).toHaveLength(1);
    expect(mismatches(join, [row], [{ ...row, g_x_sum_1d: -0 }])).toEqual([
      'row 0, g_x_sum_1d: expected 0, got -0',
    ]);
    expect(mismatches(join, [row], [{ ...row, ts: 1 }])).toEqual(['row 0, ts: expected 1n, got 1']);
    expect(
      mismatches(
        join,
        [row],
        [
          {
            ...row,
            g_tag_histogram_1d: new Map([
              ['b', 2],
              ['a', 1],
            ]),
          },
        ],
      ),
    ).toHaveLength(1);
    expect(mismatches(join, [row], [])).toEqual(['0 rows, expected 1']);
  });
});

describe('days as text', () => {
  it.each([
    [0, '1970-01-01'],
    [-719_528, '0000-01-01'],
    [2_932_897, '+010000-01-01'],
    // Beyond what Date reaches.
    [2_147_483_647, '+5881580-07-11'],
    [-2_147_483_648, '-5877641-06-23'],
  ])('%i', (day, text) => {
    expect(isoDay(day)).toBe(text);
    expect(parseNanos(text)).toBe(BigInt(day) * BigInt(DAY_MS) * 1_000_000n);
  });
});
