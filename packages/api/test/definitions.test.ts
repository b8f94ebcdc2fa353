import {
  type AggregationSpec,
  ahead,
  approxPercentile,
  average,
  count,
  defineProject,
  entities,
  events,
  type GroupBySpec,
  groupBy,
  join,
  lastK,
  leftColumns,
  part,
  sql,
  sum,
  topKFrequent,
  vectorSum,
  weightedAverage,
} from '@tessera/api';
import { describe, expect, test } from 'vitest';
import {
  deviceStats,
  fraudV2,
  merchantProfiles,
  merchantRisk,
  transactions,
  userSpend,
} from './fraud.js';
import { problemsOf } from './problems.js';

/** What plain JavaScript would pass: the compiler refuses it. */
const untyped = (value: unknown): never => value as never;

const source = {
  name: 's',
  path: 's',
  columns: { k: 'int64', v: 'double', t: 'epoch_ms', l: 'list<int32>' },
  time: 't',
} as const;
const rows = events(source);
const dump = entities({
  name: 'dump',
  path: 'd',
  keys: ['k'],
  columns: { k: 'int64', v: 'double' },
});
const dated = entities({ ...source, name: 'dated', keys: ['k'] });

describe('what builders return', () => {
  test('plain data that JSON keeps', () => {
    for (const spec of [transactions, merchantProfiles, userSpend, fraudV2]) {
      expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    }
  });

  test('a source', () => {
    expect(
      events({
        ...source,
        columns: { ...source.columns, k: 'int64!' },
        path: 'a.CSV',
        where: 'v > 1',
        eventId: 'k',
        allowPre1970: true,
      }),
    ).toEqual({
      kind: 'events',
      name: 's',
      path: 'a.CSV',
      format: 'csv',
      columns: [
        { name: 'k', type: { kind: 'int64' }, nullable: false },
        { name: 'v', type: { kind: 'double' }, nullable: true },
        { name: 't', type: { kind: 'epoch_ms' }, nullable: true },
        { name: 'l', type: { kind: 'list', element: { kind: 'int32' } }, nullable: true },
      ],
      time: 't',
      where: { op: '>', left: { op: 'column', column: 'v' }, right: { op: 'literal', literal: 1 } },
      eventId: 'k',
      allowPre1970: true,
    });
    expect(
      entities({ ...source, keys: ['k'], static: true, dedupe: { orderBy: 't' } }),
    ).toMatchObject({
      kind: 'entities',
      format: 'parquet',
      keys: ['k'],
      static: true,
      dedupe: { orderBy: 't' },
    });
  });

  test('a groupBy, defaults filled in', () => {
    const aggregations = [
      count(),
      sum('v', { windows: ['7d', null], where: 'v != 0', by: 'k', as: 'x', tail: 'exact' }),
      lastK('v', { k: 3 }),
      topKFrequent('k', { k: 2 }),
      weightedAverage('v', { weight: 'k' }),
      approxPercentile('v', { percentiles: [0, 50, 99.9, 100] }),
    ] as const;
    const spec: GroupBySpec = groupBy({ name: 'g', source: rows, keys: ['k'], aggregations });
    const expected: readonly AggregationSpec[] = [
      { operation: 'COUNT', windows: [null] },
      {
        operation: 'SUM',
        input: 'v',
        windows: ['7d', null],
        where: {
          op: '<>',
          left: { op: 'column', column: 'v' },
          right: { op: 'literal', literal: 0 },
        },
        by: 'k',
        as: 'x',
        tail: 'exact',
      },
      { operation: 'LAST_K', input: 'v', windows: [null], k: 3 },
      { operation: 'TOP_K_FREQUENT', input: 'k', windows: [null], k: 2, maxDistinct: 100_000 },
      { operation: 'WEIGHTED_AVERAGE', input: 'v', windows: [null], weight: 'k' },
      {
        operation: 'APPROX_PERCENTILE',
        input: 'v',
        windows: [null],
        percentiles: [0, 50, 99.9, 100],
      },
    ];
    expect(spec).toEqual({
      kind: 'groupBy',
      name: 'g',
      source: rows,
      keys: ['k'],
      aggregations: expected,
      accuracy: 'temporal',
      tail: 'sawtooth',
      empty: 'zero',
      online: false,
    });
  });

  test('S3.1: entities are snapshot; S3.2: they may be aggregated, in windows if they have a time', () => {
    expect(
      groupBy({ name: 'g', source: dump, keys: ['k'], aggregations: [count()] }).accuracy,
    ).toBe('snapshot');
    expect(
      groupBy({ name: 'g', source: dated, keys: ['k'], aggregations: [count({ windows: ['1d'] })] })
        .aggregations,
    ).toEqual([{ operation: 'COUNT', windows: ['1d'] }]);
  });

  test('S3.3: a part of entities is a groupBy without aggregations, named after them', () => {
    expect(fraudV2.parts[3]).toEqual({
      groupBy: {
        kind: 'groupBy',
        name: 'merchants.profiles',
        source: merchantProfiles,
        keys: ['merchant_id'],
        aggregations: [],
        accuracy: 'snapshot',
        tail: 'sawtooth',
        empty: 'zero',
        online: false,
      },
      keys: [{ left: 'merchant_id', right: 'merchant_id' }],
      lagMs: 0,
      at: 'strict',
      missing: 'error',
    });
  });

  test('S2.6: parts with options; keys follow the groupBy, whatever the mapping names', () => {
    const two = groupBy({ name: 'two', source: rows, keys: ['k', 't'], aggregations: [count()] });
    const left = events({
      name: 'l',
      path: 'l',
      columns: { t: 'epoch_ms', kk: 'int64' },
      time: 't',
    });
    const spec = join({
      name: 'j',
      left,
      parts: [part(two, { keys: { kk: 'k' }, prefix: 'p', lag: '36h', at: 'inclusive' })],
    });
    expect(spec.parts).toEqual([
      {
        groupBy: two,
        keys: [
          { left: 'kk', right: 'k' },
          { left: 't', right: 't' },
        ],
        prefix: 'p',
        lagMs: 36 * 3_600_000,
        at: 'inclusive',
        missing: 'error',
      },
    ]);
  });

  test('S3.4: a left may be entities, without any time', () => {
    const spec = join({ name: 'j', left: dump, parts: [part(dated, { missing: 'null' })] });
    expect(spec.left.time).toBeUndefined();
    expect(spec.parts[0]!.missing).toBe('null');
  });

  test('a project', () => {
    expect(defineProject()).toEqual({ features: 'features' });
    expect(
      defineProject({ name: 'p', lake: 'l', out: 'o', features: 'f', generate: 'g.ts' }),
    ).toEqual({
      name: 'p',
      lake: 'l',
      out: 'o',
      features: 'f',
      generate: 'g.ts',
    });
    expect(problemsOf(() => defineProject(untyped({ lakee: 'l', out: 3 })))).toEqual([
      'BAD_OPTION  tessera.config.ts: `out` must be text.',
      'BAD_OPTION  tessera.config.ts: `lakee` is no option here.',
    ]);
  });
});

describe('sources that are refused', () => {
  const refused = (change: object): readonly string[] =>
    problemsOf(() => events(untyped({ ...source, ...change })));
  const dumped = (change: object): readonly string[] =>
    problemsOf(() => entities(untyped({ ...source, keys: ['k'], ...change })));

  test('names', () => {
    for (const name of ['', '--', ' a', 'a\n', 'x'.repeat(201), '../a', 'a/..', '/a', 'a\\b']) {
      expect(refused({ name }), name).toHaveLength(1);
    }
    for (const name of ['a.b', 'team/thing:v1', 'größe', 'a-b c']) {
      expect(events({ ...source, name }).name).toBe(name);
    }
  });

  test('options', () => {
    expect(problemsOf(() => events(untyped(null)))).toEqual([
      'BAD_OPTION  events: `options` must be an object.',
    ]);
    expect(refused({ path: undefined })).toEqual(['BAD_OPTION  s: `path` is missing.']);
    expect(refused({ format: 'json' })).toEqual([
      "BAD_OPTION  s: `format` must be 'parquet' or 'csv'.",
    ]);
    expect(refused({ columns: {}, time: 't' })).toContain(
      'BAD_OPTION  s: `columns` needs a column.',
    );
    expect(refused({ columns: { ...source.columns, x: 7 } })).toEqual([
      "BAD_OPTION  s: `columns.x` must be a type such as 'int64'.",
    ]);
    expect(refused({ columns: { ...source.columns, x: 'varchar' } })).toEqual([
      "BAD_TYPE  s › columns.x: type 'varchar' is not a type.",
    ]);
    expect(refused({ columns: { ...source.columns, V: 'int32' } })[0]).toMatch(
      /^DUPLICATE_COLUMN_NAME/,
    );
    expect(refused({ columns: { ...source.columns, '-': 'int32' } })[0]).toMatch(
      /`columns` needs a letter or digit/,
    );
    expect(refused({ time: undefined })).toEqual(['BAD_OPTION  s: `time` is missing.']);
    expect(refused({ time: 'when' })).toEqual([
      'UNKNOWN_COLUMN  s › time: s has no column `when`.',
    ]);
    expect(refused({ time: 'k' })).toEqual([
      'BAD_OPTION  s: `time` cannot be `k`, which is int64.',
    ]);
    expect(refused({ tieBreaker: 'x' })).toEqual([
      'UNKNOWN_COLUMN  s › tieBreaker: s has no column `x`.',
    ]);
    expect(refused({ eventId: 'l' })).toEqual([
      'BAD_OPTION  s › eventId: `eventId` cannot be `l`, which is list<int32>.',
    ]);
    expect(refused({ where: 'v >' })[0]).toMatch(
      /^BAD_PREDICATE {2}s: where: expected a column or a value/,
    );
    expect(refused({ allowPre1970: 'yes' })).toEqual([
      'BAD_OPTION  s: `allowPre1970` must be true or false.',
    ]);
    expect(dumped({ keys: [] })).toEqual(['BAD_OPTION  s: `keys` needs at least one column.']);
    expect(dumped({ keys: ['k', 'k'] })).toEqual(['BAD_OPTION  s: `keys` names `k` twice.']);
    expect(dumped({ keys: ['kk', 'l'] })).toEqual([
      'UNKNOWN_COLUMN  s › keys: s has no column `kk`.',
      'BAD_OPTION  s › keys: `keys` cannot be `l`, which is list<int32>.',
    ]);
    expect(dumped({ keys: 'k' })).toEqual([
      'BAD_OPTION  s: `keys` must be an array of column names.',
    ]);
    expect(dumped({ dedupe: { orderBy: 'x' } })[0]).toMatch(/^UNKNOWN_COLUMN/);
    expect(dumped({ dedupe: { order: 't' } })).toEqual([
      'BAD_OPTION  s: `dedupe.orderBy` is missing.',
      'BAD_OPTION  s: `dedupe.order` is no option here.',
    ]);
    expect(dumped({ static: 1 })).toEqual(['BAD_OPTION  s: `static` must be true or false.']);
  });
});

describe('groupBys that are refused', () => {
  const base = { name: 'g', source: rows, keys: ['k'], aggregations: [count()] };
  const refused = (change: object): readonly string[] =>
    problemsOf(() => groupBy(untyped({ ...base, ...change })));
  const over = (aggregation: unknown, change: object = {}): readonly string[] =>
    refused({ aggregations: [aggregation], ...change });

  test('options', () => {
    expect(refused({ name: '' })).toEqual(['BAD_OPTION  groupBy: `name` must not be empty.']);
    expect(refused({ source: fraudV2 })).toEqual([
      'BAD_OPTION  g: `source` must be what events(…) or entities(…) returned.',
    ]);
    expect(refused({ keys: ['q'] })).toEqual(['UNKNOWN_COLUMN  g › keys: s has no column `q`.']);
    expect(refused({ keys: [] })).toEqual(['BAD_OPTION  g: `keys` needs at least one column.']);
    expect(refused({ accuracy: 'exact' })).toEqual([
      "BAD_OPTION  g: `accuracy` must be 'temporal' or 'snapshot'.",
    ]);
    expect(refused({ tail: 'x' })).toEqual([
      "BAD_OPTION  g: `tail` must be 'sawtooth' or 'exact'.",
    ]);
    expect(refused({ empty: 0 })).toEqual(["BAD_OPTION  g: `empty` must be 'zero' or 'null'."]);
    expect(refused({ owner: 3 })).toEqual(['BAD_OPTION  g: `owner` must be text.']);
    expect(refused({ aggregations: [] })).toEqual([
      'BAD_OPTION  g: `aggregations` needs at least one: events cannot be passed through.',
    ]);
    expect(refused({ aggregations: [null] })[0]).toMatch(/must hold what count/);
    expect(refused({ aggregations: count() })).toEqual([
      'BAD_OPTION  g: `aggregations` must be an array of aggregations.',
    ]);
  });

  test('S3.1: temporal entities', () => {
    expect(refused({ source: dump, accuracy: 'temporal' })[0]).toMatch(
      /`accuracy` over entities is 'snapshot'/,
    );
  });

  test('S2.5, S3.2: windows', () => {
    for (const window of ['4m', '0d', '1w', '1.5d', '-1d', '']) {
      expect(over(count(untyped({ windows: [window] }))), window).toHaveLength(1);
    }
    expect(over(count({ windows: ['5m'] }), { name: '-' })).toHaveLength(1);
    expect(
      groupBy({ ...base, keys: ['k'], tail: 'exact', aggregations: [count({ windows: ['1m'] })] })
        .tail,
    ).toBe('exact');
    expect(
      groupBy({ ...base, keys: ['k'], aggregations: [count({ windows: ['1m'], tail: 'exact' })] })
        .tail,
    ).toBe('sawtooth');
    expect(over(count({ windows: [] }))).toEqual([
      'BAD_OPTION  g › count(): `windows` must not be empty; leave it out for an unbounded window.',
    ]);
    expect(over(count(untyped({ windows: '7d' })))[0]).toMatch(/`windows` must be an array/);
    expect(over(count({ windows: ['1d', null] }), { source: dump })).toEqual([
      'BAD_OPTION  g › count(): `windows` need a time column, and dump declares none.',
    ]);
  });

  test('S2.3: online with an exact tail or SQL', () => {
    expect(refused({ online: true, tail: 'exact' })).toEqual([
      "BAD_OPTION  g: `online` cannot be: `tail: 'exact'` is offline only.",
    ]);
    expect(over(count({ tail: 'exact' }), { online: true })).toEqual([
      "BAD_OPTION  g › count(): `online` cannot be: `tail: 'exact'` is offline only.",
    ]);
    expect(over(count({ where: sql('v % 2 = 0') }), { online: true })).toHaveLength(1);
    expect(
      refused({ online: true, source: events({ ...source, where: sql('v % 2 = 0') }) }),
    ).toHaveLength(1);
  });

  test('S5: arguments', () => {
    expect(over(sum(untyped(undefined)))).toEqual([
      'BAD_OPTION  g › sum(): `column` is missing: name what is aggregated.',
    ]);
    for (const column of [7, null, true, ['v']]) {
      expect(over(count(untyped(column))), String(column)).toEqual([
        'BAD_OPTION  g › count(): `column` must be the name of a column, or an expression.',
      ]);
    }
    expect(over(count(untyped('')))).toEqual([
      "BAD_OPTION  g › count(''): `column` must be the name of a column, or an expression.",
    ]);
    expect(count(untyped(undefined), untyped({ windows: ['7d'] }))).toEqual({
      operation: 'COUNT',
      windows: ['7d'],
    });
    expect(over(average('l', untyped({ widnows: ['7d'] })))[0]).toMatch(
      /`widnows` is no option here/,
    );
    expect(over(sum('v', untyped({ k: 3 })))[0]).toMatch(/`k` is no option here/);
    expect(over(vectorSum('v'))[0]).toMatch(/^OPERATION_TYPE/);
    for (const k of [0, -1, 1.5, '3', 2 ** 31, undefined]) {
      expect(over(lastK('v', untyped({ k }))), String(k)).toHaveLength(1);
    }
    expect(over(topKFrequent('v', { k: 1, maxDistinct: 0 }))).toHaveLength(1);
    expect(over(weightedAverage('v', untyped({})))).toEqual([
      "BAD_OPTION  g › weightedAverage('v'): `weight` is missing.",
    ]);
    expect(over(weightedAverage('v', { weight: 'w' }))[0]).toMatch(/^UNKNOWN_COLUMN/);
    expect(over(weightedAverage('v', { weight: 'l' }))[0]).toMatch(
      /`weight` must be a column of numbers, and `l` is list<int32>/,
    );
    expect(over(sum('v', { by: 'l' }))[0]).toMatch(/`by` cannot be `l`, which is list<int32>/);
    expect(over(sum('v', { by: 'x' }))[0]).toMatch(/^UNKNOWN_COLUMN/);
    expect(over(sum('v', { as: '€' }))[0]).toMatch(/`as` needs a letter or digit/);
    expect(over(sum('v', { where: "v = 'x'" }))[0]).toMatch(/^BAD_PREDICATE/);
  });

  test('percentiles are 0 to 100', () => {
    const percentiles = (...values: readonly unknown[]): readonly string[] =>
      over(approxPercentile('v', { percentiles: untyped(values) }));
    expect(percentiles(0.5)).toEqual([
      "BAD_OPTION  g › approxPercentile('v'): `percentiles` are 0 to 100, and 0.5 looks like a fraction.",
    ]);
    expect(() =>
      groupBy(
        untyped({ ...base, aggregations: [approxPercentile('v', { percentiles: [0.999] })] }),
      ),
    ).toThrow('Did you mean `99.9`?');
    for (const bad of [[], [101], [-1], [Number.NaN], ['50'], [50, 50]])
      expect(percentiles(...bad)).toHaveLength(1);
  });

  test('S6: two columns with one name, with both origins', () => {
    expect(refused({ aggregations: [sum('v'), sum('v', { where: 'v > 1' })] })).toEqual([
      "DUPLICATE_COLUMN_NAME  g: two columns are named `g_v_sum`.\n1: g › sum('v')\n2: g › sum('v') where v > 1",
    ]);
    expect(over(count({ windows: ['7d', '7d'] }))).toHaveLength(1);
    const columns = { ...source.columns, g_count: 'int64' } as const;
    expect(refused({ source: events({ ...source, columns }), keys: ['g_count'] })).toEqual([
      'DUPLICATE_COLUMN_NAME  g: two columns are named `g_count`.\n1: key `g_count`\n2: g › count()',
    ]);
  });
});

describe('joins that are refused', () => {
  const base = { name: 'j', left: transactions, parts: [part(userSpend)] };
  const refused = (change: object): readonly string[] =>
    problemsOf(() => join(untyped({ ...base, ...change })));
  const withPart = (one: unknown): readonly string[] => refused({ parts: [one] });

  test('options', () => {
    expect(refused({ parts: [] })).toEqual(['BAD_OPTION  j: `parts` needs at least one part.']);
    expect(refused({ parts: [userSpend] })).toEqual([
      'BAD_OPTION  j: `parts` must hold part(groupBy) or part(entities).',
    ]);
    expect(refused({ left: userSpend })).toHaveLength(1);
    expect(refused({ lefft: 1 })).toEqual(['BAD_OPTION  j: `lefft` is no option here.']);
    const still = entities({ ...source, keys: ['k'], static: true });
    expect(refused({ left: still, parts: [part(dump)] })[0]).toMatch(/cannot be static entities/);
  });

  test('parts', () => {
    expect(withPart(part(untyped(transactions)))).toEqual([
      'BAD_OPTION  j › part(payments.transactions): `part` cannot be events (payments.transactions).',
    ]);
    expect(withPart(part(userSpend, untyped({ delay: '7d' })))).toHaveLength(1);
    expect(withPart(part(userSpend, untyped({ lag: '7' })))).toEqual([
      "BAD_WINDOW  j › part(user_spend) › lag: window '7' is not a length of time.",
    ]);
    expect(withPart(part(userSpend, { prefix: '-' }))).toHaveLength(1);
    expect(withPart(part(userSpend, { missing: 'null' }))[0]).toMatch(
      /`missing` is about the days of entities/,
    );
  });

  test('S2.6: inclusive on snapshot and entity parts', () => {
    const daily = groupBy({
      name: 'd',
      source: transactions,
      keys: ['user_id'],
      aggregations: [count()],
      accuracy: 'snapshot',
    });
    expect(withPart(part(daily, { at: 'inclusive' }))[0]).toMatch(/`at` cannot be 'inclusive'/);
    expect(withPart(part(merchantProfiles, { at: 'inclusive' }))[0]).toMatch(
      /`at` cannot be 'inclusive'/,
    );
  });

  test('S4.1: keys', () => {
    expect(withPart(part(userSpend, { keys: { usr_id: 'user_id' } }))).toEqual([
      'UNKNOWN_COLUMN  j › part(user_spend): payments.transactions has no column `usr_id`.',
    ]);
    expect(withPart(part(userSpend, { keys: untyped({ user_id: 'usr_id' }) }))).toEqual([
      'UNKNOWN_KEY  j › part(user_spend): user_spend has no key `usr_id`.',
    ]);
    expect(
      withPart(part(userSpend, { keys: { user_id: 'user_id', device_id: 'user_id' } })),
    ).toEqual([
      'BAD_OPTION  j › part(user_spend): `keys` maps both `user_id` and `device_id` to `user_id`.',
    ]);
    expect(() => join(untyped({ ...base, parts: [part(dump)] }))).toThrow(
      "Map a left column to the key: part(…, { keys: { <left column>: 'k' } }).",
    );
    expect(withPart(part(dump, { keys: { user_id: 'k' } }))).toEqual([
      'KEY_TYPE_MISMATCH  j › part(dump): left column `user_id` is string, but key `k` of dump is int64.',
    ]);
  });

  test('S6: names that meet', () => {
    expect(refused({ parts: [part(merchantRisk), part(merchantRisk, { lag: '1d' })] })).toEqual([
      "DUPLICATE_COLUMN_NAME  j: two columns are named `merchant_risk_is_fraud_sum_30d`.\n1: merchant_risk › sum('is_fraud') over 30d\n2: merchant_risk › sum('is_fraud') over 30d",
      'DUPLICATE_COLUMN_NAME  j: two columns are named `merchant_risk_count_30d`.\n1: merchant_risk › count() over 30d\n2: merchant_risk › count() over 30d',
    ]);
    expect(
      join({
        ...base,
        parts: [part(merchantRisk), part(merchantRisk, { lag: '1d', prefix: 'day_ago' })],
      }).parts,
    ).toHaveLength(2);
    const left = events({
      name: 'l',
      path: 'l',
      columns: { device_id: 'string', at: 'date', Device_Stats_Count_1d: 'int64' },
      time: 'at',
    });
    expect(refused({ left, parts: [part(deviceStats)] })).toEqual([
      'DUPLICATE_COLUMN_NAME  j: two columns are named `device_stats_count_1d`.\n1: left column `Device_Stats_Count_1d` of l\n2: device_stats › count() over 1d',
    ]);
    const labelled = events({
      name: 'l',
      path: 'l',
      columns: { device_id: 'string', at: 'date', ds: 'string' },
      time: 'at',
    });
    expect(
      leftColumns(join({ name: 'j', left: labelled, parts: [part(deviceStats)] })).map(
        (column) => column.name,
      ),
    ).toEqual(['device_id', 'at']);
    for (const name of ['DS', '__t']) {
      const columns = { device_id: 'string', at: 'date', [name]: 'string' };
      expect(() => events({ name: 'l', path: 'l', columns, time: 'at' })).toThrow(
        `cannot hold \`${name}\``,
      );
    }
  });
});

describe('options that spreading would lose are refused', () => {
  const source = events({
    name: 'e',
    path: 'e',
    columns: { id: 'string', n: 'int64', at: 'timestamp' },
    time: 'at',
  });
  const made = groupBy({ name: 'made', source, keys: ['id'], aggregations: [count()] });
  const over = (...aggregations: readonly unknown[]): readonly string[] =>
    problemsOf(() => groupBy(untyped({ name: 'g', source, keys: ['id'], aggregations })));

  test.each([null, 5, true, '7d', ['7d']])('%j is no object of options', (none) => {
    expect(over(sum('n', untyped(none)), count('n', untyped(none)))).toEqual([
      "BAD_OPTION  g › sum('n'): `options` must be an object.",
      "BAD_OPTION  g › count('n'): `options` must be an object.",
    ]);
    expect(over(lastK('n', untyped(none)))).toEqual([
      "BAD_OPTION  g › lastK('n'): `options` must be an object.",
      "BAD_OPTION  g › lastK('n'): `k` is missing.",
    ]);
    expect(
      problemsOf(() => join({ name: 'j', left: source, parts: [part(made, untyped(none))] })),
    ).toEqual(['BAD_OPTION  j › part(made): `options` must be an object.']);
  });

  test('those that the builder writes', () => {
    const other = { operation: 'max', input: 'id' };
    expect(
      over(
        sum('n', untyped(other)),
        lastK('n', untyped({ k: 2, ...other })),
        count(untyped(other)),
      ),
    ).toEqual([
      "BAD_OPTION  g › sum('n'): `operation` is no option here.",
      "BAD_OPTION  g › sum('n'): `input` is no option here.",
      "BAD_OPTION  g › lastK('n'): `operation` is no option here.",
      "BAD_OPTION  g › lastK('n'): `input` is no option here.",
      'BAD_OPTION  g › count(): `operation` is no option here.',
      'BAD_OPTION  g › count(): `input` is no option here.',
    ]);
    expect(over(sum('n', untyped({ options: { as: 'x' } })))).toEqual([
      "BAD_OPTION  g › sum('n'): `options` is no option here.",
    ]);
    const label = { operation: 'max', windows: ['7d'], keys: ['id'], input: 'id' } as const;
    for (const [drawn, at] of [
      [ahead('n', untyped(label)), "ahead('n') › max('n')"],
      [ahead(untyped(label)), 'ahead() › max()'],
    ] as const)
      expect(
        problemsOf(() =>
          join({ name: 'j', left: source, parts: [part(made)], labels: [untyped(drawn)] }),
        )[0],
      ).toBe(`BAD_OPTION  j › ${at}: \`input\` is no option here.`);
  });

  test('a column that is left out is what is told, not its options', () => {
    const windows = ['7d'] as const;
    expect(
      over(sum(untyped({ windows })), lastK(untyped({ k: 3, where: 'id' }), untyped(undefined))),
    ).toEqual([
      'BAD_OPTION  g › sum(): `column` is missing: name what is aggregated.',
      'BAD_OPTION  g › lastK(): `column` is missing: name what is aggregated.',
      expect.stringMatching(/^BAD_PREDICATE/),
    ]);
    expect(count({ windows })).toEqual({ operation: 'COUNT', windows });
  });
});
