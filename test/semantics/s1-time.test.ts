import {
  count,
  entities,
  events,
  first,
  groupBy,
  join,
  last,
  max,
  min,
  part,
  sum,
} from '@tessera/api';
import { features, table } from '@tessera/testing';
import { describe, expect, test } from 'vitest';
import { asks, at, featureValues, log, type Row, valuesOf } from './support.js';

/** Counts of events at `time`s of a declared type, asked by key `a` at an instant. */
async function countedAt(
  type: string,
  times: readonly (string | bigint)[],
  instants: readonly string[],
  allowPre1970 = false,
) {
  const source = events({
    name: 'source',
    path: 'source',
    columns: { k: 'string', at: type as 'timestamp' },
    time: 'at',
    allowPre1970,
  });
  const asker = events({
    name: 'asks',
    path: 'asks',
    columns: { k: 'string', t: 'timestamp' },
    time: 't',
    allowPre1970,
  });
  const counted = groupBy({ name: 'g', source, keys: ['k'], aggregations: [count()] });
  const rows = await features(join({ name: 'j', left: asker, parts: [part(counted)] }))
    .given({ source: times.map((time) => ({ k: 'a', at: time })), asks: at(...instants) })
    .rows();
  return rows.map((row) => row.g_count);
}

describe('S1.1 time is epoch milliseconds UTC', () => {
  test.each([
    ['timestamp', '2025-01-01T00:00:01Z'],
    ['timestamptz', '2025-01-01T00:00:01Z'],
    ['timestamp_ns', '2025-01-01T00:00:01Z'],
    ['epoch_ms', '1735689601000'],
    ['epoch_s', '1735689601'],
    ['epoch_us', '1735689601000000'],
  ])('S1.1 a %s column is read as the same instant', async (type, time) => {
    const before = await countedAt(
      type,
      [time],
      ['2025-01-01T00:00:01.000Z', '2025-01-01T00:00:01.001Z'],
    );
    expect(before).toEqual([0, 1]);
  });

  test('S1.1 a date is its midnight UTC', async () => {
    const counts = await countedAt(
      'date',
      ['2025-01-02'],
      ['2025-01-02T00:00:00.000Z', '2025-01-02T00:00:00.001Z'],
    );
    expect(counts).toEqual([0, 1]);
  });

  test.each([
    ['timestamp', '2025-01-01T00:00:00.000999Z'],
    ['timestamp_ns', '2025-01-01T00:00:00.000999999Z'],
    ['epoch_us', '1735689600000999'],
  ])('S1.1 a finer %s is floored to its millisecond', async (type, time) => {
    const counts = await countedAt(
      type,
      [time],
      ['2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.001Z'],
    );
    expect(counts).toEqual([0, 1]);
  });

  test.each([
    ['timestamp', '1969-12-31T23:59:59.999500Z'],
    ['timestamp_ns', '1969-12-31T23:59:59.999500000Z'],
    ['epoch_us', '-500'],
  ])('S1.1 a finer %s before 1970 is floored, not cut off towards zero', async (type, time) => {
    // -0.5 ms belongs to millisecond -1: at q = -1 it is not yet known, at q = 0 it is.
    const counts = await countedAt(
      type,
      [time],
      ['1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z'],
      true,
    );
    expect(counts).toEqual([0, 1]);
  });

  test('S1.1 the query time is floored too', async () => {
    const question = {
      log: table`
      k | t
      a | 2025-01-01T00:00:00.000Z`,
      asks: at('2025-01-01T00:00:00.000999Z', '2025-01-01T00:00:00.001Z'),
    };
    expect(await valuesOf(count(), question)).toEqual([0, 1]);
  });

  test('S1.1 events of one millisecond tie, whatever their microseconds', async () => {
    const question = {
      log: table`
      k | t                           | x
      a | 2025-01-01T00:00:00.000900Z | 1
      a | 2025-01-01T00:00:00.000100Z | 2`,
      asks: at('2025-01-02T00:00:00Z'),
    };
    // In time order 2 would be the first; as a tie the values decide (S5.4).
    expect(await valuesOf(first('x'), question)).toEqual([1]);
    expect(await valuesOf(last('x'), question)).toEqual([2]);
  });

  test('S1.1 only the time column is floored: as a value it keeps its microseconds', async () => {
    const question = {
      log: table`
      k | t                           | seen
      a | 2025-01-01T00:00:00.000999Z | 2025-01-01T00:00:00.123456Z`,
      asks: at('2025-01-02T00:00:00Z'),
    };
    expect(await valuesOf(max('t'), question)).toEqual(['2025-01-01T00:00:00.000999Z']);
    expect(await valuesOf(last('seen'), question)).toEqual(['2025-01-01T00:00:00.123456Z']);
  });
});

describe('S1.2 the time column decides, not the partition', () => {
  test('S1.2 a row is counted by its time, in an earlier or a later partition', async () => {
    const question = {
      log: table`
      ds         | k | t                    | x
      2025-01-01 | a | 2025-01-05T00:00:00Z | 1
      2025-01-09 | a | 2025-01-05T01:00:00Z | 2
      2025-01-05 | a | 2025-01-05T02:00:00Z | 4`,
      asks: at('2025-01-05T00:30:00Z', '2025-01-05T01:30:00Z', '2025-01-05T02:30:00Z'),
    };
    expect(await valuesOf(sum('x', { windows: ['1d'] }), question)).toEqual([1, 3, 7]);
  });

  test.each(['string', 'date'] as const)(
    'S1.2 a declared ds (%s) is a column of the label, for features too',
    async (type) => {
      const source = events({
        name: 'source',
        path: 'source',
        columns: { k: 'string', t: 'timestamp', ds: type },
        time: 't',
      });
      const g = groupBy({
        name: 'g',
        source,
        keys: ['k'],
        aggregations: [max('ds'), count({ by: 'ds' })],
      });
      const rows = await features(join({ name: 'j', left: asks, parts: [part(g)] }))
        .given({
          source: table`
      ds         | k | t
      2025-01-07 | a | 2025-01-01T00:00:00Z
      2025-01-01 | a | 2025-01-01T00:00:00Z`,
          asks: at('2025-01-02T00:00:00Z'),
        })
        .rows();
      expect(rows[0]).toMatchObject({
        g_ds_max: '2025-01-07',
        g_count_by_ds: new Map([
          ['2025-01-01', 1],
          ['2025-01-07', 1],
        ]),
      });
    },
  );

  test('S1.2 a late row counts for a query that came before it arrived', async () => {
    const question = {
      log: table`
      ds         | k | t                    | x
      2025-02-01 | a | 2025-01-01T00:00:00Z | 1`,
      asks: at('2025-01-01T00:00:00.001Z'),
    };
    expect(await valuesOf(sum('x', { windows: ['1h'] }), question)).toEqual([1]);
  });
});

describe('S1.3 times that are none', () => {
  test('S1.3 a source row without a time contributes to nothing, not even to unbounded windows', async () => {
    const question = {
      log: table`
      k | t                    | x
      a |                      | 1
      a | 2025-01-01T00:00:00Z | 2`,
      asks: at('2025-01-02T00:00:00Z'),
    };
    expect(await valuesOf(sum('x'), question)).toEqual([2]);
    expect(await valuesOf(count(), question)).toEqual([1]);
  });

  test('S1.3 years 1970 to 2200 count, to the millisecond', async () => {
    const question = {
      log: table`
      k | t                        | x
      a | 1969-12-31T23:59:59.999Z | 1
      a | 1970-01-01T00:00:00.000Z | 2
      a | 2200-12-31T23:59:59.998Z | 4
      a | 2201-01-01T00:00:00.000Z | 8`,
      asks: at('2200-12-31T23:59:59.999Z'),
    };
    expect(await valuesOf(sum('x'), question)).toEqual([6]);
  });

  test('S1.3 a left row with a null or out-of-range time is kept, all features null, counts too', async () => {
    const question = {
      log: table`
      k | t
      a | 2025-01-01T00:00:00Z`,
      asks: table`
      k | t
      a | 2025-01-02T00:00:00Z
      a |
      a | 1960-01-01T00:00:00Z
      a | 2300-01-01T00:00:00Z`,
    };
    // S8: rows without a time belong to `__none__`, which comes last.
    expect(await valuesOf(count(), question)).toEqual([1, null, null, null]);
  });

  test('S1.3 times before 1970 are legal when the source says allowPre1970', async () => {
    const times = ['1960-05-05T00:00:00Z', '1970-01-01T00:00:00Z'];
    const instants = [
      '1960-05-05T00:00:00Z',
      '1960-05-05T00:00:00.001Z',
      '1970-01-01T00:00:00.001Z',
    ];
    expect(await countedAt('timestamp', times, instants, true)).toEqual([0, 1, 2]);
  });

  test('S1.3 without allowPre1970 the same event does not count', async () => {
    const counts = await countedAt(
      'timestamp',
      ['1960-05-05T00:00:00Z'],
      ['1970-01-01T00:00:00.001Z'],
    );
    expect(counts).toEqual([0]);
  });
});

describe('S1.4 no time zones', () => {
  test('S1.4 a day is 24 hours of UTC, also where clocks change', async () => {
    // Europe and the US put clocks forward on 30 and 9 March 2025. A local day would have 23 hours.
    const question = {
      log: table`
      k | t                    | x
      a | 2025-03-29T12:00:00Z | 1
      a | 2025-03-08T12:00:00Z | 2`,
      asks: at(
        '2025-03-09T12:00:00Z',
        '2025-03-09T12:00:00.001Z',
        '2025-03-30T12:00:00Z',
        '2025-03-30T12:00:00.001Z',
      ),
    };
    expect(await valuesOf(sum('x', { windows: ['1d'], tail: 'exact' }), question)).toEqual([
      2,
      null,
      1,
      null,
    ]);
  });

  test('S1.4 snapshots are taken at midnight UTC', async () => {
    const question = {
      log: table`
      k | t                    | x
      a | 2025-03-29T23:59:59Z | 1
      a | 2025-03-30T00:00:00Z | 2`,
      asks: at('2025-03-30T00:00:00Z', '2025-03-30T23:59:59.999Z', '2025-03-31T00:00:00Z'),
      group: { accuracy: 'snapshot' as const },
    };
    expect(await valuesOf(sum('x'), question)).toEqual([1, 1, 3]);
  });
});

describe('S1.5 eventId', () => {
  const identified = events({
    name: 'log',
    path: 'log',
    columns: { id: 'string', k: 'string', t: 'timestamp', x: 'double', rank: 'int64' },
    time: 't',
    eventId: 'id',
  });
  const g = groupBy({
    name: 'g',
    source: identified,
    keys: ['k'],
    aggregations: [count(), sum('x'), first('x')],
  });
  const asked = join({ name: 'j', left: asks, parts: [part(g)] });

  test('S1.5 rows of one partition with an equal id are one event', async () => {
    const [row] = await features(asked)
      .given({
        log: table`
      id | k | t                    | x
      e1 | a | 2025-01-01T00:00:00Z | 1
      e1 | a | 2025-01-01T00:00:00Z | 1
      e2 | a | 2025-01-01T00:00:00Z | 1`,
        asks: at('2025-01-02T00:00:00Z'),
      })
      .rows();
    expect(row).toMatchObject({ g_count: 2, g_x_sum: 2 });
  });

  test('S1.5 the least by time is kept', async () => {
    const [row] = await features(asked)
      .given({
        log: table`
      id | k | t                    | x
      e1 | a | 2025-01-01T00:00:02Z | 1
      e1 | a | 2025-01-01T00:00:01Z | 9`,
        asks: at('2025-01-02T00:00:00Z'),
      })
      .rows();
    expect(row).toMatchObject({ g_count: 1, g_x_sum: 9 });
  });

  test('S1.5 at one time the tieBreaker decides', async () => {
    const tied = { ...identified, tieBreaker: 'rank' };
    const byRank = groupBy({ name: 'g', source: tied, keys: ['k'], aggregations: [sum('x')] });
    const rows = await features(join({ name: 'j', left: asks, parts: [part(byRank)] }))
      .given({
        log: table`
      id | k | t                    | x | rank
      e1 | a | 2025-01-01T00:00:01Z | 1 | 2
      e1 | a | 2025-01-01T00:00:01Z | 9 | 1`,
        asks: at('2025-01-02T00:00:00Z'),
      })
      .rows();
    expect(featureValues(rows)).toEqual([9]);
  });

  test('S1.5 a repeated id of another key is the same event', async () => {
    const rows = await features(asked)
      .given({
        log: table`
      id | k | t                    | x
      e1 | b | 2025-01-01T00:00:01Z | 1
      e1 | a | 2025-01-01T00:00:02Z | 1`,
        asks: at('2025-01-02T00:00:00Z'),
      })
      .rows();
    expect(rows[0]?.g_count).toBe(0);
  });

  test('S1.5 duplicates across partitions are not looked for', async () => {
    const [row] = await features(asked)
      .given({
        log: table`
      ds         | id | k | t                    | x
      2025-01-01 | e1 | a | 2025-01-01T00:00:00Z | 1
      2025-01-02 | e1 | a | 2025-01-01T00:00:00Z | 1`,
        asks: at('2025-01-02T00:00:00Z'),
      })
      .rows();
    expect(row).toMatchObject({ g_count: 2, g_x_sum: 2 });
  });

  test('S1.5 rows without an id are not one event', async () => {
    const [row] = await features(asked)
      .given({
        log: table`
      id | k | t                    | x
         | a | 2025-01-01T00:00:00Z | 1
         | a | 2025-01-01T00:00:00Z | 1`,
        asks: at('2025-01-02T00:00:00Z'),
      })
      .rows();
    expect(row).toMatchObject({ g_count: 2, g_x_sum: 2 });
  });

  test('S1.5 without an eventId duplicates count as often as they occur', async () => {
    const question = {
      log: table`
      k | t                    | x
      a | 2025-01-01T00:00:00Z | 5
      a | 2025-01-01T00:00:00Z | 5`,
      asks: at('2025-01-02T00:00:00Z'),
    };
    expect(await valuesOf(sum('x'), question)).toEqual([10]);
  });

  test('S1.5 the tieBreaker only orders: equal ones stay two events', async () => {
    const ordered = events({ ...definitionOf(), tieBreaker: 'id' });
    const counted = groupBy({ name: 'g', source: ordered, keys: ['k'], aggregations: [count()] });
    const rows = await features(join({ name: 'j', left: asks, parts: [part(counted)] }))
      .given({
        log: table`
      id | k | t
      e1 | a | 2025-01-01T00:00:00Z
      e1 | a | 2025-01-01T00:00:00Z`,
        asks: at('2025-01-02T00:00:00Z'),
      })
      .rows();
    expect(featureValues(rows)).toEqual([2]);
  });

  test('S1.5 a left with an eventId is asked once per event, by the row that is kept', async () => {
    const left = events({
      name: 'asks',
      path: 'asks',
      columns: { id: 'string', k: 'string', t: 'timestamp' },
      time: 't',
      eventId: 'id',
    });
    const counted = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [count()] });
    const rows: readonly Row[] = await features(join({ name: 'j', left, parts: [part(counted)] }))
      .given({
        asks: table`
        id | k | t
        q1 | b | 2025-01-02T00:00:00Z
        q1 | a | 2025-01-02T00:00:00Z
        q2 | a | 2025-01-02T00:00:00Z`,
        log: table`
        k | t
        a | 2025-01-01T00:00:00Z`,
      })
      .rows();
    // Of q1 the least canonical encoding stays: the row of `a`.
    expect(rows.map((row) => [row.id, row.k, row.g_count])).toEqual([
      ['q1', 'a', 1],
      ['q2', 'a', 1],
    ]);
  });
});

function definitionOf() {
  return {
    name: 'log',
    path: 'log',
    columns: { id: 'string', k: 'string', t: 'timestamp' },
    time: 't',
  } as const;
}

describe('S1.6 sources without ds', () => {
  test('S1.6 their partition is the UTC day of the time: equal ids on two days are two events', async () => {
    const source = events({ ...definitionOf(), eventId: 'id' });
    const counted = groupBy({ name: 'g', source, keys: ['k'], aggregations: [count()] });
    const rows = await features(join({ name: 'j', left: asks, parts: [part(counted)] }))
      .given({
        log: table`
      id | k | t
      e1 | a | 2025-01-01T00:00:00.000Z
      e1 | a | 2025-01-01T23:59:59.999Z
      e1 | a | 2025-01-02T00:00:00.000Z`,
        asks: at('2025-01-03T00:00:00Z'),
      })
      .rows();
    expect(featureValues(rows)).toEqual([2]);
  });

  test('S1.6 static entities hold for every day', async () => {
    const countries = entities({
      name: 'countries',
      path: 'countries',
      columns: { k: 'string', size: 'int64' },
      keys: ['k'],
      static: true,
    });
    const rows = await features(join({ name: 'j', left: asks, parts: [part(countries)] }))
      .given({
        countries: table`
      k | size
      a | 7`,
        asks: at('1970-01-01T00:00:00Z', '2025-06-01T12:00:00Z', '2200-01-01T00:00:00Z'),
      })
      .rows();
    expect(featureValues(rows)).toEqual([7n, 7n, 7n]);
  });

  test('S1.6 static entities are aggregated with times before the midnight that ends the day', async () => {
    const deals = entities({
      name: 'deals',
      path: 'deals',
      columns: { id: 'string', k: 'string', t: 'timestamp', x: 'double' },
      keys: ['id'],
      time: 't',
      static: true,
    });
    const g = groupBy({ name: 'g', source: deals, keys: ['k'], aggregations: [min('x')] });
    const rows = await features(join({ name: 'j', left: asks, parts: [part(g)] }))
      .given({
        deals: table`
      id | k | t                    | x
      1  | a | 2025-01-01T12:00:00Z | 5
      2  | a | 2025-01-02T12:00:00Z | 3`,
        asks: at('2025-01-01T23:00:00Z', '2025-01-02T00:00:00Z', '2025-01-03T00:00:00Z'),
      })
      .rows();
    expect(featureValues(rows)).toEqual([null, 5, 3]);
  });
});
