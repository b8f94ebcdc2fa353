import { type Expression, parseExpression, parseType } from '@tessera/api';
import { checkExpression, type DuckDbText, duckdbText, evaluateRow } from '@tessera/expr';
import { describe, expect, test } from 'vitest';
import { connect, fromDuckDb } from './fuzz/duck.js';
import { quote } from './fuzz/table.js';

const columns = Object.entries({
  n: 'int64',
  k: 'int32',
  x: 'double',
  f: 'float',
  d: 'decimal(10,2)',
  s: 'string',
  t: 'timestamptz',
}).map(([name, type]) => ({ name, type: parseType(type) }));

function typedOf(expression: string | Expression) {
  const { typed, problems } = checkExpression(
    typeof expression === 'string' ? parseExpression(expression) : expression,
    columns,
  );
  if (typed === undefined) throw new Error(JSON.stringify(problems));
  return typed;
}

const textOf = (expression: string | Expression): DuckDbText =>
  duckdbText(typedOf(expression), quote);

describe("what DuckDB is sent, and what is JavaScript's", () => {
  test('columns are compared with literals without casts, so that row groups are pruned', () => {
    const sql = (text: string): string => textOf(text).sql;
    expect(sql('n > 5')).toBe('("n" > 5)');
    expect(sql('k IN (1, 2)')).toBe('("k" IN (1, 2))');
    expect(sql('f < 0.1')).toBe('("f" < 0.1e0)');
    expect(sql('n >= 2.5')).toBe('("n" >= 2.5e0)');
    expect(sql('d = 0.1')).toBe('("d" = 0.1)');
    expect(sql("'US' = s")).toBe(`('US' = "s")`);
    expect(sql("t < '1970-01-01T00:00:01Z'")).toBe(
      '("t" < make_timestamptz(CAST(1000000 AS BIGINT)))',
    );
    expect(sql('k = n')).toBe('("k" = "n")');
    expect(sql('f = n')).toBe('(CAST("f" AS DOUBLE) = CAST("n" AS DOUBLE))');
  });

  test("what is not pushed down is JavaScript's up to AND, OR and NOT", () => {
    const { sql, functions } = textOf("s = 'US' AND NOT (exp(x) > 2 OR n = 1)");
    expect(functions).toHaveLength(1);
    const [only] = functions;
    expect(sql).toBe(`(("s" = 'US') AND (NOT (${only!.name}("x") OR ("n" = 1))))`);
    expect([only!.columns.map((column) => column.column), only!.type.kind]).toEqual([
      ['x'],
      'boolean',
    ]);
    expect(evaluateRow(only!.expression, { x: 1 })).toBe(true);
  });

  test('a function is named by what it says: once for equal expressions', () => {
    expect(textOf('exp(x) > 2 OR exp(x) > 2').functions).toHaveLength(1);
    expect(textOf('exp(x)').functions).toEqual(textOf('exp(x)').functions);
    expect(textOf('exp(x)').functions[0]!.name).not.toBe(textOf('exp(f)').functions[0]!.name);
  });

  test('text is text, whatever it holds', async () => {
    const connection = await connect();
    for (const text of ["'; DROP TABLE t; --", "it''s", 'a\0b', '\\', '"', '$1 ? :x', '😀\n']) {
      const { sql } = textOf({ op: 'literal', literal: text });
      const reader = await connection.runAndReadAll(`SELECT ${sql}`);
      expect(fromDuckDb(reader.getRows()[0]![0]!)).toBe(text);
    }
    connection.closeSync();
  });
});

describe('texts do not grow beyond their expression', () => {
  const column: Expression = { op: 'column', column: 'x' };
  const nested = (levels: number, step: (inner: Expression) => Expression): Expression => {
    let tree: Expression = column;
    for (let level = 0; level < levels; level++) tree = step(tree);
    return tree;
  };
  /** Characters per level, of text that DuckDB takes. */
  const growth = (step: (inner: Expression) => Expression): number => {
    const [short, long] = [nested(10, step), nested(35, step)].map((tree) => textOf(tree));
    expect([short!.functions, long!.functions]).toEqual([[], []]);
    return (long!.sql.length - short!.sql.length) / 25;
  };

  test('arithmetic names each step once', () => {
    expect(growth((inner) => ({ op: '*', left: inner, right: column }))).toBeLessThan(12);
    expect(growth((inner) => ({ op: '/', left: column, right: inner }))).toBeLessThan(80);
    expect(growth((inner) => ({ op: 'call', name: 'round', args: [inner] }))).toBeLessThan(80);
  });

  test("what names its argument twice is JavaScript's where it is nested", () => {
    const { sql, functions } = textOf(
      nested(40, (inner) => ({
        op: 'call',
        name: 'nullif',
        args: [inner, { op: 'literal', literal: 1.5 }],
      })),
    );
    expect(functions).toHaveLength(1);
    expect(sql.length).toBeLessThan(100);
  });

  test('DuckDB takes the deepest that it is sent; deeper is JavaScript', async () => {
    const connection = await connect();
    await connection.run('CREATE TABLE one AS SELECT CAST(2 AS DOUBLE) AS x');
    const steps: ((inner: Expression) => Expression)[] = [
      (inner) => ({ op: '/', left: column, right: inner }),
      (inner) => ({ op: '+', left: inner, right: column }),
      (inner) => ({ op: 'call', name: 'sqrt', args: [inner] }),
      (inner) => ({
        op: 'case',
        when: [{ if: { op: 'is_null', operand: inner }, then: column }],
        else: column,
      }),
      (inner) => ({
        op: 'cast',
        operand: { op: 'cast', operand: inner, to: 'int64' },
        to: 'double',
      }),
    ];
    for (const step of steps) {
      const deepest = Array.from({ length: 40 }, (_, level) => nested(level, step))
        .map((tree) => ({ tree, text: textOf(tree) }))
        .findLast(({ text }) => text.functions.length === 0)!;
      const reader = await connection.runAndReadAll(`SELECT ${deepest.text.sql} FROM one`);
      expect(fromDuckDb(reader.getRows()[0]![0]!)).toBe(
        evaluateRow(typedOf(deepest.tree), { x: 2 }),
      );
      expect(textOf(nested(280, step)).functions).toHaveLength(1);
    }
    connection.closeSync();
  });
});
