import {
  average,
  count,
  entities,
  groupBy,
  join,
  last,
  max,
  part,
  sum,
  weightedAverage,
} from '@tessera/api';
import { features, groupByFeatures, table } from '@tessera/testing';
import { describe, expect, test } from 'vitest';
import { asks, at, codesOf, errorOf, featureValues, log, valuesOf } from './support.js';

const users = entities({
  name: 'crm.users',
  path: 'users',
  columns: { k: 'string', level: 'string', points: 'int64' },
  keys: ['k'],
});

describe('S3.1 temporal and snapshot', () => {
  test('S3.1 events are temporal by default', async () => {
    const question = {
      log: table`
      k | t                    | x
      a | 2025-01-01T10:00:00Z | 1`,
      asks: at('2025-01-01T10:00:01Z'),
    };
    expect(await valuesOf(sum('x'), question)).toEqual([1]);
  });

  test('S3.1 a snapshot is evaluated at midnight UTC of day(q), and at midnight itself at once', async () => {
    const question = {
      log: table`
      k | t                        | x
      a | 2025-01-01T23:59:59.999Z | 1
      a | 2025-01-02T00:00:00.000Z | 2`,
      asks: at(
        '2025-01-01T23:59:59.999Z',
        '2025-01-02T00:00:00Z',
        '2025-01-02T12:00:00Z',
        '2025-01-03T00:00:00Z',
      ),
      group: { accuracy: 'snapshot' as const },
    };
    expect(await valuesOf(sum('x'), question)).toEqual([null, 1, 1, 3]);
  });

  test("S3.1 a snapshot's windows end at that midnight", async () => {
    const question = {
      log: table`
      k | t                        | x
      a | 2025-01-01T22:59:59.999Z | 1
      a | 2025-01-01T23:00:00.000Z | 2
      a | 2025-01-02T11:30:00.000Z | 4`,
      asks: at('2025-01-02T12:00:00Z'),
      group: { accuracy: 'snapshot' as const },
    };
    expect(await valuesOf(sum('x', { windows: ['1h'] }), question)).toEqual([2]);
  });

  test('S3.1 entities are snapshots and nothing else', async () => {
    const made = () =>
      groupBy({ name: 'g', source: users, keys: ['k'], aggregations: [], accuracy: 'temporal' });
    expect(await codesOf(made)).toEqual(['BAD_OPTION']);
    expect(groupBy({ name: 'g', source: users, keys: ['k'], aggregations: [] }).accuracy).toBe(
      'snapshot',
    );
  });
});

describe('S3.2 entities', () => {
  test('S3.2 a query on a day reads the partition of the day before, from its first to its last millisecond', async () => {
    const rows = await features(join({ name: 'j', left: asks, parts: [part(users)] }))
      .given({
        users: table`
      ds         | k | level
      2024-12-31 | a | old
      2025-01-01 | a | new
      2025-01-02 | a | newer`,
        asks: at(
          '2025-01-01T00:00:00.000Z',
          '2025-01-01T23:59:59.999Z',
          '2025-01-02T00:00:00.000Z',
        ),
      })
      .rows();
    expect(rows.map((row) => row.crm_users_level)).toEqual(['old', 'old', 'new']);
  });

  test('S3.2 a key that is not in the partition is null, though another partition has it', async () => {
    const rows = await features(join({ name: 'j', left: asks, parts: [part(users)] }))
      .given({
        users: table`
      ds         | k | level
      2024-12-30 | a | older
      2024-12-31 | b | other
      2025-01-01 | a | newer`,
        asks: at('2025-01-01T12:00:00Z'),
      })
      .rows();
    expect(rows[0]).toMatchObject({ crm_users_level: null, crm_users_points: null });
  });

  test('S3.2 in table literals a source that is not given is empty on every day', async () => {
    const g = groupBy({
      name: 'g',
      source: users,
      keys: ['k'],
      aggregations: [count(), sum('points')],
    });
    const rows = await features(join({ name: 'j', left: asks, parts: [part(users), part(g)] }))
      .given({ asks: at('2025-01-01T12:00:00Z') })
      .rows();
    expect(rows[0]).toMatchObject({ crm_users_level: null, g_count: 0, g_points_sum: null });
  });

  test('S3.2 aggregations over entities see that one partition, whole when they have no time', async () => {
    const cards = entities({
      name: 'cards',
      path: 'cards',
      columns: { card: 'string', k: 'string', cap: 'double' },
      keys: ['card'],
    });
    const g = groupBy({
      name: 'g',
      source: cards,
      keys: ['k'],
      aggregations: [count(), average('cap')],
    });
    const rows = await features(join({ name: 'j', left: asks, parts: [part(g)] }))
      .given({
        cards: table`
      ds         | card | k | cap
      2025-01-01 | 1    | a | 10
      2025-01-01 | 2    | a | 20
      2025-01-02 | 1    | a | 100`,
        asks: at('2025-01-02T12:00:00Z', '2025-01-03T12:00:00Z', '2025-01-04T12:00:00Z'),
      })
      .rows();
    expect(rows.map((row) => [row.g_count, row.g_cap_average])).toEqual([
      [2, 15],
      [1, 100],
      [0, null],
    ]);
  });

  test('S3.2 with a time only rows before the midnight that ends the partition count, and windows end there', async () => {
    const deals = entities({
      name: 'deals',
      path: 'deals',
      columns: { id: 'string', k: 'string', t: 'timestamp', x: 'double' },
      keys: ['id'],
      time: 't',
    });
    const g = groupBy({
      name: 'g',
      source: deals,
      keys: ['k'],
      aggregations: [sum('x', { windows: ['1d', null] })],
    });
    const rows = await features(join({ name: 'j', left: asks, parts: [part(g)] }))
      .given({
        deals: table`
      ds         | id | k | t                        | x
      2025-01-01 | 1  | a | 2024-12-31T23:59:59.999Z | 1
      2025-01-01 | 2  | a | 2025-01-01T00:00:00.000Z | 2
      2025-01-01 | 3  | a | 2025-01-01T23:59:59.999Z | 4
      2025-01-01 | 4  | a | 2025-01-02T00:00:00.000Z | 8
      2025-01-01 | 5  | a |                          | 16`,
        asks: at('2025-01-02T18:00:00Z'),
      })
      .rows();
    expect(rows[0]).toMatchObject({ g_x_sum_1d: 6, g_x_sum: 7 });
  });

  test('S3.2 windows over entities need a time column', async () => {
    const made = () =>
      groupBy({
        name: 'g',
        source: users,
        keys: ['k'],
        aggregations: [sum('points', { windows: ['7d'] })],
      });
    expect(await codesOf(made)).toEqual(['BAD_OPTION']);
  });

  test("S3.2 missing: 'null' is about entities only", async () => {
    const g = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [count()] });
    expect(
      await codesOf(() => join({ name: 'j', left: asks, parts: [part(g, { missing: 'null' })] })),
    ).toEqual(['BAD_OPTION']);
  });
});

describe('S3.3 entities passed through', () => {
  const asked = join({ name: 'j', left: asks, parts: [part(users)] });

  test('S3.3 every column but the keys is passed through as it is', async () => {
    const rows = await features(asked)
      .given({
        users: table`
      ds         | k | level | points
      2024-12-31 | a |       | -5`,
        asks: at('2025-01-01T12:00:00Z'),
      })
      .rows();
    expect(rows[0]).toEqual({
      k: 'a',
      t: '2025-01-01T12:00:00Z',
      crm_users_level: null,
      crm_users_points: -5n,
    });
  });

  test('S3.3 two rows with one key in one partition are an error that shows the key', async () => {
    const error = await errorOf(() =>
      features(asked)
        .given({
          users: table`
      ds         | k      | level
      2024-12-31 | a      | one
      2024-12-31 | double | one
      2024-12-31 | double | one`,
          asks: at('2025-01-01T12:00:00Z'),
        })
        .rows(),
    );
    expect(error.code).toBe('DUPLICATE_ENTITY_KEY');
    expect(error.message).toContain('double');
    expect(error.message).toContain('2024-12-31');
  });

  test('S3.3 one key in two partitions is no duplicate, nor are rows without a key', async () => {
    const rows = await features(asked)
      .given({
        users: table`
      ds         | k | level
      2024-12-30 | a | old
      2024-12-31 | a | new
      2024-12-31 |   | x
      2024-12-31 |   | y`,
        asks: at('2025-01-01T12:00:00Z'),
      })
      .rows();
    expect(rows[0]?.crm_users_level).toBe('new');
  });

  const deduped = entities({
    name: 'users',
    path: 'users',
    columns: { k: 'string', level: 'string', version: 'int64' },
    keys: ['k'],
    dedupe: { orderBy: 'version' },
  });
  const dedupedJoin = join({ name: 'j', left: asks, parts: [part(deduped)] });

  test('S3.3 with dedupe the greatest wins, as a number and not as text', async () => {
    const rows = await features(dedupedJoin)
      .given({
        users: table`
      ds         | k | level | version
      2024-12-31 | a | nine  | 9
      2024-12-31 | a | ten   | 10
      2024-12-31 | a | none  |
      2024-12-31 | b | other | 99`,
        asks: at('2025-01-01T12:00:00Z'),
      })
      .rows();
    expect(rows[0]).toMatchObject({ users_level: 'ten', users_version: 10n });
  });

  test('S3.3 equal ones are decided by the row, never by where it stands', async () => {
    const one = { ds: '2024-12-31', k: 'a', level: 'one', version: 1 };
    const two = { ...one, level: 'two' };
    const asked = features(dedupedJoin);
    const forward = await asked
      .given({ users: [one, two], asks: at('2025-01-01T12:00:00Z') })
      .rows();
    const backward = await asked
      .given({ users: [two, one], asks: at('2025-01-01T12:00:00Z') })
      .rows();
    expect(forward).toEqual(backward);
  });

  test('S3.3 of a left that is deduped the row that stays comes out, with its features', async () => {
    const g = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [count()] });
    const left = entities({
      name: 'left',
      path: 'left',
      columns: { id: 'string', k: 'string', version: 'int64' },
      keys: ['id'],
      dedupe: { orderBy: 'version' },
    });
    const rows = await features(join({ name: 'j', left, parts: [part(g)] }))
      .given({
        left: table`
          ds         | id | k | version
          2025-01-01 | 1  | b | 1
          2025-01-01 | 1  | a | 2
          2025-01-01 | 1  | c | 1`,
        log: table`
          k | t
          a | 2025-01-01T00:00:00Z`,
      })
      .rows();
    expect(rows).toEqual([{ id: '1', k: 'a', version: 2n, g_count: 1 }]);
  });

  test('S3.3 dedupe comes before aggregations too', async () => {
    const g = groupBy({ name: 'g', source: deduped, keys: ['level'], aggregations: [count()] });
    const left = join({ name: 'j', left: asks, parts: [part(g, { keys: { k: 'level' } })] });
    const rows = await features(left)
      .given({
        users: table`
      ds         | k | level | version
      2024-12-31 | u | a     | 1
      2024-12-31 | u | b     | 2
      2024-12-31 | v | a     | 1`,
        asks: at('2025-01-01T12:00:00Z'),
      })
      .rows();
    expect(featureValues(rows)).toEqual([1]);
  });
});

describe('S3.4 the end of a day', () => {
  const accounts = entities({
    name: 'accounts',
    path: 'accounts',
    columns: { id: 'string', k: 'string' },
    keys: ['id'],
  });

  test('S3.4 a left that is entities asks at the midnight that ends its ds', async () => {
    const g = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [sum('x')] });
    const asked = join({ name: 'j', left: accounts, parts: [part(g), part(users)] });
    const rows = await features(asked)
      .given({
        accounts: table`
        ds         | id | k
        2025-01-01 | 1  | a
        2025-01-02 | 1  | a`,
        log: table`
        k | t                        | x
        a | 2025-01-01T23:59:59.999Z | 1
        a | 2025-01-02T00:00:00.000Z | 2
        a | 2025-01-03T00:00:00.000Z | 4`,
        users: table`
        ds         | k | level
        2024-12-31 | a | wrong
        2025-01-01 | a | first
        2025-01-02 | a | second`,
      })
      .rows();
    expect(rows.map((row) => [row.g_x_sum, row.crm_users_level])).toEqual([
      [1, 'first'],
      [3, 'second'],
    ]);
  });

  test('S3.4 the stand-alone value of a groupBy on day D is the value at the end of D', async () => {
    const g = groupBy({
      name: 'g',
      source: log,
      keys: ['k'],
      aggregations: [sum('x', { windows: ['1d', null] })],
    });
    const rows = await groupByFeatures(g, { start: '2025-01-01', end: '2025-01-02' })
      .given({
        log: table`
      k | t                        | x
      a | 2025-01-01T23:59:59.999Z | 1
      a | 2025-01-02T00:00:00.000Z | 2
      a | 2025-01-03T00:00:00.000Z | 4`,
      })
      .rows();
    expect(rows).toEqual([
      { ds: '2025-01-01', k: 'a', g_x_sum_1d: 1, g_x_sum: 1 },
      { ds: '2025-01-02', k: 'a', g_x_sum_1d: 2, g_x_sum: 3 },
    ]);
  });

  test('S3.4 a key has a row on a day when at least one feature had something to aggregate', async () => {
    const g = groupBy({
      name: 'g',
      source: log,
      keys: ['k'],
      aggregations: [sum('x', { windows: ['1d'] }), count('n', { windows: ['12h'] })],
    });
    const rows = await groupByFeatures(g, { start: '2025-01-01', end: '2025-01-03' })
      .given({
        log: table`
      k | t                    | x | n
      a | 2025-01-01T06:00:00Z | 1 |
      b | 2025-01-02T06:00:00Z |   | 1
      c | 2025-01-02T18:00:00Z |   | 1`,
      })
      .rows();
    // b has nothing on the 2nd: its x is null and its n is older than 12 h; what is left is a on the 1st and c on the 2nd.
    expect(rows.map((row) => [row.ds, row.k])).toEqual([
      ['2025-01-01', 'a'],
      ['2025-01-02', 'c'],
    ]);
  });

  test('S3.4 where decides what there was to aggregate; a count of 0 alone makes no row', async () => {
    const g = groupBy({
      name: 'g',
      source: log,
      keys: ['k'],
      aggregations: [count({ where: 'x > 10' })],
    });
    const rows = await groupByFeatures(g, { start: '2025-01-01', end: '2025-01-01' })
      .given({
        log: table`
      k | t                    | x
      a | 2025-01-01T06:00:00Z | 1
      b | 2025-01-01T06:00:00Z | 11`,
      })
      .rows();
    expect(rows).toEqual([{ ds: '2025-01-01', k: 'b', g_count: 1 }]);
  });

  test('S3.4 an infinite weight or bucket is null (S4.4), so there was nothing to aggregate', async () => {
    const g = groupBy({
      name: 'g',
      source: log,
      keys: ['k'],
      aggregations: [weightedAverage('n', { weight: 'x' }), count({ by: 'w' })],
    });
    const rows = await groupByFeatures(g, { start: '2025-01-01', end: '2025-01-01' })
      .given({
        log: table`
      k | t                    | n | x        | w
      a | 2025-01-01T06:00:00Z | 1 | Infinity | -Infinity
      b | 2025-01-01T06:00:00Z | 2 | 1        |
      c | 2025-01-01T06:00:00Z |   |          | 3`,
      })
      .rows();
    expect(rows.map((row) => row.k)).toEqual(['b', 'c']);
  });

  test('S3.4 a list without elements is something to FIRST, LAST and vectors (S5.6), so its key has a row', async () => {
    const g = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [last('tags')] });
    const rows = await groupByFeatures(g, { start: '2025-01-01', end: '2025-01-01' })
      .given({
        log: table`
      k | t                    | tags
      a | 2025-01-01T06:00:00Z | []
      b | 2025-01-01T06:00:00Z | [null]
      c | 2025-01-01T06:00:00Z |`,
      })
      .rows();
    expect(rows).toEqual([
      { ds: '2025-01-01', k: 'a', g_tags_last: [] },
      { ds: '2025-01-01', k: 'b', g_tags_last: [null] },
    ]);
  });

  test('S3.4 for operations that see elements such a list is nothing', async () => {
    const g = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [count('tags')] });
    const rows = await groupByFeatures(g, { start: '2025-01-01', end: '2025-01-01' })
      .given({
        log: table`
      k | t                    | tags
      a | 2025-01-01T06:00:00Z | []
      b | 2025-01-01T06:00:00Z | [null]
      c | 2025-01-01T06:00:00Z | ["x"]`,
      })
      .rows();
    expect(rows).toEqual([{ ds: '2025-01-01', k: 'c', g_tags_count: 1 }]);
  });

  test('S3.4 a stand-alone entity groupBy on day D reads partition D', async () => {
    const g = groupBy({
      name: 'g',
      source: users,
      keys: ['k'],
      aggregations: [last('level'), max('points')],
    });
    const rows = await groupByFeatures(g, { start: '2025-01-01', end: '2025-01-03' })
      .given({
        users: table`
      ds         | k | level | points
      2025-01-01 | a | one   | 1
      2025-01-02 | a | two   | 2
      2025-01-02 | b |       |`,
      })
      .rows();
    expect(rows).toEqual([
      { ds: '2025-01-01', k: 'a', g_level_last: 'one', g_points_max: 1n },
      { ds: '2025-01-02', k: 'a', g_level_last: 'two', g_points_max: 2n },
    ]);
  });
});

test('S3.5 accuracy does not change because a groupBy is online', async () => {
  const common = { name: 'g', source: log, keys: ['k'], aggregations: [count()] } as const;
  expect(groupBy({ ...common, online: true }).accuracy).toBe('temporal');
  expect(groupBy({ ...common, online: false }).accuracy).toBe('temporal');
  expect(groupBy({ ...common, online: true, accuracy: 'snapshot' }).accuracy).toBe('snapshot');
});
