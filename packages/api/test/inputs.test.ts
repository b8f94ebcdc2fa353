import {
  ahead,
  average,
  call,
  col,
  count,
  definitionHash,
  entities,
  events,
  expr,
  formatExpression,
  formatType,
  groupBy,
  groupByColumns,
  isInputColumn,
  isTesseraError,
  join,
  labelWarnings,
  last,
  outputColumns,
  part,
  sourceScan,
  sql,
  sum,
  topK,
  uniqueCount,
  vectorSum,
  weightedAverage,
  when,
} from '@tessera/api';
import { expect, test } from 'vitest';
import { problemsOf } from './problems.js';

/** Expressions where aggregations take columns. */

const untyped = (value: unknown): never => value as never;

const columns = {
  user: 'string',
  amount: 'double',
  rate: 'double',
  country: 'string',
  lost: 'boolean',
  vector: 'list<double>',
  at: 'timestamp',
} as const;
const payments = events({ name: 'payments', path: 'payments', columns, time: 'at' });
const over = (aggregations: readonly unknown[], more: object = {}) =>
  groupBy(untyped({ name: 'g', source: payments, keys: ['user'], aggregations, ...more }));
const hashesOf = (...aggregations: unknown[]) =>
  groupByColumns(over(aggregations)).map(({ hash }) => hash);

const SPENT = { windows: ['7d'], as: 'spent' } as const;

test('an expression becomes a column of the source, called by what it is', () => {
  const g = over([
    sum(expr('amount * rate'), SPENT),
    average(col('amount').times(col('rate')), { as: 'mean' }),
    uniqueCount(expr('upper(country)', 'string'), { as: 'countries', by: 'lost' }),
    sum('amount'),
  ]);
  const inputs = g.source.columns.filter(isInputColumn);
  expect(
    inputs.map(({ type, expression }) => `${formatExpression(expression!)} ${formatType(type)}`),
  ).toEqual(['amount * rate double', 'upper(country) string']);
  expect(inputs.map(({ name }) => name)).toEqual([
    expect.stringMatching(/^__input_[0-9a-f]{32}$/),
    expect.stringMatching(/^__input_[0-9a-f]{32}$/),
  ]);
  expect(g.aggregations.map(({ input }) => input)).toEqual([
    inputs[0]!.name,
    inputs[0]!.name,
    inputs[1]!.name,
    'amount',
  ]);
  expect(groupByColumns(g).map(({ name, type }) => `${name} ${formatType(type)}`)).toEqual([
    'g_spent_7d double',
    'g_mean double',
    'g_countries_by_lost map<boolean,int64>',
    'g_amount_sum double',
  ]);
  expect(JSON.parse(JSON.stringify(g))).toEqual(g);
});

test('names of inputs are the same tomorrow: tiles lie under them', () => {
  const g = over([
    sum(expr('amount * rate'), SPENT),
    uniqueCount(expr('upper(country)', 'string'), { as: 'countries' }),
  ]);
  expect(g.aggregations.map(({ input }) => input)).toMatchInlineSnapshot(`
    [
      "__input_f245deb3e5ec0c83084e74c2c4d641a5",
      "__input_e26da0f7f9822b7d2bec7918876e0573",
    ]
  `);
  expect(groupByColumns(g).map(({ hash }) => hash)).toMatchInlineSnapshot(`
    [
      "8f5c9edd0a903f2de827832c8dad8eeb",
      "2692a12e9eea4ea95212b026fabe1c97",
    ]
  `);
});

test('one meaning has one hash, however it is written; another has another', () => {
  const spelt = [
    expr('amount * rate'),
    expr('  amount*"rate"'),
    expr(col('amount').times(col('rate'))),
    expr('amount * rate', 'double'),
    col('amount').times(col('rate')),
    { op: '*', left: { op: 'column', column: 'amount' }, right: { op: 'column', column: 'rate' } },
  ].map((input) => hashesOf(sum(untyped(input), SPENT))[0]);
  expect(new Set(spelt).size).toBe(1);
  const different = [
    sum(expr('amount * rate'), SPENT),
    sum(expr('rate * amount'), SPENT),
    sum(expr('amount * rate', 'int64'), SPENT),
    sum(expr('amount'), SPENT),
    sum('amount', SPENT),
    average(expr('amount * rate'), SPENT),
    weightedAverage('amount', { weight: 'rate', as: 'spent' }),
    weightedAverage('amount', { weight: expr('rate'), as: 'spent' }),
    weightedAverage('amount', { weight: col('rate').plus(1), as: 'spent' }),
  ].map((aggregation) => hashesOf(aggregation)[0]);
  expect(new Set(different).size).toBe(different.length);
});

test('what others take changes no hash', () => {
  const alone = hashesOf(sum('amount'), count({ where: sql('amount > 1') }));
  const beside = hashesOf(
    sum('amount'),
    count({ where: sql('amount > 1') }),
    sum(expr('amount * rate'), SPENT),
  );
  expect(beside.slice(0, 2)).toEqual(alone);
  // Which of repeated rows stays is decided by all columns, but not by these.
  const once = events({ name: 'p', path: 'p', columns, time: 'at', eventId: 'country' });
  const own = (...aggregations: unknown[]) => over(aggregations, { source: once });
  const g = own(sum('amount'), sum(expr('amount * rate'), SPENT));
  expect(groupByColumns(g)[0]?.hash).toBe(groupByColumns(own(sum('amount')))[0]?.hash);
  expect(definitionHash(g.source)).toBe(definitionHash(once));
  expect(sourceScan(g.source, ['user'], 'used')).toEqual(sourceScan(once, ['user'], 'used'));
});

test('what an expression reads is in the hash: a computed column too', () => {
  const of = (euros: string) =>
    groupByColumns(
      over([sum(expr('euros + 1'), SPENT)], {
        source: events({ name: 'p', path: 'p', columns, select: { euros }, time: 'at' }),
      }),
    )[0]?.hash;
  expect(of('amount * rate')).toBe(of('amount*rate'));
  expect(of('amount * rate')).not.toBe(of('amount + rate'));
});

test('a source that came out of a groupBy is as it was declared', () => {
  const g = over([sum(expr('amount * rate'), SPENT)]);
  const { source } = g;
  const other = groupBy({ name: 'h', source, keys: ['user'], aggregations: [last('amount')] });
  expect(other.source).toEqual(payments);
  const asked = join({ name: 'j', left: untyped(source), parts: [part(other)] });
  expect(asked.left).toEqual(payments);
  expect(outputColumns(asked).map(({ name }) => name)).toEqual(['h_amount_last']);
});

test('labels', () => {
  const options = { operation: 'sum', windows: ['7d', '30d'], keys: ['user'], as: 'loss' } as const;
  const parts = [part(over([count({ windows: ['7d'] }), sum('rate', { windows: ['7d'] })]))];
  const labelled = (input: never) =>
    join({ name: 'j', left: payments, parts, labels: [ahead(input, untyped(options))] });
  const spelt = [expr('amount * rate'), col('amount').times(col('rate'))].map((input) =>
    labelled(untyped(input)),
  );
  expect(outputColumns(spelt[0]!).map(({ name }) => name)).toEqual([
    'g_count_7d',
    'g_rate_sum_7d',
    'label_loss_7d',
    'label_loss_30d',
  ]);
  expect(definitionHash(spelt[1]!)).toBe(definitionHash(spelt[0]!));
  expect(labelWarnings(spelt[0]!)).toMatchObject([
    { message: expect.stringContaining("g reads `rate` up to the row's own time") },
  ]);
  const same = over([sum(expr('amount * rate'), { windows: ['7d'], as: 'spent' })]);
  const label = ahead(expr('amount*rate'), untyped(options));
  expect(
    labelWarnings(join({ name: 'j', left: payments, parts: [part(same)], labels: [label] })),
  ).toMatchObject([{ message: expect.stringContaining('g reads `amount * rate` up to') }]);
});

test('an input of a training set that a label produced', () => {
  const made = events({
    name: 'made',
    path: 'out/train-sets/j',
    columns: { user: 'string', label_loss_7d: 'double', at: 'timestamp' },
    time: 'at',
  });
  expect(
    problemsOf(() => over([sum(expr('label_loss_7d * 2'), { as: 'twice' })], { source: made })),
  ).toMatchInlineSnapshot(`
    [
      "LABEL_LEAK  g: \`label_loss_7d\` of made was made by a label: out/train-sets/j is a training set. A feature would know the future.",
    ]
  `);
});

test('what is wrong is told at its character, all together', () => {
  expect(
    problemsOf(() =>
      over([
        sum(expr('ammount * rate'), { as: 'a' }),
        average(col('amount').times(col('rat')), { as: 'b', windows: [untyped('7 days')] }),
        sum(expr('amount *'), { as: 'c' }),
        sum(expr('upper(country)', 'string'), { as: 'd' }),
        sum(expr('amount', untyped('money')), { as: 'e' }),
        sum(expr('amount * rate')),
        count(expr('amount > 1', 'boolean')),
        topK(sql('amount'), { k: 2, as: 'f' }),
        vectorSum(expr('vector'), { as: 'g' }),
        weightedAverage('amount', { weight: expr('rate ** 2') }),
        weightedAverage('amount', { weight: expr('country', 'string') }),
        sum(untyped({ expression: 'amount', typ: 'double' }), { as: 'h' }),
        sum(untyped({ column: 'amount' })),
        sum(untyped(5)),
        sum(untyped({ op: 'plus' }), { as: 'i' }),
        last(expr('nth')),
      ]),
    ),
  ).toMatchInlineSnapshot(`
    [
      "BAD_EXPRESSION  g › sum(ammount * rate): expression: there is no column \`ammount\`.
    ammount * rate
    ^",
      "BAD_EXPRESSION  g › average(amount * rat): expression: there is no column \`rat\`.
    amount * rat",
      "BAD_WINDOW  g › average(amount * rat): window '7 days' is not a length of time.",
      "BAD_EXPRESSION  g › sum(amount *): expression: expected a column or a value, found the end.
    amount *
            ^",
      "OPERATION_TYPE  g › sum(upper(country)): sum does not take string: column \`upper(country)\`.",
      "BAD_TYPE  g › sum(amount): type 'money' is not a type.",
      "BAD_OPTION  g › sum(amount * rate): \`as\` is missing: an expression has no name that its column could have.",
      "BAD_OPTION  g › count(amount > 1): \`as\` is missing: an expression has no name that its column could have.",
      "BAD_EXPRESSION  g › topK(sql('amount')): expression: sql(…) computes no column: it has no meaning where features are served.
    sql('amount')",
      "OPERATION_TYPE  g › vectorSum(vector): vectorSum does not take double: column \`vector\`.",
      "BAD_EXPRESSION  g › weightedAverage('amount') › weight: expression: expected a column or a value, found \`*\`.
    rate ** 2
          ^",
      "BAD_OPTION  g › weightedAverage('amount'): \`weight\` must be a column of numbers, and \`country\` is string.",
      "BAD_OPTION  g › sum(amount): \`typ\` is no option here.",
      "BAD_OPTION  g › sum(): \`column\` is no option here.",
      "BAD_OPTION  g › sum(): \`column\` is missing: name what is aggregated.",
      "BAD_OPTION  g › sum(): \`column\` must be the name of a column, or an expression.",
      "BAD_EXPRESSION  g › sum(…): expression: there is no operator "plus".
    (given as data)",
      "BAD_EXPRESSION  g › last(nth): expression: there is no column \`nth\`.
    nth
    ^",
      "BAD_OPTION  g › last(nth): \`as\` is missing: an expression has no name that its column could have.",
    ]
  `);
});

test('text alone is a name; who meant more is told', () => {
  const hints = (...aggregations: unknown[]) => {
    try {
      over(aggregations);
    } catch (error) {
      if (isTesseraError(error)) return error.problems.map(({ hint }) => hint);
    }
    return [];
  };
  expect(
    hints(
      sum(untyped('amount * rate'), { as: 'a' }),
      sum(untyped("if(country = 'de', 1, 0)"), { as: 'b' }),
      sum(untyped('amount rate'), { as: 'c' }),
      weightedAverage(expr('amount * 2'), { weight: untyped('rates'), as: 'd' }),
    ),
  ).toMatchInlineSnapshot(`
    [
      "Is it an expression? Write expr('amount * rate').
    columns: amount, at, country, lost, rate, user, vector",
      "Is it an expression? Write expr("if(country = 'de', 1, 0)").
    columns: amount, at, country, lost, rate, user, vector",
      "columns: amount, at, country, lost, rate, user, vector",
      "Did you mean \`rate\`?
    columns: amount, at, country, lost, rate, user, vector",
    ]
  `);
});

test('labels and duplicates are told by their expressions', () => {
  const parts = [part(over([count()]))];
  const loss = (...inputs: unknown[]) =>
    join({
      ...{ name: 'j', left: payments, parts },
      labels: inputs.map((input) =>
        ahead(untyped(input), { operation: 'sum', windows: ['7d'], keys: ['user'], as: 'loss' }),
      ),
    });
  expect(
    problemsOf(() =>
      over([
        sum(expr('amount * rate'), { as: 'same' }),
        sum(when(col('lost'), col('amount')).otherwise(0), { as: 'same' }),
      ]),
    ),
  ).toMatchInlineSnapshot(`
    [
      "DUPLICATE_COLUMN_NAME  g: two columns are named \`g_same\`.
    1: g › sum(amount * rate) as same
    2: g › sum(CASE WHEN lost THEN amount ELSE 0 END) as same",
    ]
  `);
  expect(problemsOf(() => loss(expr('amount'), expr('rate')))).toMatchInlineSnapshot(`
    [
      "DUPLICATE_COLUMN_NAME  j: two columns are named \`label_loss_7d\`.
    1: label ahead(amount) sum over 7d
    2: label ahead(rate) sum over 7d",
    ]
  `);
  expect(problemsOf(() => loss(expr('amuont'), { column: 'amount' }))).toMatchInlineSnapshot(`
    [
      "BAD_EXPRESSION  j › ahead(amuont) › sum(amuont): expression: there is no column \`amuont\`.
    amuont
    ^",
      "BAD_OPTION  j › ahead() › sum(): \`column\` is no option here.",
      "BAD_OPTION  j › ahead() › sum(): \`column\` is missing: name what is aggregated.",
    ]
  `);
});

test('served groupBys compute their inputs too', () => {
  expect(over([sum(expr('amount * rate'), SPENT)], { online: true }).online).toBe(true);
  expect(
    problemsOf(() =>
      over([sum(expr('amount * rate'), { ...SPENT, tail: 'exact' })], { online: true }),
    ),
  ).toMatchInlineSnapshot(`
    [
      "BAD_OPTION  g › sum(amount * rate): \`online\` cannot be: \`tail: 'exact'\` is offline only.",
    ]
  `);
});

test('entities, and no name of ours is theirs', () => {
  const people = entities({
    name: 'people',
    path: 'people',
    keys: ['user'],
    columns: { user: 'string', town: 'string', born: 'date' },
  });
  const g = over([uniqueCount(call('lower', col('town')).cast('string'), { as: 'x' })], {
    source: people,
    keys: ['town'],
  });
  expect(groupByColumns(g).map(({ name }) => name)).toEqual(['g_x']);
  expect(problemsOf(() => over([sum(g.aggregations[0]!.input as never)]))).toEqual([
    expect.stringMatching(/^UNKNOWN_COLUMN {2}g › sum\('__input_/),
  ]);
});
