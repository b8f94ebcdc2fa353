import { type Expression, events, groupBy, sql, sum } from '@tessera/api';
import { statesOf, tileSetHash } from '@tessera/tiling';
import { expect, test } from 'vitest';

/**
 * Hashes of conditions, those of before there were expressions but for the tile format: tiles that are stored under them must
 * be found. A row is the condition, the hash of a state with it, and of a tile set whose source has it.
 */

const columns = {
  k: 'int64',
  currency: 'string',
  amount: 'double',
  ratio: 'float',
  units: 'decimal(10,2)',
  n: 'int64',
  i: 'int32',
  paid: 'boolean',
  day: 'date',
  at: 'timestamp',
  tz: 'timestamptz',
  ns: 'timestamp_ns',
  ms: 'epoch_ms',
  tags: 'list<string>',
  end: 'string',
  größe: 'int32',
  'a "b"': 'double',
  NOT: 'boolean',
} as const;

const HASHES: readonly (readonly [where: string | Expression, state: string, tileSet: string])[] = [
  ["currency <> 'USD'", 'c593bb4eec3edc2a0137a40d1d5cd0a7', '534f9951bf8249908999520ddeaea1ed'],
  [
    "currency != 'it''s' AND amount > 10",
    'af5b8d37452d84d82aa9fbdc13c99f3d',
    '927db710f47b38c0e1e49c7f97d18e94',
  ],
  ['amount > 1.0', '2dd85cf7267c4d28e730577d2170d125', '40ee45d9801e77c45875875fb28ef5d6'],
  ['amount >= 1.5e3', 'ab6ee19421ab2546cf763cb7d8f32def', 'c39e724cebbd550a97866d400bd35829'],
  ['n = 1e18', 'c4d86a4d7bfb2123b201c983d604b729', '7e77befd5728c9b9c564f33be11b47b8'],
  ['n < -5', 'a0cc45d353ec9082af563b3d2af23a26', '4f48b81af17639ff1fe6cd83a1437fda'],
  ['amount > - .5', 'a9e48f8d8531cb7499a60c07270b1f0f', '7a34bd34cc1ae8a0f2724a336bcd2082'],
  ['amount < +2', 'd2008f2de71a150ba44ae91bf2819c8f', '273a9f8e0a44ded226c7e0f1075d3567'],
  ['amount = -0', '7388017715999f08958e6fb995e7cf6b', '8754e24fda9d764a3f5dad63084c7d06'],
  ['100 <= n', '79e3db2b9813361a45c7dff4db4ecf96', '8821f72b7fb0fb957e9ba76e858c1381'],
  ['amount < units', '6fcd38d71d992b7cf162196488329b3c', 'b42c717b083b959717fff6ad77acd1c2'],
  ['i = n OR ms > n', '057eacf4e9cf43f68369d2549ba1a8cd', '5d1283636ed6086f8be146bd82e6b789'],
  [
    "'a' = 'a' AND currency IS NULL",
    '22cb9db710230fd4f9386f62e4d6c1f6',
    '21b8487ad20f3c628ca760cb79618b15',
  ],
  ['paid', '6deeed1c42aa3637fe5e95feb4d21871', '40c5136f01c9447326f94cc583ba9937'],
  ['NOT paid', 'c0c4c4176ca37eda9410f02bf39170b7', '30763a14488479210f2ac532dbfc3c1b'],
  ['paid = FALSE', 'afc9e69c48f555c5257cebf1aa70ea4e', '16307fb3e7ebf3c59495084241adde12'],
  ['paid <> true', '716730833782342c400ccf4d62bc38b7', '7bdf2635f16b812461937154856dd20e'],
  [
    'n = 1 OR n = 2 AND NOT (i = 3 OR i = 4)',
    '5bcbcf99f7d4423193c7104c089252ad',
    '2edce0080346b15524a64277a8af9b20',
  ],
  [
    'paid AND (paid AND NOT NOT paid)',
    'ede6b6a197492d0af73b3253cf4495c0',
    '8a7cfb3765c6d1e59761d4b345ef56ff',
  ],
  ["currency IN ('EUR')", '96eac4f16998818d574e2310772a307f', '11c330b9e211796fb0f0861159045726'],
  [
    "currency NOT IN ('EUR', 'USD', '')",
    '74d938fa79a7ca6488947cb79fa0365c',
    '3edd5b7b14b345cf435a5510a31f30e0',
  ],
  [
    'n IN (1, 2.0, -3, 4.5)',
    'e09b9bdfcdce46f1d74b13285d8aeeab',
    '97e5b307a27034000958c9fb4dcb0cd9',
  ],
  [
    "day IN ('2025-01-01', '2025-01-02')",
    'b48861604d74763fb8fa17a69eb544d9',
    '989e93b1437368d181a242dc6cf692c9',
  ],
  ['paid IN (TRUE)', '015e3d76856ec34ba1516e0dfa801c22', '57600f704fd84d5fd494ccc24866cd8d'],
  ['3 IN (1, 3)', '4080b10ffa722d3428c600938c944af6', '0e116744ea9f80ff134586474985d92d'],
  ['tags IS NOT NULL', '8336d5432843c01dc90c2ca10ac6aa1a', 'dfdff75c683e595b55fc3db5dc26d7e6'],
  [
    'NOT (tags IS NULL OR NULL IS NULL)',
    '96b5cf0c15d2e52fc66247d94e88afcb',
    '542b97c83ffa49450c703b6d83693330',
  ],
  ["day >= '2025-01-31'", '9f0b510663bde507564c253937a676ea', '289aaf3b21799d6070e7a66375b92c06'],
  [
    "at < '2025-01-31T10:00:00.5Z' AND tz > '2025-01-31 10:00+02:00'",
    '31796c2425d6d139ddd3f3668573adc8',
    '08202407bcc4d47cd686b8e208f5179d',
  ],
  [
    "ns = '2025-01-31T10:00:00.123456789Z'",
    'ff564a10c6c676158e23a43fe8328f98',
    '2e392aefb8181ec847db64a66debda14',
  ],
  [
    'ms >= 1735689600000 AND ms < 1767225600000',
    '5407c4e18ebffd9f7d582e417492a042',
    '0c09ea58b18f384e838b93110b4c0233',
  ],
  [
    "end = 'x' OR größe = 1",
    '4c3af9bbc220512b0c0ee0591abf5c9a',
    'dae0e83e8edcac31e0db0c6862b08f5b',
  ],
  [
    '"a ""b""" > 0.1 AND "NOT"',
    '35654b50db5c28039ce1c670c6486377',
    '7cb9f0b74cf2e48fb62a439663a9ba03',
  ],
  [
    'ratio = 0.1 AND amount < 1e-300',
    '5633e6a13484000cb32ae6c8382806ac',
    '53feedb688c691c764ad8304baf93bc3',
  ],
  ['n = 9007199254740991', 'ceba1c590202136c03fbd358101d3f47', '807729921d0538aa35b7522835408438'],
  [
    'n <> 1 AND (n <> 2 OR i IN (5)) AND currency IS NOT NULL',
    '634b4714e1c8efb4d36f9267464bc51d',
    'e5ce47df670641ac28b8be32edb67f16',
  ],
  ['( currency IS NULL )', '85c95b083a30ae3544bd1dff2276689a', 'd8c47ea4ab38a605041735be07b40668'],
  [sql('n % 2 = 0'), 'a1d4eadc311c264d5dcd6f551a596487', 'd4543bf69ce294849b04da4797b962ac'],
  [
    {
      op: 'and',
      args: [
        { op: 'column', column: 'paid' },
        { op: 'not', arg: sql("currency LIKE 'U%'") },
      ],
    },
    '07a04ff7a2719c7b42fc591922c3ba79',
    '59237643fd84099e59875cd5c1504b05',
  ],
];

test.each(HASHES)('%s', (where, state, tileSet) => {
  const source = events({ name: 's', path: 's', columns, time: 'at' });
  const aggregations = [sum('amount', { windows: ['1d'], where })];
  const own = groupBy({ name: 'g', source, keys: ['k'], aggregations });
  expect(own.aggregations.flatMap((one) => statesOf(one, source).map(({ hash }) => hash))).toEqual([
    state,
  ]);
  const filtered = events({ name: 's', path: 's', columns, time: 'at', where });
  expect(tileSetHash(filtered, ['k'])).toBe(tileSet);
});
