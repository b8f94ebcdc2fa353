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

describe('what is stored finer than it is seen', () => {
  const types = ['decimal(38,10)', 'decimal(38,0)', 'decimal(20,20)', 'decimal(16,2)'] as const;
  const literals = [
    ...['0.1', '-0.1', '1.005', '0', '0.5', '9007199254740993', '-9007199254740993.0', '1e25'],
    ...['123456789012345680000.0', '-1e-12', '1e-300', '1e300', '-1e300', '99999999999999.99'],
  ];

  /** Decimals around a double: where its neighbours begin, and some units off. */
  function around(value: number, scale: number, most: bigint): bigint[] {
    if (Math.abs(value) > 1e39) return [];
    const step = Math.max(Math.abs(value) * 2 ** -53, Number.MIN_VALUE);
    const unscaled = (one: number): bigint => {
      const [digits = '0', exponent = '0'] = one.toExponential(40).split('e');
      const shift = Number(exponent) - 40 + scale;
      const whole = BigInt(digits.replace('.', ''));
      return shift >= 0 ? whole * 10n ** BigInt(shift) : whole / 10n ** BigInt(-shift);
    };
    const centre = unscaled(value);
    const gap = unscaled(step);
    return [centre, centre - gap, centre + gap]
      .flatMap((one) => [-2n, -1n, 0n, 1n, 2n].map((off) => one + off))
      .filter((one) => one < most && one > -most);
  }

  test.each(types)('%s and literals: as nearest doubles, not a digit finer', async (text) => {
    const type = parseType(text);
    if (type.kind !== 'decimal') throw new Error(text);
    const { precision, scale } = type;
    const most = 10n ** BigInt(precision);
    const stored = [
      ...new Set([
        ...literals.flatMap((literal) => around(Number(literal), scale, most)),
        ...[most - 1n, 1n - most],
      ]),
    ];
    const decimal = (one: bigint) => {
      const digits = (one < 0n ? -one : one).toString().padStart(scale + 1, '0');
      const at = digits.length - scale;
      return `${one < 0n ? '-' : ''}${digits.slice(0, at)}.${digits.slice(at)}`.replace(/\.$/, '');
    };
    const connection = await connect();
    await connection.run(
      `CREATE TABLE w AS SELECT CAST(x AS DECIMAL(${precision},${scale})) AS x
       FROM (VALUES (NULL), ${stored.map((one) => `('${decimal(one)}')`).join(', ')}) t(x)`,
    );
    const given = [{ name: 'x', type }];
    const wrong: string[] = [];
    for (const literal of literals)
      for (const one of ['=', '<>', '<', '<=', '>', '>='].flatMap((op) => [
        `x ${op} ${literal}`,
        `${literal} ${op} x`,
        ...(op === '=' ? [`x IN (7, ${literal})`, `x NOT IN (${literal})`] : []),
      ])) {
        const { typed, problems } = checkExpression(parseExpression(one), given);
        if (typed === undefined) throw new Error(`${one}: ${problems[0]?.reason}`);
        const { sql, functions } = duckdbText(typed, quote);
        expect([functions, sql]).toEqual([[], expect.not.stringContaining('VARCHAR')]);
        const reader = await connection.runAndReadAll(`SELECT ${sql} FROM w`);
        for (const [row, cell] of reader.getRows().entries()) {
          const x = row === 0 ? null : Number(decimal(stored[row - 1]!));
          const ours = evaluateRow(typed, { x });
          if (fromDuckDb(cell[0]!) !== ours)
            wrong.push(`${one} of ${row === 0 ? 'null' : decimal(stored[row - 1]!)}: not ${ours}`);
        }
      }
    connection.closeSync();
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  test('decimals of few digits are compared as they are, ns with the µs they lie in, whatever the year', async () => {
    const given = Object.entries({ d: 'decimal(15,2)', tn: 'timestamp_ns', t: 'timestamp' }).map(
      ([name, type]) => ({ name, type: parseType(type) }),
    );
    const sqlOf = (text: string): string => {
      const { typed } = checkExpression(parseExpression(text), given);
      return duckdbText(typed!, quote).sql;
    };
    expect(sqlOf('d < 0.1')).toBe('("d" < 0.1)');
    expect(sqlOf("tn > TIMESTAMP '1970-01-01T00:00:01Z'")).toBe(
      '("tn" >= make_timestamp_ns(CAST(1000001000 AS BIGINT)))',
    );
    expect(sqlOf("tn < TIMESTAMP '9999-01-01'")).toBe('("tn" = "tn")');
    expect(sqlOf("tn <= TIMESTAMP '1600-01-01'")).toBe('("tn" <> "tn")');
    const connection = await connect();
    const reader = await connection.runAndReadAll(
      `SELECT ${sqlOf('tn = tn')}, ${sqlOf('tn = t')}, ${sqlOf("tn = '1970-01-01T00:00:01Z'")},
         ${sqlOf("tn IN ('1970-01-01T00:00:02Z')")}, ${sqlOf("tn <> '2300-01-01'")}, ${sqlOf("tn > '1600-01-01'")}
       FROM (SELECT make_timestamp_ns(1000000999) AS tn, make_timestamp(1000000) AS t)`,
    );
    expect(reader.getRows()).toEqual([[true, true, true, false, true, true]]);
    connection.closeSync();
  });
});

describe('verbatim SQL', () => {
  const raw = (text: string, to?: string): Expression => {
    const sql: Expression = { op: 'sql', sql: text };
    return to === undefined ? sql : { op: 'cast', operand: sql, to };
  };
  const compare = (left: Expression, right: number | string): Expression => ({
    op: '=',
    left,
    right: { op: 'literal', literal: right },
  });

  test('is of the type that the CAST around it names: NaN and infinity null, -0 zero', async () => {
    const connection = await connect();
    for (const [expression, expected] of [
      [compare(raw('7::INTEGER', 'double'), 7), true],
      [{ op: '/', left: raw('7::INTEGER', 'double'), right: { op: 'literal', literal: 2 } }, 3.5],
      [raw("'nan'::DOUBLE", 'double'), null],
      [raw("'-inf'::DOUBLE", 'double'), null],
      [{ op: 'cast', operand: raw("'-0'::DOUBLE", 'double'), to: 'int64' }, 0n],
      [raw('170141183460469231731687303715884105727::HUGEINT -- most', 'int64'), null],
      [raw("TIMESTAMPTZ '1970-01-01 00:00:01+00'", 'timestamp'), 1_000_000n],
    ] as const) {
      const { sql, functions } = textOf(expression);
      expect(functions).toEqual([]);
      const reader = await connection.runAndReadAll(`SELECT ${sql}`);
      expect(fromDuckDb(reader.getRows()[0]![0]!)).toBe(expected);
    }
    connection.closeSync();
  });

  test("what is JavaScript's is given it like a column", () => {
    const upper: Expression = { op: 'call', name: 'upper', args: [raw('lower(s)', 'string')] };
    const { sql, functions } = textOf(compare(upper, 'A'));
    const [only, ...others] = functions;
    expect(others).toEqual([]);
    expect(sql).toBe(`${only!.name}(TRY_CAST((lower(s)\n) AS VARCHAR))`);
    const [column] = only!.columns;
    expect(column!.declared).toEqual({ kind: 'string' });
    expect(evaluateRow(only!.expression, { [column!.column]: 'a' })).toBe(true);
  });
});
