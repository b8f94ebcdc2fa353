import {
  type ColumnSpec,
  type Expression,
  expressionColumns,
  formatExpression,
  isOfflineOnly,
  type LiteralValue,
  parseCondition,
  parseType,
  sql,
  TesseraError,
} from '@tessera/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fraudV2 } from './fraud.js';

const column = (name: string) => ({ op: 'column', column: name }) as const;
const literal = (value: LiteralValue) => ({ op: 'literal', literal: value }) as const;
const double = (value: number) => ({ op: 'literal', literal: value, type: 'double' }) as const;

function check(text: string, tree: Expression, canonical = text): void {
  expect(parseCondition(text)).toEqual(tree);
  expect(formatExpression(tree)).toBe(canonical);
  expect(parseCondition(canonical)).toEqual(tree);
  expect(parseCondition(tree)).toEqual(tree);
}

describe('what texts mean', () => {
  test('comparisons', () => {
    check("a = 'x'", { op: '=', left: column('a'), right: literal('x') });
    check('a!=1', { op: '<>', left: column('a'), right: literal(1) }, 'a <> 1');
    check('1.5e3 >= a', { op: '>=', left: double(1500), right: column('a') }, '1500.0 >= a');
    check('a < -0', { op: '<', left: column('a'), right: literal(0) }, 'a < 0');
    check('a > - .5', { op: '>', left: column('a'), right: literal(-0.5) }, 'a > -0.5');
    check('a <= b', { op: '<=', left: column('a'), right: column('b') });
    check('a = true', { op: '=', left: column('a'), right: literal(true) }, 'a = TRUE');
    check("a = 'it''s'", { op: '=', left: column('a'), right: literal("it's") });
    check('"a ""b""" = 1', { op: '=', left: column('a "b"'), right: literal(1) });
    check('"NOT" = 1', { op: '=', left: column('NOT'), right: literal(1) });
    check('größe = 1', { op: '=', left: column('größe'), right: literal(1) });
  });

  test('IN and IS', () => {
    const values = ['a', 'b'].map(literal);
    check("c IN ('a', 'b')", { op: 'in', operand: column('c'), values });
    check(
      "c not in ('a','b')",
      { op: 'not', arg: { op: 'in', operand: column('c'), values } },
      "c NOT IN ('a', 'b')",
    );
    check('c IS NULL', { op: 'is_null', operand: column('c') });
    check(
      'c is not null',
      { op: 'not', arg: { op: 'is_null', operand: column('c') } },
      'c IS NOT NULL',
    );
  });

  test('AND binds before OR, NOT before AND; nested ones are flattened', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ op: 'column', column: name }) as const);
    check('a OR b AND c', { op: 'or', args: [a!, { op: 'and', args: [b!, c!] }] });
    check('(a OR b) AND c', { op: 'and', args: [{ op: 'or', args: [a!, b!] }, c!] });
    check('a and (b and c)', { op: 'and', args: [a!, b!, c!] }, 'a AND b AND c');
    check('NOT a AND b', { op: 'and', args: [{ op: 'not', arg: a! }, b!] });
    check('NOT (a AND b)', { op: 'not', arg: { op: 'and', args: [a!, b!] } });
    check('NOT NOT a', { op: 'not', arg: { op: 'not', arg: a! } });
    check('((a))', a!, 'a');
    expect(
      parseCondition({
        op: 'or',
        args: [
          { op: 'or', args: [a!, b!] },
          { op: 'and', args: [c!] },
        ],
      }),
    ).toEqual({ op: 'or', args: [a, b, c] });
  });
});

const columns: readonly ColumnSpec[] = Object.entries({
  currency: 'string',
  amount: 'double',
  units: 'decimal(10,2)',
  paid: 'boolean',
  day: 'date',
  at: 'timestamp',
  tags: 'list<string>',
}).map(([name, type]) => ({ name, type: parseType(type), nullable: true }));

function refused(where: string | Expression): string {
  try {
    parseCondition(where, columns);
  } catch (error) {
    if (error instanceof TesseraError)
      return error.problems.map((one) => `${one.summary}\n${one.hint ?? ''}`).join('\n');
    throw error;
  }
  throw new Error('it was taken');
}

describe('what is refused', () => {
  test('syntax, at its character', () => {
    expect(refused('currency <> AND')).toBe(
      'where: expected a column or a value, found `AND`.\ncurrency <> AND\n            ^\n',
    );
    expect(refused('paid\n  AND amount >')).toContain('  AND amount >\n              ^');
    const cases: readonly (readonly [string, string])[] = [
      ['', 'found the end'],
      ['amount == 1', 'equality is one `=`'],
      ["currency = 'USD", "no closing '"],
      ['currency = "USD', 'no closing "'],
      ['paid paid', 'expected AND, OR or the end, found `paid`'],
      ['(paid', 'expected `)`'],
      ['paid)', 'found `)`'],
      ['amount IN 1', 'expected `(`'],
      ['amount IN ()', 'expected a column or a value'],
      ['amount IS 1', 'expected NULL after IS'],
      ['amount NOT 1', 'expected IN, BETWEEN or LIKE after NOT'],
      ["'USD'", 'a value alone is no condition'],
      ['TRUE', 'a value alone is no condition'],
      ['currency LIKE units', 'LIKE takes a pattern in quotes'],
      ['amount BETWEEN 1', 'expected AND and the upper bound'],
      ["currency ILIKE 'u%'", "Write lower(x) LIKE '…'."],
      ['paid && paid', 'Write AND.'],
      ['amount = 1.2.3', 'this is no number'],
      ['amount = 12abc', 'this is no number'],
      ['amount = 1e999', 'too large'],
      ['amount = 9223372036854775808', 'beyond 2^63'],
    ];
    for (const [text, reason] of cases) expect(refused(text), text).toContain(reason);
  });

  test('names', () => {
    expect(refused("curency = 'USD'")).toContain('Did you mean `currency`?');
    expect(refused('currency = "USD"')).toContain("A string is written in single quotes: 'USD'.");
    expect(refused('amont > 1 AND curency IS NULL')).toMatch(/amont[\s\S]*curency/);
  });

  test('types', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['currency = 1', 'string column `currency` cannot be compared with 1'],
      ["amount < '1'", "double column `amount` cannot be compared with '1'"],
      ['amount = currency', 'cannot be compared with string column `currency`'],
      ['paid = 1', 'cannot be compared with 1'],
      ['amount', 'double column `amount` alone is no condition'],
      ['NOT currency', 'alone is no condition'],
      ["currency IN ('a', 2)", 'cannot be compared with 2'],
      ['amount = NULL', 'a comparison with NULL is never true'],
      ['currency NOT IN (NULL)', 'NULL in a list'],
      ["day = 'yesterday'", "'yesterday' is no date"],
      ["day = '2025-02-30'", "'2025-02-30' is no date"],
      ['day = 20250101', '20250101 is no date'],
      ["at > '2025-01-01T25:00:00Z'", 'is no timestamp'],
      ['tags = 1', 'list<string> column `tags` cannot be compared'],
    ];
    for (const [text, reason] of cases) expect(refused(text), text).toContain(reason);
    for (const fine of [
      'amount = units OR units > 1.5',
      "'USD' <> currency",
      'paid AND paid = FALSE AND tags IS NOT NULL',
      "day >= '2025-01-31' AND at < '2025-01-31T10:00:00.5Z' AND at > '2025-01-31'",
    ]) {
      expect(() => parseCondition(fine, columns), fine).not.toThrow();
    }
  });

  test('nesting that would exhaust the stack', () => {
    const deep = 10_000;
    expect(refused(`${'('.repeat(deep)}paid${')'.repeat(deep)}`)).toContain('nests deeper');
    expect(refused(`${'NOT '.repeat(deep)}paid`)).toContain('nests deeper');
    let tree: Expression = { op: 'column', column: 'paid' };
    for (let idx = 0; idx < deep; idx++) tree = { op: 'not', arg: tree };
    expect(refused(tree)).toContain('nests deeper');
    const wide = Array.from({ length: deep }, () => 'paid').join(' OR ');
    const read = parseCondition(wide, columns);
    expect(read.op === 'or' && read.args.length).toBe(deep);
  });

  test('data that is no predicate', () => {
    const bad: readonly unknown[] = [
      null,
      7,
      [],
      {},
      { op: 'ilike' },
      { op: 'and', args: [] },
      { op: '=', left: column('amount') },
      { op: '=', left: column('amount'), right: literal(Number.NaN) },
      { op: '=', left: { column: 'amount', literal: 1 }, right: literal(1) },
      { op: 'in', operand: column('amount'), values: 3 },
      { op: 'in', operand: column('amount'), values: [] },
      { op: 'sql', sql: ' ' },
      { op: 'not', arg: { op: 'column', column: 'paid' }, extra: 1 },
      { op: 'constructor' },
    ];
    // These are not predicates to the compiler either, which is the point.
    for (const tree of bad)
      expect(refused(tree as Expression), JSON.stringify(tree)).toContain('where:');
  });
});

const name = fc.oneof(
  fc.constantFrom('a', 'b_1', 'NOT', 'größe'),
  fc.string({ minLength: 1, unit: 'binary' }),
);
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constant(null),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((number) =>
      Number.isInteger(number) && !Number.isSafeInteger(number) ? 0.5 : number + 0,
    ),
);
const values = value.map(literal);
const operand = fc.oneof(name.map(column), values);
const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.record({ op: fc.constant('column' as const), column: name }),
    fc.record({
      op: fc.constantFrom('=' as const, '<>' as const, '<' as const, '>=' as const),
      left: operand,
      right: operand,
    }),
    fc.record({ op: fc.constant('is_null' as const), operand }),
    fc.record({
      op: fc.constant('in' as const),
      operand,
      values: fc.array(values, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('not' as const), arg: tie('tree') }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      args: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

test('any tree is written and read back the same', () => {
  fc.assert(
    fc.property(tree, (any) => {
      const canonical = parseCondition(any);
      expect(parseCondition(formatExpression(canonical))).toEqual(canonical);
    }),
    { numRuns: 500 },
  );
});

test('any text is read or refused with a place inside it, never anything else', () => {
  const words = fc.constantFrom(
    'amount',
    'paid',
    '(',
    ')',
    'AND',
    'or',
    'NOT',
    '=',
    '<>',
    'IN',
    'IS',
    'NULL',
    '1',
    "'x'",
    ',',
    '-',
    '"',
    "'",
    '\n',
    '€',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        const read = parseCondition(text, columns);
        expect(parseCondition(formatExpression(read), columns)).toEqual(read);
      } catch (error) {
        if (!(error instanceof TesseraError)) throw error;
        for (const { code, params } of error.problems) {
          expect(code).toBe('BAD_PREDICATE');
          const { position } = params as { readonly position: number };
          expect(position).toBeGreaterThanOrEqual(0);
          expect(position).toBeLessThanOrEqual(text.length);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('SQL is offline only', () => {
  const raw = sql('amount % 2 = 0');
  expect(raw).toEqual({ op: 'sql', sql: 'amount % 2 = 0' });
  expect(
    isOfflineOnly({
      op: 'and',
      args: [
        { op: 'column', column: 'paid' },
        { op: 'not', arg: raw },
      ],
    }),
  ).toBe(true);
  expect(isOfflineOnly(parseCondition('paid'))).toBe(false);
  expect(isOfflineOnly(fraudV2)).toBe(false);
  expect(expressionColumns(parseCondition('a = b AND a IN (1) OR NOT c IS NULL OR d'))).toEqual([
    'a',
    'b',
    'c',
    'd',
  ]);
  expect(expressionColumns(raw)).toBeNull();
});
