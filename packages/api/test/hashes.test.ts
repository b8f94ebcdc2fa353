import {
  average,
  canonicalJson,
  count,
  definitionHash,
  entities,
  events,
  groupBy,
  groupByColumns,
  hash128,
  join,
  outputColumns,
  part,
  sum,
  topKFrequent,
  weightedAverage,
} from '@tessera/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fraudV2, merchantProfiles, transactions, userSpend } from './fraud.js';

/** What plain JavaScript would pass: the compiler refuses it. */
const untyped = (value: unknown): never => value as never;

test('canonical JSON: sorted keys, nothing undefined, arrays in order', () => {
  expect(canonicalJson({ b: [2, 1], a: { d: null, c: undefined }, é: 'x"\n', B: -0 })).toBe(
    '{"B":0,"a":{"d":null},"b":[2,1],"é":"x\\"\\n"}',
  );
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, [undefined]]) {
    expect(() => canonicalJson(bad)).toThrow('canonical JSON of');
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('hash128 is the first half of sha256', () => {
  expect(hash128('')).toBe('e3b0c44298fc1c149afbf4c8996fb924');
});

test('hashes are the same tomorrow: stored results depend on them', () => {
  expect(definitionHash(transactions)).toMatchInlineSnapshot(`"864f705ce6daa160a03788588ae74149"`);
  expect(definitionHash(merchantProfiles)).toMatchInlineSnapshot(
    `"8dd8118c761271102f9466ce1d7a6c20"`,
  );
  expect(definitionHash(userSpend)).toMatchInlineSnapshot(`"9b492081d9c9a9b1f60612794b42f8fb"`);
  expect(definitionHash(fraudV2)).toMatchInlineSnapshot(`"6003a8e3c2a6b9e0b4fca4f8a96ab959"`);
  expect(
    outputColumns(fraudV2).map((column) => `${column.hash} ${column.name}`),
  ).toMatchInlineSnapshot(`
    [
      "8475fe521443697e70a2cd41d6a5d5c4 user_spend_count_1h",
      "853e2d00c8238e4d286b15495f4b0ce7 user_spend_count_1d",
      "f47b45b33cf947d91ab725581127ff52 user_spend_count_7d",
      "f9f74cd49b331f4b8a4d28e963410c00 user_spend_amount_sum_1d",
      "97010f28cc91d903c8b8f64df7a5d65f user_spend_amount_sum_7d",
      "8c8a50122d7ef0f3772cb975d7eb3b2c user_spend_amount_sum_30d",
      "4b1f8977f4a2102e2660a5274d3eb66b user_spend_amount_average_7d",
      "9c643a38ea5676e537d107b843eabd96 user_spend_amount_average_30d",
      "cb91e882ff9224368360d851b73c9140 user_spend_foreign_amount_7d",
      "d11799e1da4274433b5f64d65426400a user_spend_count_7d_by_channel",
      "20beac5b19e1014c4b18b9d7f1a51106 user_spend_merchant_id_approx_unique_count_1d",
      "539c66ef8264e61443b25b2f8e9fa710 user_spend_merchant_id_approx_unique_count_7d",
      "dd2681bdbaf70f94967e0781211ce5dd user_spend_device_id_last",
      "838464de6e82c61ff93b48e7b19d269b merchant_risk_is_fraud_sum_30d",
      "57ce9897ec2179154ad6aa59e9f6a8ed merchant_risk_count_30d",
      "55b9e3b29f432868f6df6e03223dd94a device_stats_count_1d",
      "5a13629bce0a24f0a81ff29b78f799cd merchants_profiles_category",
      "2faafc3c2dbada0ec5362f9f42de503d merchants_profiles_country",
      "5d5b13f43162778380d7c337f587e430 merchants_profiles_age_days",
      "411d176842194c8650da10f7893d2824 merchants_profiles_chargeback_rate",
    ]
  `);
});

const columns = { k: 'int64', k2: 'int64', v: 'double', w: 'double', t: 'epoch_ms', b: 'string' };

/** A join of one part and one aggregation, with one thing changed at a time. */
function hashes(change: {
  readonly source?: object;
  readonly groupBy?: object;
  readonly aggregation?: unknown;
  readonly part?: object;
  readonly left?: object;
  readonly name?: string;
}): { readonly column: string; readonly definition: string } {
  const shared = { name: 's', path: 's', columns, time: 't' };
  const left = events(untyped({ ...shared, name: 'l', path: 'l', ...change.left }));
  const source = events(untyped({ ...shared, ...change.source }));
  const g = groupBy(
    untyped({
      name: 'g',
      source,
      keys: ['k'],
      aggregations: [change.aggregation ?? sum('v', { windows: ['1d'] })],
      ...change.groupBy,
    }),
  );
  const whole = join(
    untyped({ name: change.name ?? 'j', left, parts: [part(untyped(g), change.part)] }),
  );
  return { column: outputColumns(whole)[0]!.hash, definition: definitionHash(whole) };
}

const base = hashes({});

describe('what a value means changes its hash', () => {
  const cases: Readonly<Record<string, Parameters<typeof hashes>[0]>> = {
    path: { source: { path: 'other' } },
    format: { source: { format: 'csv' } },
    'type of the input': { source: { columns: { ...columns, v: 'float' } } },
    'type of the time': { source: { columns: { ...columns, t: 'epoch_s' } } },
    tieBreaker: { source: { tieBreaker: 'b' } },
    eventId: { source: { eventId: 'b' } },
    'where of the source': { source: { where: 'v > 0' } },
    allowPre1970: { source: { allowPre1970: true } },
    key: { groupBy: { keys: ['k2'] } },
    'keys on the left': { part: { keys: { k2: 'k' } } },
    input: { aggregation: sum('w', { windows: ['1d'] }) },
    operation: { aggregation: average('v', { windows: ['1d'] }) },
    window: { aggregation: sum('v', { windows: ['2d'] }) },
    unbounded: { aggregation: sum('v') },
    by: { aggregation: sum('v', { windows: ['1d'], by: 'b' }) },
    where: { aggregation: sum('v', { windows: ['1d'], where: 'v > 0' }) },
    'where by SQL': {
      aggregation: sum('v', { windows: ['1d'], where: { op: 'sql', sql: 'v > 0' } }),
    },
    'tail of the groupBy': { groupBy: { tail: 'exact' } },
    accuracy: { groupBy: { accuracy: 'snapshot' } },
    lag: { part: { lag: '1d' } },
    at: { part: { at: 'inclusive' } },
  };
  for (const [name, change] of Object.entries(cases)) {
    test(name, () => {
      expect(hashes(change).column).not.toBe(base.column);
      expect(hashes(change).definition).not.toBe(base.definition);
    });
  }

  test('all of them differently', () => {
    const all = Object.values(cases).map((change) => hashes(change).column);
    expect(new Set(all).size).toBe(all.length);
  });

  test('arguments', () => {
    const column = (aggregation: unknown, groupBy = {}): string =>
      hashes({ aggregation, groupBy }).column;
    const different = [
      column(topKFrequent('b', { k: 1 })),
      column(topKFrequent('b', { k: 2 })),
      column(topKFrequent('b', { k: 1, maxDistinct: 7 })),
      column(weightedAverage('v', { weight: 'w' })),
      column(weightedAverage('v', { weight: 'k' })),
      column(count()),
      column(count(), { empty: 'null' }),
      column(count('v')),
    ];
    expect(new Set(different).size).toBe(different.length);
  });

  test('a missing snapshot as null', () => {
    const dump = entities({
      name: 'd',
      path: 'd',
      keys: ['k'],
      columns: { k: 'int64', v: 'double' },
    });
    const one = (options: object) =>
      outputColumns(join({ name: 'j', left: dump, parts: [part(dump, options)] }))[0]!.hash;
    expect(one({})).not.toBe(one({ missing: 'null' }));
  });
});

describe('what leaves values as they are leaves hashes as they are', () => {
  const reversed = Object.fromEntries(Object.entries(columns).reverse());
  const cases: Readonly<Record<string, Parameters<typeof hashes>[0]>> = {
    'name of the source': { source: { name: 'renamed' } },
    'order of columns': { source: { columns: reversed } },
    'a column that is not read': { source: { columns: { ...columns, extra: 'string' } } },
    'type of a column that is not read': { source: { columns: { ...columns, b: 'int32' } } },
    nullability: { source: { columns: { ...columns, v: 'double!' } } },
    owner: { groupBy: { owner: 'someone' } },
    description: { groupBy: { description: 'something' } },
    online: { groupBy: { online: true } },
    'empty of a sum': { groupBy: { empty: 'null' } },
    'the default tail, written': { groupBy: { tail: 'sawtooth' } },
    'keys, written': { part: { keys: { k: 'k' } } },
  };
  for (const [name, change] of Object.entries(cases)) {
    test(name, () => expect(hashes(change)).toEqual(base));
  }

  test('the tail of an unbounded window', () => {
    const unbounded = sum('v');
    expect(hashes({ aggregation: unbounded, groupBy: { tail: 'exact' } })).toEqual(
      hashes({ aggregation: unbounded }),
    );
  });

  test('two spellings of one window and of one predicate', () => {
    expect(hashes({ aggregation: sum('v', { windows: ['24h'] }) }).column).toBe(base.column);
    const spelt = [
      'v != 1 and (b is not null and v < 2)',
      'v <> 1 AND b IS NOT NULL AND v < 2.0',
    ].map((where) => hashes({ aggregation: sum('v', { windows: ['1d'], where }) }).column);
    expect(spelt[0]).toBe(spelt[1]);
  });
});

describe('names change the definition, not the value', () => {
  const cases: Readonly<Record<string, Parameters<typeof hashes>[0]>> = {
    'name of the groupBy': { groupBy: { name: 'h' } },
    'name of the join': { name: 'k' },
    as: { aggregation: sum('v', { windows: ['1d'], as: 'x' }) },
    prefix: { part: { prefix: 'p' } },
    'path of the left': { left: { path: 'elsewhere' } },
    'order of left columns': {
      left: { columns: Object.fromEntries(Object.entries(columns).reverse()) },
    },
  };
  for (const [name, change] of Object.entries(cases)) {
    test(name, () => {
      expect(hashes(change).column).toBe(base.column);
      expect(hashes(change).definition).not.toBe(base.definition);
    });
  }

  test('a column on its own and in a join are asked differently', () => {
    const own = groupByColumns(userSpend).map((column) => column.hash);
    const joined = outputColumns(fraudV2).map((column) => column.hash);
    expect(own.some((hash) => joined.includes(hash))).toBe(false);
    expect(new Set([...own, ...joined]).size).toBe(own.length + joined.length);
  });
});
