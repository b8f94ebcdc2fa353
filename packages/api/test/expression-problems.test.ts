import {
  type ExpressionProblem,
  formatError,
  isTesseraError,
  parseExpression,
  readExpression,
} from '@tessera/api';
import { describe, expect, test } from 'vitest';

const columns = ['amount', 'currency', 'paid', 'n', 'tags'].map((name) => ({ name }));

function problemsOf(value: unknown): readonly ExpressionProblem[] {
  return readExpression(value, columns).problems;
}

/** `^` stands below the character. */
function shown(text: string): string {
  return problemsOf(text)
    .map(({ position, reason }) => `${' '.repeat(position ?? 0)}^ ${reason}`)
    .join('\n');
}

describe('syntax, at its character', () => {
  const END = 'found the end';
  const cases: readonly (readonly [
    text: string,
    position: number,
    reason: string,
    advice?: string,
  ])[] = [
    ['', 0, END],
    ["'; DROP TABLE x; --", 0, "this string has no closing '", "Write a ' inside as ''."],
    ["currency = ''; DROP TABLE x; --", 13, 'unexpected ";"', 'one value, not a statement'],
    ['a ==  b', 2, 'equality is one `=`', 'Write `=`.'],
    ['amount =< 1', 7, 'there is no =<', 'Write `<=`.'],
    ['1 < amount < 2', 11, 'comparisons do not chain', 'Join them: a < b AND b < c.'],
    ['amount +', 8, END],
    ['-', 1, END],
    ['amount % % n', 9, 'expected a column or a value, found `%`'],
    ['amount\n  + \n  * n', 14, 'found `*`'],
    ['(amount', 7, 'expected `)`', 'The ( at character 1 is not closed.'],
    ['amount)', 6, 'expected AND, OR or the end, found `)`', 'There is no ( for it.'],
    ['CASE WHEN paid THEN 1', 21, 'expected WHEN, ELSE or END'],
    ['CASE WHEN paid 1 END', 15, 'expected THEN, found `1`'],
    ['CASE paid END', 10, 'expected WHEN, found `END`'],
    ['CASE WHEN paid THEN END', 20, 'found `END`'],
    ['CASE WHEN paid THEN 1 ELSE END', 27, 'found `END`'],
    ['CASE END', 5, 'found `END`'],
    ['upper(currency', 14, 'expected `)`', 'The ( at character 6 is not closed.'],
    ['upper(currency,)', 15, 'found `)`'],
    ['upper currency', 6, 'expected AND, OR or the end, found `currency`'],
    ['count(*)', 6, 'found `*`'],
    ['currency = "USD', 11, 'no closing "'],
    ['"" = 1', 0, 'empty or has no closing "'],
    ['amount IN ()', 11, 'found `)`'],
    ['amount IN (1 2)', 13, 'expected `)`, found `2`'],
    ['amount not null', 11, 'expected IN, BETWEEN or LIKE after NOT'],
    ['amount IS 1', 10, 'expected NULL after IS'],
    ['amount BETWEEN 1 OR 2', 17, 'expected AND and the upper bound of BETWEEN'],
    ['currency LIKE n', 14, 'LIKE takes a pattern in quotes, not `n`'],
    ["currency ILIKE 'u'", 9, 'found `ILIKE`', "Write lower(x) LIKE '…'."],
    ["currency RLIKE '.*'", 9, 'found `RLIKE`', 'Regular expressions are left out'],
    ['CAST(amount double)', 12, 'expected AS and a type'],
    ['CAST(amount AS)', 14, 'expected a type'],
    ['CAST(amount AS varchar)', 15, "type 'varchar' is not a type", 'Did you mean `string`?'],
    ['CAST(amount AS double', 21, 'expected `)`', 'The ( at character 5 is not closed.'],
    ['round(amount AS int64)', 13, 'found `AS`', 'CAST(x AS type) only'],
    ["DATE '2025-02-30'", 5, "'2025-02-30' is no date", "Write '2025-01-31'."],
    ["TIMESTAMP 'noon'", 10, "'noon' is no timestamp"],
    ['amount && paid', 7, 'unexpected "&"', 'Write AND.'],
    ['paid | paid', 5, 'unexpected "|"', '|| to join texts'],
    ['amount::int64', 6, 'unexpected ":"', 'Write CAST(x AS type)'],
    ['amount ^ 2', 7, 'unexpected "^"', 'Write pow(x, y)'],
    ['tags[1]', 4, 'unexpected "["', 'element_at(list, 1)'],
    ['amount -- 1', 7, 'comments are no part of an expression', 'write - -1'],
    ['amount /* x */', 7, 'comments are no part of an expression'],
    ['t.amount', 1, 'a column name has no dot', '"a.b"'],
    ['1.2.3', 0, 'this is no number'],
    ['amount + 12abc', 9, 'this is no number'],
    ['1e999', 0, 'this number is too large'],
    ['9223372036854775808', 0, 'beyond 2^63'],
    ['-9223372036854775809', 1, 'beyond 2^63'],
    ['+amount', 1, 'expected a number', 'Leave the + out.'],
    ['paid ADN paid', 5, 'found `ADN`', 'Did you mean `AND`?'],
    ['amount, n', 6, 'found `,`'],
    ['currency = ‘USD’', 11, 'unexpected "‘"', "Quote a string with '."],
    ["sql('x')", 0, 'sql(…) stands outside of the text'],
    ['größe(amount)', 0, 'there is no function `größe`'],
  ];
  test.each(cases)('%s', (text, position, reason, advice) => {
    const [problem, ...more] = problemsOf(text);
    expect(more).toEqual([]);
    expect(problem?.position).toBe(position);
    expect(problem?.reason).toContain(reason);
    if (advice !== undefined) expect(problem?.advice).toContain(advice);
  });
});

test('names of columns, all of them, each where it stands', () => {
  expect(shown('ammount / (curency)')).toBe(
    '^ there is no column `ammount`\n           ^ there is no column `curency`',
  );
  // Functions and words of the language are called in any case, columns as they are declared.
  expect(shown('UPPER(currency) and AMOUNT > n')).toBe(
    '                    ^ there is no column `AMOUNT`',
  );
  // What BETWEEN and CASE x WHEN hold twice is told once.
  expect(shown('ammount BETWEEN 1 AND 2')).toBe('^ there is no column `ammount`');
  expect(problemsOf('CASE ammount WHEN 1 THEN 2 WHEN 3 THEN 4 END')).toHaveLength(1);
  expect(problemsOf({ op: 'negate', arg: { op: 'column', column: 'ammount' } })).toEqual([
    expect.objectContaining({ position: null, name: 'ammount' }),
  ]);
  expect(readExpression('ammount', null).problems).toEqual([]);
});

test('as an error', () => {
  const caught = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      if (isTesseraError(error)) return formatError(error);
    }
    return 'it was taken';
  };
  expect(caught(() => parseExpression('"Amount" > 1', columns))).toContain(
    'Did you mean `amount`?',
  );
  expect(caught(() => parseExpression('amount / (ammount + "USD")', columns))).toBe(
    [
      'error BAD_EXPRESSION',
      '  expression: there is no column `ammount`.',
      '  amount / (ammount + "USD")',
      '            ^',
      '  Did you mean `amount`?',
      "  A string is written in single quotes: 'USD'.",
      '  columns: amount, currency, n, paid, tags',
      'error BAD_EXPRESSION',
      '  expression: there is no column `USD`.',
      '  amount / (ammount + "USD")',
      '                      ^',
      "  A string is written in single quotes: 'USD'.",
      '  columns: amount, currency, n, paid, tags',
    ].join('\n'),
  );
});

describe('what is too large is refused at once', () => {
  const refused = (value: unknown): string => problemsOf(value)[0]?.reason ?? 'it was taken';
  const rows = (text: string, size = 100_000): string => text.repeat(Math.ceil(size / text.length));

  test('nesting', () => {
    const deep = 10_000;
    for (const [before, after] of [
      ['(', ')'],
      ['NOT ', ''],
      ['- ', ''],
      ['f(', ')'],
      ['n - (', ')'],
      ['CAST(', ' AS double)'],
      ['1 IN (', ')'],
      ['(paid OR n AND NOT n = n || n + n * - ', ')'],
    ] as const) {
      const nest = (levels: number): string => `${before.repeat(levels)}n${after.repeat(levels)}`;
      expect(refused(nest(before.length > 20 ? 1000 : deep)), before).toContain('nests deeper');
      expect(refused(nest(50)), before).toBe('it was taken');
    }
    expect(refused(`${'('.repeat(200)}n${')'.repeat(200)}`)).toBe('it was taken');
    expect(refused(`${'(paid OR n AND '.repeat(200)}n${')'.repeat(200)}`)).toBe('it was taken');
    expect(refused(`${'CASE WHEN n THEN '.repeat(deep)}1${' END'.repeat(deep)}`)).toContain(
      'nests',
    );
    expect(refused(Array.from({ length: deep }, () => 'n').join(' + '))).toContain('nests deeper');
    let tree: unknown = { op: 'column', column: 'n' };
    for (let idx = 0; idx < deep; idx++) tree = { op: 'negate', arg: tree };
    expect(refused(tree)).toContain('nests deeper');
    const loop: Record<string, unknown> = { op: 'not' };
    loop.arg = loop;
    expect(refused(loop)).toContain('nests deeper');
  });

  test('short texts of very many parts', () => {
    expect(refused(`${'('.repeat(40)}n${' BETWEEN 1 AND 2)'.repeat(40)}`)).toContain('more than');
    const cases = `${'CASE '.repeat(40)}(n)${' WHEN 1 THEN 2 WHEN 3 THEN 4 END'.repeat(40)}`;
    expect(refused(cases)).toContain('more than');
    let tree: unknown = { op: 'column', column: 'n' };
    for (let idx = 0; idx < 100; idx++) tree = { op: '+', left: tree, right: tree };
    expect(refused(tree)).toContain('more than');
  });

  test('long texts', () => {
    expect(refused(rows('n', 1_000_000))).toContain('has 1000000 characters');
    expect(refused(rows('1'))).toContain('beyond 2^63');
    expect(refused(`${rows('1')}a`)).toContain('this is no number');
    expect(refused(rows('1.'))).toContain('this is no number');
    expect(refused(`'${rows('a')}`)).toContain('no closing');
    expect(refused(`'${rows("''")}`)).toContain('no closing');
    expect(refused(`CAST(n AS ${rows('list<')})`)).toContain('this is no type');
    expect(refused(`${rows('n OR ')}n`)).toBe('it was taken');
    expect(refused(`n IN (${rows('12,')}12)`)).toBe('it was taken');
    expect(refused(`'${rows('a')}'`)).toBe('it was taken');
    // A name as long as that is cut where it is told.
    expect(refused(rows('a')).length).toBeLessThan(200);
  });
});
