import { count, entities, events, groupBy, join, lastK, part, sum } from '@tessera/api';
import { features, table } from '@tessera/testing';
import { describe, expect, test } from 'vitest';
import {
  asks,
  at,
  codesOf,
  errorOf,
  featureValues,
  log,
  type Row,
  rowsOf,
  valuesOf,
} from './support.js';

/** Which of these instants an event may have to be counted at `q`: 1 or 0 for each. */
async function counted(
  window: `${number}${'m' | 'h' | 'd'}`,
  q: string,
  instants: readonly string[],
  tail: 'sawtooth' | 'exact' = 'sawtooth',
) {
  const rows = instants.map((t, idx) => ({ k: 'a', t, n: idx }));
  const [seen] = await valuesOf(lastK('n', { k: 99, windows: [window], tail }), {
    log: rows,
    asks: at(q),
  });
  const kept = new Set((seen as bigint[] | null) ?? []);
  return instants.map((_, idx) => (kept.has(BigInt(idx)) ? 1 : 0));
}

describe('S2.1 the head is strict', () => {
  test('S2.1 an event counts from one millisecond after it happened', async () => {
    const question = {
      log: table`
      k | t
      a | 2025-01-01T10:00:00.000Z`,
      asks: at('2025-01-01T09:59:59.999Z', '2025-01-01T10:00:00.000Z', '2025-01-01T10:00:00.001Z'),
    };
    expect(await valuesOf(count({ windows: ['1h'] }), question)).toEqual([0, 0, 1]);
    expect(await valuesOf(count({ windows: ['1h'], tail: 'exact' }), question)).toEqual([0, 0, 1]);
    expect(await valuesOf(count(), question)).toEqual([0, 0, 1]);
  });

  test('S2.1 a row never sees itself, nor one of its own millisecond', async () => {
    const own = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [sum('x')] });
    const rows = await features(join({ name: 'j', left: log, parts: [part(own)] }))
      .given({
        log: table`
      k | t                        | x
      a | 2025-01-01T10:00:00.000Z | 1
      a | 2025-01-01T10:00:00.000Z | 2
      a | 2025-01-01T10:00:00.001Z | 4`,
      })
      .rows();
    expect(featureValues(rows)).toEqual([null, null, 3]);
  });

  test("S2.1 at: 'inclusive' counts an event at exactly q, and none later", async () => {
    const question = {
      log: table`
      k | t                        | x
      a | 2025-01-01T10:00:00.000Z | 1
      a | 2025-01-01T10:00:00.001Z | 2`,
      asks: at('2025-01-01T10:00:00.000Z'),
      part: { at: 'inclusive' as const },
    };
    expect(await valuesOf(sum('x'), question)).toEqual([1]);
  });

  test('S2.1 inclusive is the same rule at q + 1 ms: an exact tail moves with it', async () => {
    const question = {
      log: table`
      k | t                        | x
      a | 2025-01-01T09:00:00.000Z | 1
      a | 2025-01-01T09:00:00.001Z | 2
      a | 2025-01-01T10:00:00.000Z | 4`,
      asks: at('2025-01-01T10:00:00.000Z'),
      part: { at: 'inclusive' as const },
    };
    expect(await valuesOf(sum('x', { windows: ['1h'], tail: 'exact' }), question)).toEqual([6]);
  });

  test('S2.1 inclusive is the same rule at q + 1 ms: so does a hop', async () => {
    const rows = table`
      k | t                        | x
      a | 2025-01-01T09:55:00.000Z | 1
      a | 2025-01-01T10:00:00.000Z | 2
      a | 2025-01-01T10:04:59.999Z | 4`;
    const question = { log: rows, asks: at('2025-01-01T10:04:59.999Z') };
    const fiveMinutes = sum('x', { windows: ['5m'] });
    expect(await valuesOf(fiveMinutes, question)).toEqual([3]);
    expect(await valuesOf(fiveMinutes, { ...question, part: { at: 'inclusive' } })).toEqual([6]);
  });
});

describe('S2.2 sawtooth tails', () => {
  test('S2.2 sawtooth is the default', async () => {
    const question = {
      log: table`
      k | t
      a | 2025-01-01T09:05:00.000Z`,
      asks: at('2025-01-01T10:07:30Z'),
    };
    expect(await valuesOf(count({ windows: ['1h'] }), question)).toEqual([1]);
  });

  // [window, q, floor((q - W) / hop) * hop]
  test.each([
    ['5m', '2025-01-01T10:07:30.000Z', '2025-01-01T10:00:00.000Z'],
    ['1h', '2025-01-01T10:07:30.000Z', '2025-01-01T09:05:00.000Z'],
    ['7m', '2025-01-01T10:08:59.999Z', '2025-01-01T10:00:00.000Z'],
    ['719m', '2025-01-02T10:37:30.000Z', '2025-01-01T22:35:00.000Z'],
    ['12h', '2025-01-02T10:37:30.000Z', '2025-01-01T22:00:00.000Z'],
    ['720m', '2025-01-02T10:37:30.000Z', '2025-01-01T22:00:00.000Z'],
    ['1d', '2025-01-02T10:37:30.000Z', '2025-01-01T10:00:00.000Z'],
    ['7d', '2025-01-20T10:37:30.000Z', '2025-01-13T10:00:00.000Z'],
    ['287h', '2025-01-20T10:37:30.000Z', '2025-01-08T11:00:00.000Z'],
    ['288h', '2025-01-20T10:37:30.000Z', '2025-01-08T00:00:00.000Z'],
    ['12d', '2025-01-20T10:37:30.000Z', '2025-01-08T00:00:00.000Z'],
    ['30d', '2025-03-01T23:59:59.999Z', '2025-01-30T00:00:00.000Z'],
  ] as const)('S2.2 %s at %s begins at %s, inclusive', async (window, q, start) => {
    const before = new Date(Date.parse(start) - 1).toISOString();
    expect(await counted(window, q, [before, start])).toEqual([0, 1]);
  });

  test.each([
    ['5m', '2025-01-01T10:05:00.000Z', '2025-01-01T10:00:00.000Z'],
    ['12h', '2025-01-02T10:00:00.000Z', '2025-01-01T22:00:00.000Z'],
    ['12d', '2025-01-20T00:00:00.000Z', '2025-01-08T00:00:00.000Z'],
  ] as const)(
    'S2.2 %s at %s, on the grid, begins exactly a window earlier',
    async (window, q, start) => {
      const before = new Date(Date.parse(start) - 1).toISOString();
      expect(await counted(window, q, [before, start])).toEqual([0, 1]);
    },
  );

  test('S2.2 between two hops the tail stands still', async () => {
    const question = {
      log: table`
      k | t
      a | 2025-01-01T10:00:00.000Z`,
      asks: at('2025-01-01T10:09:59.999Z', '2025-01-01T10:10:00.000Z'),
    };
    expect(await valuesOf(count({ windows: ['5m'] }), question)).toEqual([1, 0]);
  });

  test('S2.2 the grid goes on before 1970: floor, also for negatives', async () => {
    const columns = { k: 'string', t: 'timestamp', x: 'double' } as const;
    const old = events({ name: 'old', path: 'old', columns, time: 't', allowPre1970: true });
    const left = events({
      name: 'asks',
      path: 'asks',
      columns: { k: 'string', t: 'timestamp' },
      time: 't',
      allowPre1970: true,
    });
    const g = groupBy({
      name: 'g',
      source: old,
      keys: ['k'],
      aggregations: [sum('x', { windows: ['5m'] })],
    });
    const rows = await features(join({ name: 'j', left, parts: [part(g)] }))
      .given({
        old: table`
      k | t                        | x
      a | 1969-12-31T23:54:59.999Z | 1
      a | 1969-12-31T23:55:00.000Z | 2
      a | 1969-12-31T23:57:00.000Z | 4`,
        asks: at(
          '1969-12-31T23:59:59.999Z',
          '1970-01-01T00:00:00Z',
          '1970-01-01T00:02:00Z',
          '1970-01-01T00:05:00Z',
        ),
      })
      .rows();
    // q - W is -5 min 1 ms, -5 min, -3 min and 0.
    expect(featureValues(rows)).toEqual([7, 6, 6, null]);
  });
});

describe('S2.3 exact tails', () => {
  test('S2.3 an exact tail is inclusive at q - W and excludes a millisecond before', async () => {
    const start = ['2025-01-01T09:07:29.999Z', '2025-01-01T09:07:30.000Z'];
    expect(await counted('1h', '2025-01-01T10:07:30.000Z', start, 'exact')).toEqual([0, 1]);
  });

  test('S2.3 of a long window too: no day hop', async () => {
    const start = ['2024-12-02T10:07:29.999Z', '2024-12-02T10:07:30.000Z'];
    expect(await counted('30d', '2025-01-01T10:07:30.000Z', start, 'exact')).toEqual([0, 1]);
  });

  test("S2.3 an aggregation's tail wins over the groupBy's", async () => {
    const question = {
      log: table`
      k | t
      a | 2025-01-01T09:05:00.000Z`,
      asks: at('2025-01-01T10:07:30Z'),
    };
    const both = [
      count({ windows: ['1h'] }),
      count({ windows: ['1h'], tail: 'exact', as: 'exact' }),
    ];
    const [mixed] = await rowsOf(both, question);
    expect(mixed).toMatchObject({ g_count_1h: 1, g_exact_1h: 0 });
    const opposite = [
      count({ windows: ['1h'] }),
      count({ windows: ['1h'], tail: 'sawtooth', as: 'sawtooth' }),
    ];
    const [other] = await rowsOf(opposite, { ...question, group: { tail: 'exact' } });
    expect(other).toMatchObject({ g_count_1h: 0, g_sawtooth_1h: 1 });
  });

  test('S2.3 an online groupBy refuses an exact tail, its own and its aggregations’', async () => {
    const common = { name: 'g', source: log, keys: ['k'], online: true } as const;
    expect(
      await codesOf(() => groupBy({ ...common, tail: 'exact', aggregations: [count()] })),
    ).toContain('BAD_OPTION');
    const one = await errorOf(() =>
      groupBy({ ...common, aggregations: [count({ windows: ['1h'], tail: 'exact' })] }),
    );
    expect(one.message).toContain('offline only');
  });
});

describe('S2.4 unbounded windows', () => {
  test('S2.4 no window has no lower limit', async () => {
    const question = {
      log: table`
      k | t                    | x
      a | 1970-01-01T00:00:00Z | 1
      a | 2025-01-01T00:00:00Z | 2`,
      asks: at('2200-01-01T00:00:00Z'),
    };
    expect(await valuesOf(sum('x'), question)).toEqual([3]);
  });

  test('S2.4 null among windows is unbounded', async () => {
    const question = {
      log: table`
      k | t                    | x
      a | 1970-01-01T00:00:00Z | 1
      a | 2025-01-01T00:00:00Z | 2`,
      asks: at('2025-01-01T00:00:01Z'),
    };
    const [row] = await rowsOf([sum('x', { windows: ['1h', null] })], question);
    expect(row).toMatchObject({ g_x_sum_1h: 2, g_x_sum: 3 });
  });
});

describe('S2.5 window lengths', () => {
  test.each(['0d', '-1d', '1.5h', '7', '7w', '1s', '', ' 7d', '7d ', '07d', '1h30m', 'd'])(
    'S2.5 %j is refused',
    async (window) => {
      const made = () =>
        groupBy({
          name: 'g',
          source: log,
          keys: ['k'],
          aggregations: [count({ windows: [window as '7d'] })],
        });
      expect(await codesOf(made)).toEqual(['BAD_WINDOW']);
    },
  );

  test('S2.5 a sawtooth window is at least 5 minutes', async () => {
    const made = (window: '4m' | '5m', tail: 'sawtooth' | 'exact') =>
      groupBy({
        name: 'g',
        source: log,
        keys: ['k'],
        aggregations: [count({ windows: [window], tail })],
      });
    expect(await codesOf(() => made('4m', 'sawtooth'))).toEqual(['BAD_WINDOW']);
    expect(() => made('5m', 'sawtooth')).not.toThrow();
    expect(() => made('4m', 'exact')).not.toThrow();
  });

  test('S2.5 an exact window may be a minute', async () => {
    const edges = ['2025-01-01T10:00:00.000Z', '2025-01-01T10:00:00.001Z'];
    expect(await counted('1m', '2025-01-01T10:01:00.001Z', edges, 'exact')).toEqual([0, 1]);
  });

  test('S2.5 windows of one length are one window, whatever their unit', async () => {
    const question = {
      log: table`
      k | t                    | x
      a | 2025-01-01T10:00:00Z | 1`,
      asks: at('2025-01-02T10:59:59Z', '2025-01-02T11:00:00Z'),
    };
    expect(await valuesOf(sum('x', { windows: ['1d'] }), question)).toEqual([1, null]);
    expect(await valuesOf(sum('x', { windows: ['24h'] }), question)).toEqual([1, null]);
    expect(await valuesOf(sum('x', { windows: ['1440m'] }), question)).toEqual([1, null]);
  });
});

describe('S2.6 lag', () => {
  test('S2.6 a lagged part is evaluated at q - L, its head strict', async () => {
    const question = {
      log: table`
      k | t                        | x
      a | 2025-01-01T09:59:59.999Z | 1
      a | 2025-01-01T10:00:00.000Z | 2`,
      asks: at('2025-01-08T10:00:00.000Z', '2025-01-08T10:00:00.001Z'),
      part: { lag: '7d' as const },
    };
    expect(await valuesOf(sum('x'), question)).toEqual([1, 3]);
  });

  test('S2.6 the window is laid at q - L too', async () => {
    // q - L = Jan 1 10:07:30, minus 1 h is 09:07:30, floored to 09:05.
    const question = {
      log: table`
      k | t                        | x
      a | 2025-01-01T09:04:59.999Z | 1
      a | 2025-01-01T09:05:00.000Z | 2
      a | 2025-01-01T10:07:30.000Z | 4`,
      asks: at('2025-01-08T10:07:30Z'),
      part: { lag: '7d' as const },
    };
    expect(await valuesOf(sum('x', { windows: ['1h'] }), question)).toEqual([2]);
  });

  test('S2.6 inclusive with a lag counts an event at exactly q - L', async () => {
    const question = {
      log: table`
      k | t                        | x
      a | 2025-01-01T10:00:00.000Z | 1
      a | 2025-01-01T10:00:00.001Z | 2`,
      asks: at('2025-01-08T10:00:00.000Z'),
      part: { lag: '7d', at: 'inclusive' } as const,
    };
    expect(await valuesOf(sum('x'), question)).toEqual([1]);
  });

  test('S2.6 lag comes first, then the snapshot: midnight(day(q - L))', async () => {
    // q - L = Jan 9 18:00, whose midnight is Jan 9 00:00. The other order would give Jan 9 12:00.
    const question = {
      log: table`
      k | t                        | x
      a | 2025-01-08T23:59:59.999Z | 1
      a | 2025-01-09T00:00:00.000Z | 2
      a | 2025-01-09T06:00:00.000Z | 4`,
      asks: at('2025-01-10T06:00:00Z'),
      group: { accuracy: 'snapshot' as const },
      part: { lag: '12h' as const },
    };
    expect(await valuesOf(sum('x'), question)).toEqual([1]);
  });

  test('S2.6 lagged entities read day(q - L) - 1', async () => {
    const users = entities({
      name: 'users',
      path: 'users',
      columns: { k: 'string', level: 'string' },
      keys: ['k'],
    });
    const asked = join({ name: 'j', left: asks, parts: [part(users, { lag: '12h' })] });
    const rows = await features(asked)
      .given({
        users: table`
      ds         | k | level
      2025-01-07 | a | seven
      2025-01-08 | a | eight
      2025-01-09 | a | nine`,
        asks: at('2025-01-10T06:00:00Z', '2025-01-10T12:00:00Z'),
      })
      .rows();
    expect(featureValues(rows)).toEqual(['eight', 'nine']);
  });

  test('S2.6 one groupBy twice, with and without a lag, under a prefix', async () => {
    const g = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [count()] });
    const asked = join({
      name: 'j',
      left: asks,
      parts: [part(g), part(g, { lag: '1d', prefix: 'old' })],
    });
    const [row] = await features(asked)
      .given({
        log: table`
      k | t
      a | 2025-01-01T00:00:00Z
      a | 2025-01-02T00:00:00Z`,
        asks: at('2025-01-02T12:00:00Z'),
      })
      .rows();
    expect(row as Row).toMatchObject({ g_count: 2, old_g_count: 1 });
  });

  test('S2.6 parts over one source do not disturb one another, whatever their lag, accuracy and tail', async () => {
    const windows = ['1h', '1d', null] as const;
    const temporal = groupBy({
      name: 'g',
      source: log,
      keys: ['k'],
      aggregations: [sum('x', { windows })],
    });
    const daily = groupBy({
      name: 'g',
      source: log,
      keys: ['k'],
      aggregations: [sum('x', { windows })],
      accuracy: 'snapshot',
    });
    const exact = groupBy({
      name: 'g',
      source: log,
      keys: ['k'],
      aggregations: [sum('x', { windows })],
      tail: 'exact',
    });
    const parts = [
      part(temporal, { prefix: 'p0' }),
      part(temporal, { prefix: 'p1', lag: '3h' }),
      part(temporal, { prefix: 'p2', at: 'inclusive' }),
      part(daily, { prefix: 'p3' }),
      part(daily, { prefix: 'p4', lag: '1d' }),
      part(exact, { prefix: 'p5', lag: '1m' }),
    ];
    const given = {
      log: Array.from({ length: 50 }, (_, idx) => ({
        k: 'a',
        t: new Date(Date.UTC(2025, 0, 1) + idx * 3_300_000).toISOString(),
        x: 2 ** idx,
      })),
      asks: at(
        '2025-01-01T00:00:00Z',
        '2025-01-01T22:00:00Z',
        '2025-01-02T00:00:00Z',
        '2025-01-02T23:59:59.999Z',
      ),
    };
    const together = await features(join({ name: 'j', left: asks, parts }))
      .given(given)
      .rows();
    for (const one of parts) {
      const alone = await features(join({ name: 'j', left: asks, parts: [one] }))
        .given(given)
        .rows();
      for (const [idx, row] of alone.entries()) expect(together[idx]).toMatchObject(row);
    }
    expect(Object.keys(together[0] ?? {})).toHaveLength(2 + 6 * windows.length);
  });

  test('S2.6 inclusive is refused on snapshot and entity parts', async () => {
    const daily = groupBy({
      name: 'g',
      source: log,
      keys: ['k'],
      aggregations: [count()],
      accuracy: 'snapshot',
    });
    const users = entities({
      name: 'users',
      path: 'users',
      columns: { k: 'string', level: 'string' },
      keys: ['k'],
    });
    const made = (of: typeof daily | typeof users) => () =>
      join({ name: 'j', left: asks, parts: [part(of, { at: 'inclusive' })] });
    expect(await codesOf(made(daily))).toEqual(['BAD_OPTION']);
    expect(await codesOf(made(users))).toEqual(['BAD_OPTION']);
  });
});
