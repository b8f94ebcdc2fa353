import {
  type Expression,
  expressionColumns,
  formatExpression,
  type LiteralValue,
  parseExpression,
} from '@tessera/api';
import { describe, expect, test } from 'vitest';

const column = (name: string): Expression => ({ op: 'column', column: name });
const literal = (value: LiteralValue): Expression => ({ op: 'literal', literal: value });
const typed = (value: number | string, type: 'double' | 'int64' | 'date' | 'timestamp') =>
  ({ op: 'literal', literal: value, type }) as const;
const binary = (op: '+' | '-' | '*' | '/' | '%' | '||', left: Expression, right: Expression) =>
  ({ op, left, right }) as const;
const [a, b, c] = ['a', 'b', 'c'].map(column) as [Expression, Expression, Expression];

function check(text: string, tree: Expression, canonical = text): void {
  expect(parseExpression(text), text).toEqual(tree);
  expect(formatExpression(tree)).toBe(canonical);
  expect(parseExpression(canonical), canonical).toEqual(tree);
  expect(parseExpression(tree), text).toStrictEqual(tree);
}

describe('literals', () => {
  test('whole numbers are int64, others double, and 1.0 says so', () => {
    check('5', literal(5));
    check('-5', literal(-5));
    check('- 5', literal(-5), '-5');
    check('+5', literal(5), '5');
    check('007', literal(7), '7');
    check('1.5', literal(1.5));
    check('.5', literal(0.5), '0.5');
    check('1.0', typed(1, 'double'));
    check('5.', typed(5, 'double'), '5.0');
    check('1e3', typed(1000, 'double'), '1000.0');
    check('-0', literal(0), '0');
    check('-0.0', typed(0, 'double'), '0.0');
    check('1e-7', literal(1e-7), '1E-7');
    check('1e21', typed(1e21, 'double'), '1E21');
    check('9007199254740991', literal(9007199254740991));
    check('9007199254740992', typed('9007199254740992', 'int64'));
    check('9223372036854775807', typed('9223372036854775807', 'int64'));
    check('-9223372036854775808', typed('-9223372036854775808', 'int64'));
    check('00000000000000000000000000000012', literal(12), '12');
  });

  test('text, truth, null, dates and instants', () => {
    check("'it''s'", literal("it's"));
    check("''", literal(''));
    check('true', literal(true), 'TRUE');
    check('FALSE', literal(false));
    check('Null', literal(null), 'NULL');
    check("date '2025-01-31'", typed('2025-01-31', 'date'), "DATE '2025-01-31'");
    check(
      "TIMESTAMP '2025-01-31T10:00:00.5+02:00'",
      typed('2025-01-31T10:00:00.5+02:00', 'timestamp'),
    );
    check('"date" = a', { op: '=', left: column('date'), right: a });
    check('date(a)', { op: 'call', name: 'date', args: [a] });
  });

  test('a literal given as data takes the form that its text has', () => {
    const forms: readonly (readonly [Expression, Expression])[] = [
      [typed(1.5, 'double'), literal(1.5)],
      [typed(5, 'int64'), literal(5)],
      [typed('-5', 'int64'), literal(-5)],
      [literal(1e18), typed(1e18, 'double')],
      [literal(-0), literal(0)],
      [{ op: 'negate', arg: literal(5) }, literal(-5)],
      [{ op: 'negate', arg: typed(2, 'double') }, typed(-2, 'double')],
    ];
    for (const [given, canonical] of forms) {
      expect(parseExpression(given), JSON.stringify(given)).toStrictEqual(canonical);
    }
  });
});

describe('operators', () => {
  test('bind as in SQL, and from the left', () => {
    check('a + b * c', binary('+', a, binary('*', b, c)));
    check('(a + b) * c', binary('*', binary('+', a, b), c));
    check('a - b - c', binary('-', binary('-', a, b), c));
    check('a - (b - c)', binary('-', a, binary('-', b, c)));
    check('a / b % c', binary('%', binary('/', a, b), c));
    check('a || b + c', binary('||', a, binary('+', b, c)));
    check('a || b || c', binary('||', binary('||', a, b), c));
    check('-a * b', binary('*', { op: 'negate', arg: a }, b));
    check('-(a * b)', { op: 'negate', arg: binary('*', a, b) });
    check('a - -1', binary('-', a, literal(-1)));
    check('a-1', binary('-', a, literal(1)), 'a - 1');
    check('-(-a)', { op: 'negate', arg: { op: 'negate', arg: a } });
    check('- -a', { op: 'negate', arg: { op: 'negate', arg: a } }, '-(-a)');
    check('-(5)', literal(-5), '-5');
    check('- -5', literal(5), '5');
    const least = typed('-9223372036854775808', 'int64');
    check('-(-9223372036854775808)', { op: 'negate', arg: least });
    check('a + 1 > b / 2 AND NOT c', {
      op: 'and',
      args: [
        { op: '>', left: binary('+', a, literal(1)), right: binary('/', b, literal(2)) },
        { op: 'not', arg: c },
      ],
    });
    check('(a = b) = c', { op: '=', left: { op: '=', left: a, right: b }, right: c });
    check('a = (b = c)', { op: '=', left: a, right: { op: '=', left: b, right: c } });
    check('(a OR b) || c', binary('||', { op: 'or', args: [a, b] }, c));
    check('(NOT a) IS NULL', { op: 'is_null', operand: { op: 'not', arg: a } });
  });

  test('BETWEEN is two comparisons', () => {
    const least: Expression = { op: '>=', left: a, right: literal(1) };
    const most: Expression = { op: '<=', left: a, right: binary('+', b, literal(2)) };
    const both: Expression = { op: 'and', args: [least, most] };
    check('a between 1 and b + 2', both, 'a >= 1 AND a <= b + 2');
    check('a NOT BETWEEN 1 AND b + 2', { op: 'not', arg: both }, 'NOT (a >= 1 AND a <= b + 2)');
    check(
      'c AND a BETWEEN 1 AND b + 2 AND c',
      { op: 'and', args: [c, least, most, c] },
      'c AND a >= 1 AND a <= b + 2 AND c',
    );
  });

  test('LIKE, IN and IS over any operand', () => {
    check("a || b LIKE 'x%'", { op: 'like', operand: binary('||', a, b), pattern: 'x%' });
    check(
      "a not like '_'",
      { op: 'not', arg: { op: 'like', operand: a, pattern: '_' } },
      "a NOT LIKE '_'",
    );
    check('a + 1 IN (b, c * 2, NULL)', {
      op: 'in',
      operand: binary('+', a, literal(1)),
      values: [b, binary('*', c, literal(2)), literal(null)],
    });
    check('a % 2 IS NULL', { op: 'is_null', operand: binary('%', a, literal(2)) });
    check('NOT a IS NOT NULL', {
      op: 'not',
      arg: { op: 'not', arg: { op: 'is_null', operand: a } },
    });
  });
});

describe('calls, CAST and CASE', () => {
  test('calls', () => {
    check('UPPER(a)', { op: 'call', name: 'upper', args: [a] }, 'upper(a)');
    check('pi()', { op: 'call', name: 'pi', args: [] });
    check('coalesce(a, b OR c, -1)', {
      op: 'call',
      name: 'coalesce',
      args: [a, { op: 'or', args: [b, c] }, literal(-1)],
    });
    check('left(a, 1)', { op: 'call', name: 'left', args: [a, literal(1)] });
    check('if(a, b, c)', { op: 'call', name: 'if', args: [a, b, c] });
  });

  test('casts, to the canonical text of a type', () => {
    check('CAST(a AS double)', { op: 'cast', operand: a, to: 'double' });
    check(
      'cast(a + 1 as Decimal( 10, 2 ))',
      { op: 'cast', operand: binary('+', a, literal(1)), to: 'decimal(10,2)' },
      'CAST(a + 1 AS decimal(10,2))',
    );
    check(
      'CAST(a AS map<string, list<int64>>)',
      { op: 'cast', operand: a, to: 'map<string,list<int64>>' },
      'CAST(a AS map<string,list<int64>>)',
    );
  });

  test('both forms of CASE', () => {
    check("CASE WHEN a > 1 THEN 'x' WHEN b THEN 'y' ELSE 'z' END", {
      op: 'case',
      when: [
        { if: { op: '>', left: a, right: literal(1) }, then: literal('x') },
        { if: b, then: literal('y') },
      ],
      else: literal('z'),
    });
    check(
      "CASE a WHEN 1 THEN 'x' WHEN b THEN 'y' END",
      {
        op: 'case',
        when: [
          { if: { op: '=', left: a, right: literal(1) }, then: literal('x') },
          { if: { op: '=', left: a, right: b }, then: literal('y') },
        ],
      },
      "CASE WHEN a = 1 THEN 'x' WHEN a = b THEN 'y' END",
    );
    const short: Expression = { op: 'case', when: [{ if: a, then: literal(1) }] };
    check('case when a then 1 else null end', short, 'CASE WHEN a THEN 1 END');
    expect(parseExpression({ ...short, else: literal(null) } as Expression)).toStrictEqual(short);
    check('CASE WHEN a THEN 1 END + 2', binary('+', short, literal(2)));
    check('CASE WHEN a THEN CASE WHEN a THEN 1 END END', {
      op: 'case',
      when: [{ if: a, then: short }],
    });
  });

  test('words of the language are names of columns where they can be nothing else', () => {
    check('end > 5', { op: '>', left: column('end'), right: literal(5) }, '"end" > 5');
    check('case = 1', { op: '=', left: column('case'), right: literal(1) }, '"case" = 1');
    check('case IS NULL', { op: 'is_null', operand: column('case') }, '"case" IS NULL');
    check(
      "like LIKE 'a'",
      { op: 'like', operand: column('like'), pattern: 'a' },
      '"like" LIKE \'a\'',
    );
    const both: Expression = { op: 'case', when: [{ if: column('case'), then: column('end') }] };
    check('CASE WHEN case THEN "end" END', both, 'CASE WHEN "case" THEN "end" END');
  });
});

test('columns, once each and in order; null where SQL may name any', () => {
  const text =
    "CASE b WHEN a THEN f(c, CAST(d AS double)) ELSE -e || g END IN (h, a) AND i LIKE 'x'";
  expect(expressionColumns(parseExpression(text))).toEqual([...'bacdeghi']);
  const raw: Expression = { op: 'call', name: 'f', args: [{ op: 'sql', sql: 'x' }] };
  expect(expressionColumns(raw)).toBeNull();
});
