import {
  type Built,
  call,
  canonicalJson,
  col,
  count,
  definitionHash,
  type Expression,
  events,
  formatExpression,
  groupBy,
  isOfflineOnly,
  lit,
  parseExpression,
  readExpression,
  sql,
  when,
} from '@tessera/api';
import { describe, expect, test } from 'vitest';

const amount = col('amount');
const limit = col('limit');

describe('the builder gives the tree of the text', () => {
  const cases: readonly (readonly [Built, string])[] = [
    [amount.div(limit), 'amount / limit'],
    [amount.plus(1).minus(2.5).times(limit).mod(7), '((amount + 1) - 2.5) * limit % 7'],
    [amount.negate(), '-amount'],
    [lit(5).negate(), '-5'],
    [amount.concat('€').eq('5€'), "amount || '€' = '5€'"],
    [amount.eq(1), 'amount = 1'],
    [amount.ne(null), 'amount <> NULL'],
    [amount.lt(true), 'amount < TRUE'],
    [amount.le(2n ** 62n), 'amount <= 4611686018427387904'],
    [amount.gt(lit(1, 'double')), 'amount > 1.0'],
    [col('day').ge(lit('2025-01-31', 'date')), "day >= DATE '2025-01-31'"],
    [
      col('at').lt(lit('2025-01-31T10:00:00Z', 'timestamp')),
      "at < TIMESTAMP '2025-01-31T10:00:00Z'",
    ],
    [amount.gt(1).and(limit.lt(2), col('paid')), 'amount > 1 AND limit < 2 AND paid'],
    [amount.gt(1).and(limit.lt(2)).and(col('paid')), 'amount > 1 AND limit < 2 AND paid'],
    [amount.gt(1).and(limit.lt(2)).or(col('paid')), 'amount > 1 AND limit < 2 OR paid'],
    [amount.gt(1).or(limit.lt(2)).not(), 'NOT (amount > 1 OR limit < 2)'],
    [amount.isNull(), 'amount IS NULL'],
    [amount.isNotNull(), 'amount IS NOT NULL'],
    [amount.in([1, 2.5, limit]), 'amount IN (1, 2.5, limit)'],
    [amount.in(['a']).not(), "amount NOT IN ('a')"],
    [amount.between(1, limit), 'amount BETWEEN 1 AND limit'],
    [col('name').like('a%'), "name LIKE 'a%'"],
    [amount.cast('Decimal(10, 2)'), 'CAST(amount AS decimal(10,2))'],
    [call('UPPER', col('name')), 'upper(name)'],
    [call('coalesce', amount, limit, 0), 'coalesce(amount, limit, 0)'],
    [call('pi'), 'pi()'],
    [
      when(amount.gt(100), 'large').otherwise('small'),
      "CASE WHEN amount > 100 THEN 'large' ELSE 'small' END",
    ],
    [
      when(amount.gt(100), 2).when(amount.gt(10), 1).otherwise(null),
      'CASE WHEN amount > 100 THEN 2 WHEN amount > 10 THEN 1 END',
    ],
  ];
  test.each(cases.map(([built, text]) => [text, built] as const))('%s', (text, built) => {
    const tree = parseExpression(text);
    const read = readExpression(built, null);
    expect(read.problems).toEqual([]);
    expect(read.expression).toStrictEqual(tree);
    expect(JSON.parse(JSON.stringify(built)).op).toBe(tree.op);
    expect(canonicalJson(parseExpression(built))).toBe(canonicalJson(tree));
  });
});

test('what is built is plain data: only the tree in JSON and clones, and it cannot be changed', () => {
  const built = amount.div(limit).gt(0.5);
  expect(JSON.stringify(built)).toBe(
    '{"op":">","left":{"op":"/","left":{"op":"column","column":"amount"},"right":{"op":"column","column":"limit"}},"right":{"op":"literal","literal":0.5}}',
  );
  expect(Object.keys(built)).toEqual(['op', 'left', 'right']);
  expect(structuredClone(built)).toEqual(parseExpression('amount / limit > 0.5'));
  expect(Object.isFrozen(built)).toBe(true);
  expect(amount.plus(1)).not.toBe(amount);
  expect(formatExpression(built)).toBe('amount / limit > 0.5');
});

test('in a definition it is copied, and hashes as its text does', () => {
  const source = {
    name: 's',
    path: 's',
    columns: { k: 'int64', v: 'double', t: 'epoch_ms' },
    time: 't',
  } as const;
  const written = events({ ...source, where: 'v > 1 AND k IN (1, 2) AND NOT k IS NULL' });
  const where = col('v')
    .gt(1)
    .and(col('k').in([1, 2]), col('k').isNotNull());
  const built = events({ ...source, where });
  expect(definitionHash(built)).toBe(definitionHash(written));
  expect(built.where).toStrictEqual(written.where);
  const of = (condition: string | Expression) =>
    groupBy({
      name: 'g',
      source: written,
      keys: ['k'],
      aggregations: [count({ where: condition })],
    });
  expect(definitionHash(of(col('v').between(1, 2)))).toBe(definitionHash(of('v BETWEEN 1 AND 2')));
  expect(definitionHash(of(col('v').div(2).gt(1)))).toBe(definitionHash(of('v / 2 > 1')));
  expect(definitionHash(of('v / 2 > 1'))).not.toBe(definitionHash(of('v / 2 > 2')));
});

test('sql is offline only, for one engine or two', () => {
  expect(parseExpression(sql('v % 2 = 0'))).toStrictEqual({ op: 'sql', sql: 'v % 2 = 0' });
  const both = parseExpression(sql({ duckdb: 'v % 2 = 0', spark: 'mod(v, 2) = 0' }));
  expect(both).toStrictEqual({ op: 'sql', sql: 'v % 2 = 0', spark: 'mod(v, 2) = 0' });
  expect(parseExpression(sql({ duckdb: 'v' }))).toStrictEqual({ op: 'sql', sql: 'v' });
  expect(isOfflineOnly(parseExpression(sql('v').eq(1).and(col('k'))))).toBe(true);
});

describe('what is no expression is refused, whatever the compiler was told', () => {
  const untyped = (value: unknown): never => value as never;
  const refused = (value: unknown): string => {
    const [problem] = readExpression(value, null).problems;
    return problem === undefined ? 'it was taken' : `${problem.reason} ${problem.advice ?? ''}`;
  };
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['a CASE without an end', when(col('a'), 1), 'End it with .otherwise(value).'],
    ['an operand that is nothing', col('a').plus(untyped(undefined)), 'a literal is a string'],
    ['an operand that is NaN', col('a').plus(Number.NaN), 'a literal is a string, a finite number'],
    ['an operand that is a date', col('a').eq(untyped(new Date(0))), 'there is no operator'],
    ['a number beyond int64', col('a').eq(2n ** 63n), 'below 2^63'],
    ['no values', col('a').in([]), 'IN needs at least one value'],
    ['an unknown type', col('a').cast('varchar'), "type 'varchar' is not a type"],
    ['no day', lit('2025-02-30', 'date'), 'is no date'],
    ['a double that is text', lit('x', 'double'), 'a double literal is a finite number'],
    ['no name', col(untyped(7)), 'the name of a column is text'],
    ['a function of no name', call('or', col('a')), 'there is no function `or`'],
    ['a pattern that is a column', col('a').like(untyped(col('b'))), 'the pattern of LIKE is text'],
    ['SQL that is empty', sql(' '), 'sql(…) needs the text'],
  ];
  test.each(cases)('%s', (_, value, reason) => {
    expect(refused(value)).toContain(reason);
  });
});
