import {
  count,
  definitionHash,
  type Expression,
  events,
  groupBy,
  groupByColumns,
  hashedForm,
  parseCondition,
  sql,
  sum,
} from '@tessera/api';
import { expect, test } from 'vitest';

/**
 * Hashes of conditions as they were before there were expressions: what is stored under them must be found. A row is the
 * condition, the hash of a source with it, of a feature with it, and of a groupBy with both.
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

const HASHES: readonly (readonly [
  where: string | Expression,
  source: string,
  feature: string,
  both: string,
])[] = [
  [
    "currency <> 'USD'",
    '5b58d38a938a8207ecf6d921172e9c56',
    'e1b9c47d67db3129b7a77be7e7fbbde2',
    '122800482a2957a820252ec667c8cd28',
  ],
  [
    "currency != 'it''s' AND amount > 10",
    'fcd09335fcaa44eb5a6ed6c05e3fcb38',
    '452a459c689e011b292ac1f3072190d9',
    '1a9f2f0570c1d9ed05efe72eaa758a13',
  ],
  [
    'amount > 1.0',
    'd67fd60d02362087a1c6237e2bc86d30',
    '4ff017749f7de84c8b26ac32fa6a00ec',
    'e796a2dcf65b997ccbf2aab2cd3f695b',
  ],
  [
    'amount >= 1.5e3',
    '1ef55b73764c5fe51e81784ccfe5a4b9',
    '5b1abbf664adfdf02f93aa98e95a16e2',
    '0cf234f358b37b0dde1a895a36f615ee',
  ],
  [
    'n = 1e18',
    '7fdc96966dc7a7c6334e4e7ce832449f',
    '4226f2dd5e271159ed40c12db7a597c9',
    'b9344c121a24d8936cc6ed1ba8b5ea4d',
  ],
  [
    'n < -5',
    'faa1bef0337fc4472f152b418bba02e3',
    '25ad6deb3a616139ffb8ee95ed94afd6',
    'a883f167a47150bf9bc6a435d6c2ed29',
  ],
  [
    'amount > - .5',
    'a9de2b0fa72e969033ba0d03dd6b7904',
    '4c29d2f42d2416a00d6f753e4ce4f4dd',
    '2c97b4a4fd1bea4a28f9492504afb456',
  ],
  [
    'amount < +2',
    '365bd145e12c27926d21df28c9230364',
    'fcc34b79471008dc7d1c2be16c7c0462',
    'a2c53d765641badd23e2d5edcfa7293a',
  ],
  [
    'amount = -0',
    'ac42714dade5a7459145f8ef726dd231',
    '63e798d128747a73fe28d2aaa4ac8b4a',
    '8a5d0e12dc4803fb883d4aee301b1906',
  ],
  [
    '100 <= n',
    '37186f8accb1c981dc8ec90a7e06bd84',
    'de8f0d86ad54e272a71a304f0c0fa542',
    '1c792ea01bf42104efb5fd9fc4c132a2',
  ],
  [
    'amount < units',
    'd5a08583e19c3bdc8ad8f6ad064f76b9',
    'de0b24c9a578e822dc930017b7881211',
    '380fc9b1fde374769bd33db0eb74b6c8',
  ],
  [
    'i = n OR ms > n',
    '2c77bf7ea5ead924786191ff73fec17a',
    '12e47a0423fe0454707cc5e9482b25d5',
    '50d96bc4565147797398afb2904a8c4c',
  ],
  [
    "'a' = 'a' AND currency IS NULL",
    'ef15c35b54d2af5d12bd64b7d767a8dd',
    'e5e5a15007dcf0ba3b625806b4e6faf1',
    'd15b56040a3bce09a721650e07358559',
  ],
  [
    'paid',
    '231e4e87eea3d6d957de31372c678b0c',
    '020eb8de08c1a70f068caa4a5de9b816',
    '4c1dfa090f3c424432798feaa6283a9b',
  ],
  [
    'NOT paid',
    '053ba10552d3ea3cb373da78f5b6314c',
    '76106b4f6ef39028cdc1ebc6d34f26a5',
    '219eec870d9b0cba9999f030ea2392bb',
  ],
  [
    'paid = FALSE',
    '75d7cb0c5a641b1c81bc42726df6177b',
    '23b94259f1cb75ed5d5c4a49002502f6',
    '576441257a947b380d37bdc915afa2f6',
  ],
  [
    'paid <> true',
    '3ad06c96cabc5c550c36882acd5c99c4',
    '44bc4d7da626f570f5a59088020d2f4c',
    'afbd01511fb67477987f045550a4d5a9',
  ],
  [
    'n = 1 OR n = 2 AND NOT (i = 3 OR i = 4)',
    '026f2742b96c2d2c5249431ed6b23f76',
    'c9afde434580731e447a0bee963e89d4',
    '551ca77ecacd4ad977ff0f643dcf4b03',
  ],
  [
    'paid AND (paid AND NOT NOT paid)',
    'e770e6b6295f1c915e4bc66f918080ca',
    'd247792178bb7f1719340f1610d1413e',
    'a53b58e1eb98612c3e2cdbd8087ce86e',
  ],
  [
    "currency IN ('EUR')",
    'c92026456a1f0004a71870ea2cdb1ab2',
    '50d37dcfa885d5d7450b9209a9971139',
    'c097f17c3a524c67d3684411b719f563',
  ],
  [
    "currency NOT IN ('EUR', 'USD', '')",
    '6a40f27406ede485c6ad793e9d44f4f6',
    '51424d1a0291008e5a763ec77bdc8e85',
    'e6e3f19af3e907153852a3ee13498910',
  ],
  [
    'n IN (1, 2.0, -3, 4.5)',
    '8edde4263a99ba35322f0f423e8ea50a',
    '0f6465a3483e2675ac6d41a1c9c23e6b',
    '7a725b4d5935552b19268801b93e2ca8',
  ],
  [
    "day IN ('2025-01-01', '2025-01-02')",
    'e0864e201284ea992bab135dcfafa39f',
    'ca661666b641366524bd8f270577a7cd',
    'd43f335e29377b8d68b7a22ffeb8bce9',
  ],
  [
    'paid IN (TRUE)',
    'fff6cb76d11a1440988ad0429aa01cf3',
    '053f3a7a94e41b892f78ad2d8f3ba92a',
    'c6a8b681921e3367d999f5df68bfbf47',
  ],
  [
    '3 IN (1, 3)',
    '4fc0f5557d9230a7bd2b86a21da26cca',
    '7886fcef9fb1dd330f3a9c0179937074',
    '8a111003a88ca0c0e07ceb7c433e321a',
  ],
  [
    'tags IS NOT NULL',
    'f028b94600ff5665ba07ca985376b4d6',
    '8fb7a915c451e6583f92157bbbac13c2',
    'd611361f6f1e9aae8b3aa087ad9f651f',
  ],
  [
    'NOT (tags IS NULL OR NULL IS NULL)',
    'e4fbf6aa129907790e15c690ff4bad78',
    'f469225d6f22f940f983c6a0688cbcb2',
    '4aa32c9537915dbad05658c45cea1fb0',
  ],
  [
    "day >= '2025-01-31'",
    '47d2d07095f6a5f97266dea64ee30486',
    'b3a8fc753461414cafac798a41cc1a52',
    'f91d37f03217652821a35cde72e7f0b8',
  ],
  [
    "at < '2025-01-31T10:00:00.5Z' AND tz > '2025-01-31 10:00+02:00'",
    'd4f04c7be3b14815ff27cbf4edcfb93e',
    '30c4943070417d48cd736e5236353ee4',
    '4073b5c0af523a85c8518a3c7a2022d3',
  ],
  [
    "ns = '2025-01-31T10:00:00.123456789Z'",
    '224bdfd9591ebaf086382558bcc4d7fa',
    '955c78c17699db2b6feea2d3ed4d5364',
    '4819d01b8e6f5b3339452a319c2656db',
  ],
  [
    'ms >= 1735689600000 AND ms < 1767225600000',
    'f2c475143b513d31d589f693ac4bddf7',
    '3ccf216e763f916ce708a82dd455c2d4',
    'c88024c022a92b069bc9e3dea9d0f912',
  ],
  [
    "end = 'x' OR größe = 1",
    '804a091592448fea728fc53375b0095a',
    '71eec9db9f2ec3ba4c3dc1752bbd4e70',
    '31d05f71b2a08562a6a4aa6f6504c0f3',
  ],
  [
    '"a ""b""" > 0.1 AND "NOT"',
    'e245e6eb082b20aa976df1635ce64975',
    '6ae2f2ca65a27d076a27f506504702b1',
    '35d2c0671d8ce12eb7482c0d0af3be7c',
  ],
  [
    'ratio = 0.1 AND amount < 1e-300',
    '944476abd60a2e2f5ac773a9f47bfd1a',
    'a4e53855770199cc8394249900f91762',
    'fa7c15f8c2cd5db9f8f721ddd5a14597',
  ],
  [
    'n = 9007199254740991',
    '373aa4213886689933ae8f4b353f97bf',
    '4d8db35b8973fb00cbbd1a43dafb1e20',
    '8023a9fa71c5d70ba4b02ec94e3a163b',
  ],
  [
    'n <> 1 AND (n <> 2 OR i IN (5)) AND currency IS NOT NULL',
    '34bb4518c97f62cb0f14011e87329654',
    '5560b41dbf308ad6df3bf1f3dda9c021',
    'c925fec1cb637ca36804d533babaf4dc',
  ],
  [
    '( currency IS NULL )',
    '28d01e4fba5e05e7ea1f1032e16871ab',
    '7cc9d1973d6b2bb66e121b7da6508948',
    'fe01a80969d7379108420beaea534979',
  ],
  [
    sql('n % 2 = 0'),
    '5304612edb0d9e0ef1871bc2bf4599c1',
    '6510e07e511b3686059a414bb7d137ce',
    '03a9797367a431412d505bb3f8e59afe',
  ],
  [
    {
      op: 'and',
      args: [
        { op: 'column', column: 'paid' },
        { op: 'not', arg: sql("currency LIKE 'U%'") },
      ],
    },
    '3e5fe1f7be231f5552467c56d159a063',
    '23cf0722d0ab2ebb014a2371a36a28da',
    '27c34a19036c0d09660bc0e085fcc93c',
  ],
];

test.each(HASHES)('%s', (where, source, feature, both) => {
  const plain = events({ name: 's', path: 's', columns, time: 'at' });
  const filtered = events({ name: 's', path: 's', columns, time: 'at', where });
  expect(definitionHash(filtered)).toBe(source);
  const aggregations = [sum('amount', { windows: ['1d'], where })];
  const own = groupBy({ name: 'g', source: plain, keys: ['k'], aggregations });
  expect(groupByColumns(own)[0]?.hash).toBe(feature);
  const whole = groupBy({
    name: 'g',
    source: filtered,
    keys: ['k'],
    aggregations: [count({ where })],
  });
  expect(definitionHash(whole)).toBe(both);
});

test('a tree as data written in the form of then reads the same', () => {
  const then: unknown = {
    op: 'and',
    args: [
      { op: '>', left: { column: 'amount' }, right: { literal: 1 } },
      { op: 'in', operand: { column: 'currency' }, values: ['EUR', 'USD'] },
      { op: 'not', arg: { op: 'is_null', operand: { column: 'n' } } },
    ],
  };
  const now = parseCondition("amount > 1 AND currency IN ('EUR', 'USD') AND n IS NOT NULL");
  expect(parseCondition(then as Expression)).toStrictEqual(now);
  expect(hashedForm(now)).toEqual(then);
});

test('what is more than a condition of then is hashed as the tree it is', () => {
  const texts = [
    'amount / 2 > 1',
    'amount > 1 + 1',
    "currency LIKE 'U%'",
    'amount IN (1, n)',
    'n = 9007199254740993',
    "day = DATE '2025-01-31'",
    'upper(currency) IS NULL',
    'CASE WHEN paid THEN paid ELSE NOT paid END',
  ];
  for (const text of texts) {
    const tree = parseCondition(text);
    expect(hashedForm(tree), text).toEqual(tree);
    expect(hashedForm({ op: 'not', arg: tree }), text).toEqual({ op: 'not', arg: tree });
  }
});
