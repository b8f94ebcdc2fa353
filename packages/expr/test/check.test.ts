import { type Expression, parseExpressionText, parseType } from '@tessera/api';
import { checkAssignable, checkExpression, evaluateRow } from '@tessera/expr';
import { describe, expect, test } from 'vitest';

const columns = Object.entries({
  amount: 'double',
  n: 'int64',
  name: 'string',
  ok: 'boolean',
  day: 'date',
  ts: 'timestamp',
  list: 'list<double>',
  counts: 'map<string,int64>',
}).map(([name, type]) => ({ name, type: parseType(type) }));

function check(text: string) {
  const parsed = parseExpressionText(text);
  if ('reason' in parsed) throw new Error(`${text}: ${parsed.reason}`);
  return checkExpression(parsed.expression, columns, parsed.positions);
}

/** What is told of a text: position, reason, advice or the nearest name. */
function problemsOf(text: string): string[] {
  return check(text).problems.map(({ position, reason, advice }) =>
    [position, reason, advice].filter((part) => part !== undefined).join(' | '),
  );
}

describe('what is wrong is told at its character', () => {
  const cases: readonly (readonly [text: string, ...problems: string[]])[] = [
    ["amount > 'x'", "7 | double column `amount` cannot be compared with 'x'"],
    ['amount = NULL', '7 | a comparison with NULL is never true | Write IS NULL or IS NOT NULL.'],
    [
      'n IN (1, NULL)',
      '2 | NULL in a list is never equal to anything | Leave it out, and write OR … IS NULL if nulls are wanted.',
    ],
    ['list = list', '5 | list<double> column `list` cannot be compared'],
    ["day > 'soon'", "4 | 'soon' is no date | Write '2025-01-31'."],
    [
      'name + 1',
      '5 | `+` takes numbers, not string column `name` | Text is joined with || and becomes a number with CAST(… AS double).',
    ],
    [
      '-ts',
      '0 | `-` takes numbers, not timestamp column `ts` | Times are moved with date_add and subtracted with date_diff.',
    ],
    [
      'amount AND ok',
      '0 | double column `amount` alone is no condition | Only a boolean column stands alone; compare this one with a value.',
    ],
    ["n LIKE 'a%'", '0 | LIKE takes string, not int64'],
    [
      "CASE WHEN ok THEN 1 ELSE 'a' END",
      '25 | branches of CASE are of one type, not int64 and string',
    ],
    ['CAST(list AS string)', '0 | list<double> cannot be cast'],
    ['CAST(day AS int64)', '0 | date cannot be cast to int64, only to timestamp, string'],
    ['CAST(n AS float)', '0 | CAST knows no float | Write double.'],
    ['CAST(n AS decimal(10,2))', '0 | CAST knows no decimal(10,2) | Write double.'],
    ['abs(1, 2)', '0 | `abs` takes 1 argument, not 2 | It is abs(x: number) → number.'],
    [
      'abs(name)',
      '4 | `abs` takes a number, not string as argument 1 | It is abs(x: number) → number.',
    ],
    [
      'substring(name, 1.5)',
      '16 | `substring` takes int64, not double as argument 2 | It is substring(s: string, start: int64, length?: int64) → string.',
    ],
    [
      "date_trunc('fortnight', ts)",
      "11 | `date_trunc` takes one of 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year' as argument 1 | It is date_trunc(unit: literal, t: date | timestamp) → date | timestamp.",
    ],
    [
      "date_trunc('hour', day)",
      "19 | `date_trunc` takes timestamp for 'hour', not date as argument 2 | Write CAST(… AS timestamp) around it.",
    ],
    [
      'year(n)',
      '5 | `year` takes a date or timestamp, not int64 as argument 1 | Write timestamp_ms(…) around it.',
    ],
    [
      "format_time(ts, 'yy')",
      "16 | `format_time` knows no `yy` in a format, only yyyy, MM, dd, HH, mm, ss, SSS and 'text' as argument 2 | It is format_time(t: date | timestamp, format: literal) → string.",
    ],
    [
      'bucket(name, n)',
      '13 | `bucket` takes a literal from 1 to 1000000 as argument 2 | It is bucket(x: string | int64 | boolean, n: literal) → int64.',
    ],
    [
      'coalesce(n, name)',
      '12 | `coalesce` takes int64, not string as argument 2 | It is coalesce(x: any, …) → any.',
    ],
    [
      'map_get(counts, n)',
      '16 | `map_get` takes string, not int64 as argument 2 | It is map_get(map, key) → value.',
    ],
    [
      'amont + nmae',
      "0 | there is no column `amont` | A string is written in single quotes: 'USD'.",
      "8 | there is no column `nmae` | A string is written in single quotes: 'USD'.",
    ],
    ['sqroot(amount)', '0 | there is no function `sqroot`'],
  ];

  test.each(cases)('%s', (text, ...problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test('unknown names come with others to suggest', () => {
    const [column] = check('amont > 1').problems;
    expect([column!.name, column!.candidates]).toEqual(['amont', columns.map((one) => one.name)]);
    const [call] = check('sqroot(amount)').problems;
    expect([call!.name, call!.candidates!.includes('sqrt')]).toEqual(['sqroot', true]);
  });

  test('verbatim SQL has the type of its place', () => {
    const raw: Expression = { op: 'sql', sql: 'x ~ y' };
    expect(checkExpression(raw, []).problems[0]!.reason).toBe(
      'the type of verbatim SQL is not known here',
    );
    expect(checkExpression(raw, [], new Map(), { kind: 'string' }).typed!.type.kind).toBe('string');
    expect(checkExpression({ op: 'not', arg: raw }, []).typed!.type.kind).toBe('boolean');
    expect(checkExpression({ op: 'cast', operand: raw, to: 'int64' }, []).typed).toEqual({
      ...raw,
      type: { kind: 'int64' },
    });
  });

  test('a tree of 10,000 levels is refused, not walked', () => {
    let deep: Expression = { op: 'column', column: 'n' };
    for (let level = 0; level < 10_000; level++) deep = { op: 'negate', arg: deep };
    expect(checkExpression(deep, columns).problems.map((one) => one.reason)).toEqual([
      'nests deeper than 600 levels',
    ]);
  });
});

describe('types', () => {
  const typeOf = (text: string): string => {
    const { typed, problems } = check(text);
    return typed === undefined ? problems[0]!.reason : typed.type.kind;
  };

  test.each([
    ['n + 1', 'int64'],
    ['n + 1.0', 'double'],
    ['n / 2', 'double'],
    ['n % 2', 'int64'],
    ['-amount', 'double'],
    ['NULL', 'null'],
    ['NULL + 1', 'int64'],
    ['coalesce(NULL, n, 1.5)', 'double'],
    ['CASE WHEN ok THEN n ELSE amount END', 'double'],
    ['if(ok, NULL, day)', 'date'],
    ["name || 'a'", 'string'],
    ['n = 1.5', 'boolean'],
    ['map_keys(counts)', 'list'],
    ["date_trunc('day', day)", 'date'],
    ["ts >= '2025-01-31'", 'boolean'],
  ])('%s is %s', (text, type) => {
    expect(typeOf(text)).toBe(type);
  });

  test('what is constant is folded, what is null by overflow too', () => {
    const folded = (text: string) => check(text).typed;
    expect(folded('1 + 2 * 3')).toEqual({ op: 'literal', literal: '7', type: { kind: 'int64' } });
    expect(folded('9223372036854775807 + 1')).toMatchObject({ op: 'literal', literal: null });
    expect(folded("date_add('day', 1, DATE '2024-02-28')")).toMatchObject({ literal: 19782 });
    expect(folded('amount + (1 + 1)')).toMatchObject({ op: '+', right: { literal: 2 } });
  });

  test('a whole literal meets whole numbers as one, whatever its size', () => {
    const row = { n: 9007199254740993n };
    const at = (text: string, of = row) => evaluateRow(check(text).typed!, of);
    expect(at('n = 9007199254740992.0')).toBe(false);
    expect(at('n > 9007199254740992')).toBe(true);
    expect(at('n < 1e19', { n: 2n ** 63n - 1n })).toBe(true);
    expect(at('n = 9223372036854775808.0', { n: 2n ** 63n - 1n })).toBe(false);
  });

  test('what a declared column may be given', () => {
    const given = (text: string, type: string) =>
      checkAssignable(check(text).typed!, parseType(type));
    expect(given('n', 'double')).toMatchObject({ typed: { op: 'cast', type: { kind: 'double' } } });
    expect(given('NULL', 'string')).toMatchObject({ typed: { type: { kind: 'string' } } });
    expect(given('ok', 'double')).toEqual({
      reason: 'a value of type boolean is no double',
      advice: "Declare it: { expression: '…', type: 'boolean' }.",
    });
  });
});
