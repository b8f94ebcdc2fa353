import {
  ahead,
  average,
  col,
  computedColumns,
  count,
  definitionHash,
  entities,
  events,
  groupBy,
  join,
  outputColumns,
  part,
  sum,
} from '@tessera/api';
import { describe, expect, test } from 'vitest';
import { problemsOf } from './problems.js';

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: { id: 'string', user: 'string', amount: 'double', bad: 'boolean', at: 'timestamp' },
  time: 'at',
});
const people = entities({
  name: 'people',
  path: 'people',
  keys: ['user'],
  columns: { user: 'string', age: 'int32' },
});
const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user'],
  aggregations: [sum('amount', { windows: ['1d', '7d'] }), average('amount')],
});
const base = { name: 'asked', left: payments, parts: [part(spend)] } as const;
const of = (derive: Record<string, never | string | object>, more: object = {}) =>
  problemsOf(() => join({ ...base, derive: derive as never, ...more }));

describe('what may be read', () => {
  test('left columns, ds, features, each other; a typo is told with the nearest name and its place', () => {
    expect(of({ ratio: 'amount / spend_amount_avarage' })).toMatchInlineSnapshot(`
      [
        "BAD_EXPRESSION  asked › derive › ratio: expression: there is no column \`spend_amount_avarage\`.
      amount / spend_amount_avarage
               ^",
      ]
    `);
  });

  test('no label, no sql(…)', () => {
    const labels = [ahead('bad', { operation: 'max', windows: ['1d'], keys: ['user'] })];
    expect(of({ leak: 'amount * 2 + label_bad_max_1d' }, { labels })).toMatchInlineSnapshot(`
      [
        "BAD_EXPRESSION  asked › derive › leak: expression: \`label_bad_max_1d\` is a label: what it says is not known when features are.
      amount * 2 + label_bad_max_1d
                   ^",
      ]
    `);
    expect(of({ odd: { op: 'sql', sql: 'random()' } })).toMatchInlineSnapshot(`
      [
        "BAD_EXPRESSION  asked › derive › odd: expression: sql(…) computes no column: it has no meaning where features are served.
      sql('random()')",
      ]
    `);
  });

  test('a cycle is printed', () => {
    expect(of({ a: 'b + 1', b: 'c * 2', c: 'amount - a', d: 'amount' })).toMatchInlineSnapshot(`
      [
        "DERIVATION_CYCLE  asked › derive: computed columns read each other in a circle: a → b → c → a.",
      ]
    `);
    expect(of({ a: 'a + 1' })).toMatchInlineSnapshot(`
      [
        "DERIVATION_CYCLE  asked › derive: computed columns read each other in a circle: a → a.",
      ]
    `);
  });

  test('a name that is taken', () => {
    expect(of({ amount: 'amount * 2', Spend_Amount_Sum_1d: 'amount' })).toMatchInlineSnapshot(`
      [
        "DUPLICATE_COLUMN_NAME  asked › derive › amount: two columns are named \`amount\`.
      1: column \`amount\`
      2: derived \`amount\`",
        "DUPLICATE_COLUMN_NAME  asked › derive › Spend_Amount_Sum_1d: two columns are named \`Spend_Amount_Sum_1d\`.
      1: column \`spend_amount_sum_1d\`
      2: derived \`Spend_Amount_Sum_1d\`",
      ]
    `);
    expect(of({ ds: 'amount', __x: 'amount', '': 'amount' })).toMatchInlineSnapshot(`
      [
        "DUPLICATE_COLUMN_NAME  asked › derive › ds: two columns are named \`ds\`.
      1: column \`ds\`
      2: derived \`ds\`",
        "BAD_OPTION  asked › derive › __x: \`name\` begins with two underscores: such names are ours.",
        "BAD_OPTION  asked › derive › : \`name\` needs a letter or digit, no control characters and at most 200 characters: "".",
      ]
    `);
  });

  test('what is no expression, and no type', () => {
    expect(
      of({
        a: '',
        b: 'amount +',
        c: { expression: 'amount', type: 'text' },
        d: { expresion: 'amount' },
        e: 7 as never,
      }),
    ).toMatchInlineSnapshot(`
      [
        "BAD_EXPRESSION  asked › derive › a: expression: expected a column or a value, found the end.

      ^",
        "BAD_EXPRESSION  asked › derive › b: expression: expected a column or a value, found the end.
      amount +
              ^",
        "BAD_TYPE  asked › derive › c: type 'text' is not a type.",
        "BAD_OPTION  asked › derive › d: \`expression\` is missing.",
        "BAD_OPTION  asked › derive › d: \`expresion\` is no option here.",
        "BAD_EXPRESSION  asked › derive › e: expression: an expression is text, sql(…) or an object with \`op\`.
      (given as data)",
      ]
    `);
  });

  test('only: names there are, once', () => {
    expect(of({ a: 'amount' }, { only: ['a', 'b', 'a', 'amount'] })).toMatchInlineSnapshot(`
      [
        "UNKNOWN_COLUMN  asked › only: asked has no column \`b\`.",
        "BAD_OPTION  asked: \`only\` names \`a\` twice.",
        "BAD_OPTION  asked: \`only\` need not name \`amount\`: columns of the left and keys always stay.",
      ]
    `);
    expect(of({ a: 'amount' }, { only: [] })).toMatchInlineSnapshot(`
      [
        "BAD_OPTION  asked: \`only\` needs at least one column.",
      ]
    `);
  });

  test('request: left columns under their own types', () => {
    expect(of({}, { request: { amount: 'int64', amonut: 'double' } })).toMatchInlineSnapshot(`
      [
        "BAD_OPTION  asked › request: \`amount\` is int64 here and double in payments: what is served would differ from what was trained on.",
        "UNKNOWN_COLUMN  asked › request: payments has no column \`amonut\`.",
      ]
    `);
  });

  test('of a groupBy: keys, ds, features by their short names, each other', () => {
    const derived = (derive: Record<string, string>) =>
      groupBy({
        name: 'g',
        source: payments,
        keys: ['user'],
        aggregations: [count({ windows: ['1d'] })],
        derive,
      });
    derived({ a: 'count_1d * 2', b: 'a + length(user)', c: 'length(ds)' });
    expect(problemsOf(() => derived({ a: 'g_count_1d', b: 'amount' }))).toMatchInlineSnapshot(`
      [
        "BAD_EXPRESSION  g › derive › a: expression: there is no column \`g_count_1d\`.
      g_count_1d
      ^",
        "BAD_EXPRESSION  g › derive › b: expression: there is no column \`amount\`.
      amount
      ^",
      ]
    `);
  });
});

describe('columns', () => {
  const derived = groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: [sum('amount', { windows: ['1d', '7d'] })],
    derive: { slope: 'amount_sum_1d / amount_sum_7d', twice: 'slope * 2' },
    only: ['twice', 'amount_sum_7d'],
  });
  const asked = join({
    ...base,
    parts: [part(derived, { prefix: 'p' }), part(people)],
    derive: { last: 'first + people_age', first: 'p_spend_twice * amount' },
  });

  test('come after what they are derived from, and are computed in the order they need', () => {
    expect(outputColumns(asked).map(({ name }) => name)).toEqual([
      'p_spend_amount_sum_7d',
      'p_spend_twice',
      'people_age',
      'last',
      'first',
    ]);
    expect(computedColumns(asked).map(({ column, outputIdx }) => [column.name, outputIdx])).toEqual(
      [
        ['p_spend_amount_sum_1d', -1],
        ['p_spend_amount_sum_7d', 0],
        ['people_age', 2],
        ['p_spend_slope', -1],
        ['p_spend_twice', 1],
        ['first', 4],
        ['last', 3],
      ],
    );
  });

  test('mean the same under other names', () => {
    const hash = (name: string, prefix: string, expression: string) =>
      outputColumns(
        join({ ...base, parts: [part(spend, { prefix })], derive: { [name]: expression } }),
      ).at(-1)?.hash;
    const one = hash('x', 'p', 'p_spend_amount_sum_1d / 2');
    expect(hash('y', 'q', 'q_spend_amount_sum_1d   /   2')).toBe(one);
    expect(hash('x', 'p', 'p_spend_amount_sum_7d / 2')).not.toBe(one);
    expect(hash('x', 'p', 'p_spend_amount_sum_1d / 3')).not.toBe(one);
  });

  test('change the hash of their join, and of no other', () => {
    const plain = join(base);
    const hash = definitionHash(join({ ...base, derive: { x: 'amount + 1' } }));
    expect(hash).not.toBe(definitionHash(plain));
    expect(definitionHash(join({ ...base, derive: { x: col('amount').plus(1) } }))).toBe(hash);
    expect(definitionHash(join({ ...base, derive: {} }))).toBe(definitionHash(plain));
    // What is served does not change what is trained on.
    const served = { ...base, derive: { x: 'amount + 1' }, request: { amount: 'double' } } as const;
    expect(definitionHash(join(served))).toBe(hash);
  });
});

describe('names that could be mistaken', () => {
  const visits = events({
    name: 'visits',
    path: 'visits',
    columns: { user: 'string', count_7d: 'string', at: 'timestamp' },
    time: 'at',
  });
  const keyed = { name: 'g', source: visits, keys: ['count_7d'] } as const;
  const aggregations = [count({ windows: ['7d', '1d'] })] as const;

  test('a feature that its groupBy would call as a key is asked for by neither', () => {
    const told = [
      'DUPLICATE_COLUMN_NAME  g: two columns are named `count_7d`.\n1: key `count_7d`\n2: feature `count_7d` of g',
    ];
    const derive = { twice: 'count_7d * 2' };
    expect(problemsOf(() => groupBy({ ...keyed, aggregations, derive }))).toEqual(told);
    expect(problemsOf(() => groupBy({ ...keyed, aggregations, only: ['count_7d'] }))).toEqual(told);
    // Nobody asks for it: it has a name of its own outside.
    const free = groupBy({ ...keyed, aggregations, derive: { twice: 'count_1d * 2' } });
    expect(free.derive).toHaveLength(1);
    const day = { aggregations: [count({ as: 'ds' })], derive: { x: 'ds + 1' } } as const;
    expect(problemsOf(() => groupBy({ ...keyed, ...day }))).toEqual([
      'DUPLICATE_COLUMN_NAME  g: two columns are named `ds`.\n1: the partition label `ds`\n2: feature `ds` of g',
    ]);
  });

  test('computed columns of a source that differ by case alone', () => {
    expect(
      problemsOf(() =>
        events({
          ...{ name: 'v', path: 'v', columns: { x: 'double', at: 'timestamp' }, time: 'at' },
          select: { A: 'x', a: 'x * 2' },
        }),
      ),
    ).toEqual([
      'DUPLICATE_COLUMN_NAME  v › select: two columns are named `a`.\n1: selected `A`\n2: selected `a`',
    ]);
  });

  test('`only` need not name a label', () => {
    const labels = [ahead('bad', { operation: 'max', windows: ['1d'], keys: ['user'] })];
    expect(of({ x: 'amount' }, { labels, only: ['label_bad_max_1d', 'x'] })).toEqual([
      'BAD_OPTION  asked: `only` need not name `label_bad_max_1d`: labels always stay.',
    ]);
  });
});

test('a chain longer than the stack is deep is put in order; of a long cycle both ends are told', () => {
  const links = 20_000;
  const chain = Object.fromEntries(
    Array.from({ length: links }, (_, i) => [`d${links - i}`, `d${links - i - 1} + 1`]),
  );
  const { derive } = join({ ...base, derive: { ...chain, d0: 'amount' }, only: [`d${links}`] });
  expect(derive).toHaveLength(links + 1);
  expect(of({ ...chain, d0: `d${links}` })).toEqual([
    `DERIVATION_CYCLE  asked › derive: computed columns read each other in a circle: ${[
      ...Array.from({ length: 10 }, (_, i) => `d${links - i}`),
      `… ${links + 2 - 20} more …`,
      ...Array.from({ length: 9 }, (_, i) => `d${8 - i}`),
      `d${links}`,
    ].join(' → ')}.`,
  ]);
});
