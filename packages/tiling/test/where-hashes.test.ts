import { type Expression, events, groupBy, sql, sum } from '@tessera/api';
import { statesOf, tileSetHash } from '@tessera/tiling';
import { expect, test } from 'vitest';

/**
 * Hashes of conditions as they were before there were expressions: tiles that are stored under them must be found. A row is
 * the condition, the hash of a state with it, and of a tile set whose source has it.
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
  ["currency <> 'USD'", '48b2f1bbd6c0c084aa18a023a6e43c0d', '3bee796f94094b635912eb1d5c8dcc82'],
  [
    "currency != 'it''s' AND amount > 10",
    '7327a087a1cd2a0fff08e77c1e52066a',
    '9d12c2f84ebefa588f2f76e8d5268fd1',
  ],
  ['amount > 1.0', '72b461c159fa985b5ca79bf779c23122', 'fd43681f658e4e937cc5f06febaf7759'],
  ['amount >= 1.5e3', 'a59c7102bd75e48d31132f5e45245d25', '45c8c7dedebcc32750ca3c5c40c55da8'],
  ['n = 1e18', '5782ab8b486af8fecacb9e45a907a022', '41e952eb0386b390a193154c6fe23e03'],
  ['n < -5', '96412546cdbf7d4493eb5f68b5cbf697', '4d8bd3ce57ec9787c31fb49949d81905'],
  ['amount > - .5', 'c4e0039c10b7496d03099cd3a9e5d313', 'a45c81146b342394d9b6b0ed84c9e18f'],
  ['amount < +2', 'baf56c066df3a486db322a3e6549cdb9', '1bbf54936b1eea5464269d1b41728e0b'],
  ['amount = -0', '59589df3f6d03c76e6b45a049ce1754b', 'f36dd1248c97f8b4a9d1067dd00f7c18'],
  ['100 <= n', 'b2a1c3dda1147eae525eebc6577612c9', 'e30d58cfe0df0abc969622d748283546'],
  ['amount < units', '0c82cae549a383099261edf9ad036495', '38ff12c088b56d84ed6b0b310a105acf'],
  ['i = n OR ms > n', '8ebc3575254006cd084c6f02af891386', '0683fc0de26208159090c7736d8330b3'],
  [
    "'a' = 'a' AND currency IS NULL",
    'b2ce2d8d36178aa5fb22ce91f6d8a817',
    '7335d27208353ea04609c71c6ac6322c',
  ],
  ['paid', '85ff6bfe2c932f03e6698e3887c35aa3', '0428abbb4d5dba1de8128cf0b9836617'],
  ['NOT paid', 'c50eb2dfcb0ec3ac389ed2b0570a8a10', '962afebdcb759a656d541ae3468fb02d'],
  ['paid = FALSE', 'b705a5f2749dc1303662ff06b30dd276', '14a0f54e46cfaa1595004f51cb52f20c'],
  ['paid <> true', '054669465baaabfb64fd2f143d806a25', 'e75a0c821e6ba86c2a783d3abc3011b1'],
  [
    'n = 1 OR n = 2 AND NOT (i = 3 OR i = 4)',
    '91db4a231ab09b2476d5601e34476146',
    '9e796099deba3478fc205933dc08add4',
  ],
  [
    'paid AND (paid AND NOT NOT paid)',
    '653488b9a4ee558c9ce17e2e4f57c30b',
    '7c1538babaae09a6a0f5db60de5291c9',
  ],
  ["currency IN ('EUR')", 'a2f3b70d3d738d66d5cd0e2a5d4215b6', '913f72760ae8c4bf04040a91eae6ff61'],
  [
    "currency NOT IN ('EUR', 'USD', '')",
    'a4912b86b4385e0cafcd5b9829e0a361',
    '29c640efec7ad9cd84c4fa71cd46ed3a',
  ],
  [
    'n IN (1, 2.0, -3, 4.5)',
    'dd5f66692942097c18b2d45ffeed1f31',
    '4f661d733626ffda1151c2c4bb04885e',
  ],
  [
    "day IN ('2025-01-01', '2025-01-02')",
    'eeebfb9ca9d0e1ee2daa53afc288da90',
    'e072c88eb0ca59a612ff4cc7ac6ee05f',
  ],
  ['paid IN (TRUE)', '7a6f03397caab21f5c3be87810d800db', '1af2953b44367edd31a7dc30e851aa16'],
  ['3 IN (1, 3)', 'df7d483cb6ce50d7109624cd8ddb6c67', 'a3a53fcc2fe67007b6f8dfc7b260aea4'],
  ['tags IS NOT NULL', 'e12c775397c0f968c17bc4028d468103', '901dbefe56944723b831b6b893f28e15'],
  [
    'NOT (tags IS NULL OR NULL IS NULL)',
    'd115d4dec61c6ddfaea6d518e5f09c06',
    '68b2759e50eed667a5daa742b73492b6',
  ],
  ["day >= '2025-01-31'", '412128073c0cdc951208dd8341ec8984', '4665228a8809bcf03b456131a66a5729'],
  [
    "at < '2025-01-31T10:00:00.5Z' AND tz > '2025-01-31 10:00+02:00'",
    'c0d329bc6b761f329d6ee4b1124c5cc0',
    '5414c4fea857fa931a7e60de81c32dad',
  ],
  [
    "ns = '2025-01-31T10:00:00.123456789Z'",
    'ad606920b6633ac2b22e0050f0725140',
    '6bbb7d72ca33449d33a19e56a8ef0683',
  ],
  [
    'ms >= 1735689600000 AND ms < 1767225600000',
    '09d0172b2f3ffe59dce4565288bfd71d',
    '4113a7ec849c4021ebb4b080f26b3b15',
  ],
  [
    "end = 'x' OR größe = 1",
    '6a44b11e3465f41512cdea35690a1ce5',
    '22e07361831b9c8fad5022b17c402823',
  ],
  [
    '"a ""b""" > 0.1 AND "NOT"',
    '3e42b82e0cce6f22a6a6aca1c76cd05b',
    'e4b5d4cea797744eb44188ab51a8a6f5',
  ],
  [
    'ratio = 0.1 AND amount < 1e-300',
    '470f0e5b6a726d3fa700a2607922b52c',
    '6d5e12d446e3130728b7047915893674',
  ],
  ['n = 9007199254740991', '7a4da63dc6c5f452c38c67dfca3cbe34', '0319a7c55fb85408b0665087e6c754fe'],
  [
    'n <> 1 AND (n <> 2 OR i IN (5)) AND currency IS NOT NULL',
    'c9fee181b8c07b6a612672e90461d19c',
    '1e95738343a4fe218d67e5e918bc5299',
  ],
  ['( currency IS NULL )', 'd15f95108deb3bf0eab08077b941fabf', '22bfbcb313b6b4115bc961d181fb6de4'],
  [sql('n % 2 = 0'), 'bc11c5da1cb966a4a64f13ff8d9a81f5', 'aaf89e5d065412944cd643b9c3e53aaf'],
  [
    {
      op: 'and',
      args: [
        { op: 'column', column: 'paid' },
        { op: 'not', arg: sql("currency LIKE 'U%'") },
      ],
    },
    '02e0cf287e2f4a2c4f6ef83618ec3219',
    'a78f650124bec61a45a9ab45f6bbcc07',
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
