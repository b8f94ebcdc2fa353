import {
  ahead,
  count,
  definitionHash,
  entities,
  events,
  groupBy,
  join,
  labelColumns,
  labelWarnings,
  max,
  outputColumns,
  part,
  sql,
  sum,
} from '@tessera/api';
import { expect, test } from 'vitest';
import { fraudV2, merchantProfiles, merchantRisk, transactions, userSpend } from './fraud.js';
import { problemsOf } from './problems.js';

/** What plain JavaScript would pass: the compiler refuses it. */
const untyped = (value: unknown): never => value as never;

const options = { operation: 'max', windows: ['30d'], keys: ['user_id'] } as const;
const base = { name: 'j', left: transactions, parts: [part(userSpend)] } as const;
const labelled = (...labels: unknown[]) => join({ ...base, labels: untyped(labels) });
const refusals = (label: unknown) => problemsOf(() => labelled(label));

const chargebacks = events({
  name: 'chargebacks',
  path: 'data/chargebacks',
  columns: { payer: 'string', loss: 'decimal(10,2)', kind: 'string', at: 'timestamp' },
  time: 'at',
});

test('S2.7, S6, S8: names of labels, after all features', () => {
  const made = join({
    ...base,
    labels: [
      ahead('is_fraud', { operation: 'max', windows: ['7d', '30d'], keys: ['user_id'] }),
      ahead({ operation: 'count', windows: ['1d'], keys: ['user_id', 'merchant_id'] }),
      ahead('amount', { ...options, operation: 'sum', by: 'channel', as: 'spent' }),
      ahead('device_id', { ...options, operation: 'lastK', k: 2 }),
      ahead('amount', { ...options, operation: 'approxPercentile', percentiles: [50, 99] }),
      ahead('loss', {
        ...{ operation: 'average', windows: ['90d'], source: chargebacks, where: "kind <> 'test'" },
        keys: { user_id: 'payer' },
      }),
    ],
  });
  const names = labelColumns(made).map(({ name }) => name);
  expect(names).toEqual([
    'label_is_fraud_max_7d',
    'label_is_fraud_max_30d',
    'label_count_1d',
    'label_spent_30d_by_channel',
    'label_device_id_last2_30d',
    'label_amount_p50_p99_30d',
    'label_loss_average_90d',
  ]);
  expect(
    outputColumns(made)
      .slice(-names.length)
      .map(({ name }) => name),
  ).toEqual(names);
  expect(JSON.parse(JSON.stringify(made))).toEqual(made);
});

test('without labels a join is what it was; with them its hash has all of them', () => {
  const plain = join({ ...base });
  expect(definitionHash(join({ ...base, labels: [] }))).toBe(definitionHash(plain));
  expect('labels' in join({ ...base, labels: [] })).toBe(false);
  // `hashes.test.ts` records those of joins that were there before labels were.
  const { parts: _, ...rest } = fraudV2;
  expect(rest).not.toHaveProperty('labels');
  const hashes = [
    plain,
    labelled(ahead('is_fraud', options)),
    labelled(ahead('is_fraud', { ...options, windows: ['31d'] })),
    labelled(ahead('is_fraud', { ...options, keys: ['device_id'] })),
    labelled(ahead('is_fraud', { ...options, where: 'amount > 1' })),
    labelled(ahead('is_fraud', { ...options, asOf: '2025-03-31' })),
    labelled(ahead('is_fraud', { ...options, operation: 'min' })),
    labelled(ahead('is_fraud', { ...options, operation: 'count' })),
    labelled(ahead('is_fraud', { ...options, operation: 'count', empty: 'null' })),
    labelled(ahead('is_fraud', { ...options, windows: ['30d', '31d'] })),
  ].map(definitionHash);
  expect(new Set(hashes).size).toBe(hashes.length);
  const hashOf = (label: unknown) => definitionHash(labelled(label));
  expect(hashOf(ahead('is_fraud', { ...options, asOf: '2025-04-01T00:00:00Z' }))).toBe(
    hashOf(ahead('is_fraud', { ...options, asOf: '2025-03-31' })),
  );
});

test('a feature over the same window is another column than a label', () => {
  const past = groupBy({
    ...{ name: 'label', source: transactions, keys: ['user_id'], tail: 'exact' },
    aggregations: [max('is_fraud', { windows: ['30d'] })],
  });
  const [feature] = outputColumns(join({ ...base, parts: [part(past)] }));
  const [label] = labelColumns(labelled(ahead('is_fraud', options)));
  expect(feature?.name).toBe(label?.name);
  expect(feature?.hash).not.toBe(label?.hash);
  expect(
    problemsOf(() => join({ ...base, parts: [part(past)], labels: [ahead('is_fraud', options)] })),
  ).toEqual([
    "DUPLICATE_COLUMN_NAME  j: two columns are named `label_is_fraud_max_30d`.\n1: label › max('is_fraud') over 30d\n2: label ahead('is_fraud') max over 30d",
  ]);
});

test.each([
  ['no label', max('is_fraud'), /`labels` must hold ahead/],
  ['unbounded', ahead('is_fraud', untyped({ ...options, windows: [null] })), /never unbounded/],
  [
    'no windows',
    ahead('is_fraud', untyped({ operation: 'max', keys: ['user_id'] })),
    /`windows` is missing/,
  ],
  ['empty windows', ahead('is_fraud', untyped({ ...options, windows: [] })), /never unbounded/],
  ['no window', ahead('is_fraud', untyped({ ...options, windows: ['-7d'] })), /BAD_WINDOW/],
  [
    'tail',
    ahead('is_fraud', untyped({ ...options, tail: 'sawtooth' })),
    /`tail` is no option of a label: its windows are exact/,
  ],
  ['lag', ahead('is_fraud', untyped({ ...options, lag: '7d' })), /`lag` is no option of a label/],
  ['at', ahead('is_fraud', untyped({ ...options, at: 'strict' })), /`at` is no option of a label/],
  [
    'operation',
    ahead('is_fraud', untyped({ ...options, operation: 'MAX' })),
    /`operation` must be one of count, sum/,
  ],
  ['column', ahead('is_frod', options), /UNKNOWN_COLUMN.*is_frod/],
  ['type', ahead('currency', { ...options, operation: 'sum' }), /OPERATION_TYPE/],
  ['key', ahead('is_fraud', { ...options, keys: ['usr'] }), /UNKNOWN_COLUMN.*usr/],
  ['no key', ahead('is_fraud', { ...options, keys: [] }), /`keys` must be left columns/],
  ['key twice', ahead('is_fraud', { ...options, keys: ['user_id', 'user_id'] }), /twice/],
  ['asOf', ahead('is_fraud', { ...options, asOf: 'yesterday' }), /neither a day nor an instant/],
  ['k', ahead('is_fraud', { ...options, operation: 'lastK' }), /`k` is missing/],
  ['misspelt', ahead('is_fraud', untyped({ ...options, wher: 'x' })), /`wher` is no option here/],
  [
    'source',
    ahead('is_fraud', untyped({ ...options, source: merchantProfiles })),
    /must be what events/,
  ],
  [
    'mapping',
    ahead('loss', { ...options, operation: 'sum', source: chargebacks, keys: { amount: 'payer' } }),
    /KEY_TYPE_MISMATCH/,
  ],
  [
    'unmapped',
    ahead('loss', { ...options, operation: 'sum', source: chargebacks, keys: ['payer'] }),
    /UNKNOWN_COLUMN/,
  ],
])('a label is refused: %s', (_, label, expected) => {
  expect(refusals(label).join('\n')).toMatch(expected);
});

test('nothing but a label looks ahead', () => {
  const label = ahead('is_fraud', options);
  expect(problemsOf(() => join({ ...base, parts: untyped([label]) }))).toEqual([
    'BAD_OPTION  j: `parts` cannot hold ahead(…): it looks into the future.',
  ]);
  const group = { name: 'g', source: transactions, keys: ['user_id'] } as const;
  expect(problemsOf(() => groupBy({ ...group, aggregations: untyped([label]) }))).toEqual([
    'BAD_OPTION  g: `aggregations` cannot hold ahead(…): a feature never looks into the future.',
  ]);
  const sums = (more: object) => [sum('amount', untyped({ windows: ['7d'], ...more }))] as const;
  expect(problemsOf(() => groupBy({ ...group, aggregations: sums({ ahead: '7d' }) }))[0]).toMatch(
    /`ahead` is no option here: only labels look ahead/,
  );
  expect(
    problemsOf(() => groupBy({ ...group, aggregations: sums({ windows: ['-7d'] }) }))[0],
  ).toMatch(/BAD_WINDOW/);
  expect(
    problemsOf(() => join({ ...base, parts: [part(userSpend, untyped({ ahead: '7d' }))] }))[0],
  ).toMatch(/only labels look ahead/);
  expect(
    problemsOf(() => join({ ...base, parts: [part(userSpend, untyped({ lag: '-7d' }))] }))[0],
  ).toMatch(/BAD_WINDOW/);
});

test('a left that is entities needs events to look ahead in', () => {
  const label = ahead('category', untyped({ ...options, keys: ['merchant_id'] }));
  const merchants = { name: 'm', left: merchantProfiles, parts: [part(merchantRisk)] } as const;
  expect(problemsOf(() => join({ ...merchants, labels: untyped([label]) }))[0]).toMatch(
    /`source` must be given: the left \(merchants.profiles\) is entities/,
  );
  const over = ahead('is_fraud', { ...options, keys: ['merchant_id'], source: transactions });
  expect(labelColumns(join({ ...merchants, labels: [over] }))).toHaveLength(1);
});

test('a part without lag that reads what a label is made of is warned of, once', () => {
  const made = join({
    ...base,
    parts: [part(merchantRisk), part(userSpend)],
    labels: [ahead('is_fraud', { ...options, windows: ['7d', '30d'] })],
  });
  expect(labelWarnings(made)).toEqual([
    {
      code: 'LABEL_INPUT_WITHOUT_LAG',
      message:
        "merchant_risk reads `is_fraud` up to the row's own time, and label_is_fraud_max_7d is made of it.",
      hint: "Is it known only later? Then give the part a lag: part(merchant_risk, { lag: '7d' }).",
    },
  ]);
  const lagged = { ...base, parts: [part(merchantRisk, { lag: '7d' })] };
  expect(labelWarnings(join({ ...lagged, labels: [ahead('is_fraud', options)] }))).toEqual([]);
  expect(labelWarnings(fraudV2)).toEqual([]);
  const counted = ahead({ ...options, operation: 'count', where: 'is_fraud' });
  expect(
    labelWarnings(join({ ...base, parts: [part(merchantRisk)], labels: [counted] })),
  ).toHaveLength(1);
});

test('a feature over a training set never reads its labels', () => {
  const columns = {
    user_id: 'string',
    amount: 'double',
    ts: 'timestamp',
    label_is_fraud_max_30d: 'boolean',
  } as const;
  const published = events({ name: 'v1', path: 'out/train-sets/fraud_v1', columns, time: 'ts' });
  const over = (aggregations: unknown, source: unknown = published, keys = ['user_id']) =>
    problemsOf(() =>
      groupBy({
        name: 'g',
        ...{ source: untyped(source), keys: untyped(keys) },
        aggregations: untyped(aggregations),
      }),
    );
  const leak =
    'LABEL_LEAK  g: `label_is_fraud_max_30d` of v1 was made by a label: out/train-sets/fraud_v1 is a training set. A feature would know the future.';
  expect(over([sum('label_is_fraud_max_30d')])).toEqual([leak]);
  expect(over([count({ where: 'label_is_fraud_max_30d' })])).toEqual([leak]);
  expect(over([count({ by: 'label_is_fraud_max_30d' })])).toEqual([leak]);
  expect(over([count()], published, ['label_is_fraud_max_30d'])).toEqual([leak]);
  const filtered = events({
    name: 'v1',
    path: 'out/train-sets/fraud_v1/',
    columns,
    time: 'ts',
    where: 'label_is_fraud_max_30d',
  });
  expect(over([count()], filtered)).toHaveLength(1);
  const dump = entities({
    name: 'v1',
    path: 'out/train-sets/fraud_v1',
    columns,
    keys: ['user_id'],
  });
  expect(problemsOf(() => join({ ...base, parts: [part(dump)] }))[0]).toMatch(/^LABEL_LEAK/);
  groupBy({ name: 'g', source: published, keys: ['user_id'], aggregations: [sum('amount')] });
  const own = events({ name: 'own', path: 'data/labels', columns, time: 'ts' });
  groupBy({
    name: 'g',
    source: own,
    keys: ['user_id'],
    aggregations: [max('label_is_fraud_max_30d')],
  });
  const flags = groupBy({
    name: 'flags',
    source: own,
    keys: ['label_is_fraud_max_30d'],
    aggregations: [count()],
  });
  expect(problemsOf(() => join({ name: 'j', left: published, parts: [part(flags)] }))[0]).toMatch(
    /^LABEL_LEAK/,
  );
});

test('nor through a computed column, SQL, the order of ties, a derived column, or a deeper folder', () => {
  const published = (path: string, more: object = {}) =>
    events({
      name: 'v1',
      ...{ path, time: 'ts' },
      columns: {
        user_id: 'string',
        amount: 'double',
        ts: 'timestamp',
        label_is_fraud_max_30d: 'boolean',
      },
      ...(more as { where?: string }),
    });
  const here = (more?: object) => published('out/train-sets/fraud_v1', more);
  const over = (source: object, aggregations: unknown = [sum('amount')]) =>
    problemsOf(() =>
      groupBy({
        ...{ name: 'g', keys: ['user_id'], source: untyped(source) },
        aggregations: untyped(aggregations),
      }),
    );
  const computed = {
    select: { twice: 'once * 2', once: 'CAST(label_is_fraud_max_30d AS int64)' },
  };
  for (const found of [
    over(here(computed), [sum('twice')]),
    over(here(computed), [count({ by: 'once' })]),
    over(here({ ...computed, where: 'twice > 0' })),
    over(here({ tieBreaker: 'label_is_fraud_max_30d' })),
    over(here({ where: sql('amount > 1 AND Label_Is_Fraud_Max_30d') })),
    over(here(), [count({ where: sql('label_is_fraud_max_30d') })]),
    over(published('out/train-sets/team/fraud_v1'), [max('label_is_fraud_max_30d')]),
    over(published('out/train-sets/fraud_v1/ds=2025-01-01'), [max('label_is_fraud_max_30d')]),
    problemsOf(() =>
      join({
        ...{ name: 'j', left: here(), parts: [part(userSpend)] },
        derive: { odd: 'amount * CAST(label_is_fraud_max_30d AS double)' },
      }),
    ),
  ])
    expect(found.filter((one) => one.startsWith('LABEL_LEAK'))).toHaveLength(1);
  // What nothing reads does no harm, nor does a label of a label.
  expect(
    groupBy({ name: 'g', source: here(computed), keys: ['user_id'], aggregations: [sum('amount')] })
      .name,
  ).toBe('g');
});

test('what a label is made of is known through computed columns, filters, SQL, and other spellings of a path', () => {
  const columns = {
    user_id: 'string',
    amount: 'double',
    is_fraud: 'boolean',
    ts: 'timestamp',
  } as const;
  const source = (more: object = {}) =>
    events({ name: 'p', path: 'p', columns, time: 'ts', ...(more as { where?: string }) });
  const select = { proven: { expression: 'is_fraud AND amount > 1', type: 'boolean' } };
  const warned = (
    left: object,
    of: object,
    aggregation: unknown,
    label: unknown = ahead('is_fraud', options),
  ) =>
    labelWarnings(
      join({
        ...{ name: 'j', left: untyped(left), labels: untyped([label]) },
        parts: untyped([
          part(
            groupBy({
              ...{ name: 'g', source: untyped(of), keys: untyped(['user_id']) },
              aggregations: untyped([aggregation]),
            }),
          ),
        ]),
      }),
    ).map(({ message }) => message.split(' up to')[0]);
  expect(warned(source(), source({ select }), max(untyped('proven')))).toEqual([
    'g reads `is_fraud`',
  ]);
  expect(
    warned(source({ select }), source(), max('is_fraud'), ahead(untyped('proven'), options)),
  ).toEqual(['g reads `is_fraud`']);
  expect(warned(source(), source({ where: 'is_fraud' }), count())).toEqual(['g reads `is_fraud`']);
  expect(warned(source(), source(), count({ where: sql('is_fraud') }))).toEqual([
    'g reads `is_fraud`',
  ]);
  expect(warned(source(), source({ path: './p/' }), max('is_fraud'))).toEqual([
    'g reads `is_fraud`',
  ]);
  expect(warned(source(), source({ path: 'q' }), max('is_fraud'))).toEqual([]);
  expect(warned(source(), source(), sum('amount'))).toEqual([]);
});
