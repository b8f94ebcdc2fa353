import { type DataType, parseExpressionText } from '@tessera/api';
import {
  checkExpression,
  compileExpressions,
  compileFilter,
  compileRow,
  type ExpressionBatch,
  type ExpressionColumn,
  REGISTRY,
  type TypedExpression,
  type Value,
} from '@tessera/expr';
import { describe, expect, test, vi } from 'vitest';
import { readBack } from './compile-columns.js';

type Columns = Readonly<Record<string, readonly [DataType, ExpressionColumn]>>;

const f64 = (...values: (number | null)[]): ExpressionColumn => ({
  column: { kind: 'f64', values: Float64Array.from(values, (one) => one ?? Number.NaN) },
});
const strings = (...values: (string | null)[]): ExpressionColumn => {
  const known = [...new Set(values.filter((one) => one !== null))];
  const codes = values.map((one) => (one === null ? -1 : known.indexOf(one)));
  return { column: { kind: 'code', values: Int32Array.from(codes) }, strings: known };
};
const i64 = (...values: (bigint | null)[]): ExpressionColumn => ({
  column: {
    kind: 'i64',
    values: BigInt64Array.from(values, (one) => one ?? 77n),
    valid: Uint8Array.from(values, (one) => (one === null ? 0 : 1)),
  },
});
const DOUBLE: DataType = { kind: 'double' };
const INT64: DataType = { kind: 'int64' };
const STRING: DataType = { kind: 'string' };

function typedOf(text: string, columns: Columns): TypedExpression {
  const parsed = parseExpressionText(text);
  if (!('expression' in parsed)) throw new Error(JSON.stringify(parsed));
  const types = Object.entries(columns).map(([name, [type]]) => ({ name, type }));
  const { typed, problems } = checkExpression(parsed.expression, types);
  if (typed === undefined) throw new Error(JSON.stringify(problems));
  return typed;
}

function batchOf(columns: Columns, rows: number): ExpressionBatch {
  const entries = Object.entries(columns).map(([name, [, column]]) => [name, column] as const);
  return { rows, columns: new Map(entries) };
}

/** Values of expressions over columns. */
function evaluate(texts: readonly string[], columns: Columns, rows: number, type?: DataType) {
  const outputs = texts.map((text) => {
    const expression = typedOf(text, columns);
    return { name: text, expression, type: type ?? (expression.type as DataType) };
  });
  return compileExpressions(outputs)(batchOf(columns, rows)).map(readBack);
}

describe('values', () => {
  test('what is not finite is null before it divides', () => {
    const columns: Columns = { x: [DOUBLE, f64(1e308, 1, -0)], y: [DOUBLE, f64(10, 0, 1)] };
    expect(evaluate(['1 / (x * y)', 'x * y - x * y', 'y % (x * y)', '-x'], columns, 3)).toEqual([
      [null, null, null],
      [null, 0, 0],
      [null, null, null],
      [-1e308, -1, 0],
    ]);
  });

  test('whole numbers are exact on both sides of 2^53, and null beyond int64', () => {
    const most = 2n ** 63n - 1n;
    const columns: Columns = {
      n: [INT64, i64(2n ** 53n - 1n, 2n ** 53n, most, -most - 1n, 3037000500n, null)],
    };
    expect(evaluate(['n + 1', 'n * n', '0 - n', 'n % 1000', 'n = n + 0'], columns, 6)).toEqual([
      [2n ** 53n, 2n ** 53n + 1n, null, -most, 3037000501n, null],
      [null, null, null, null, null, null],
      [1n - 2n ** 53n, -(2n ** 53n), -most, null, -3037000500n, null],
      [991n, 992n, 807n, -808n, 500n, null],
      [true, true, true, true, true, null],
    ]);
  });

  test('times before 1970, and differences below zero', () => {
    const columns: Columns = {
      a: [{ kind: 'timestamp' }, f64(-1, 0, 86_400_000_000, null)],
      b: [{ kind: 'timestamp' }, f64(0, -90_000_000_000, 1, 1)],
      d: [{ kind: 'date' }, f64(-1, 0, 1, null)],
    };
    const texts = ["date_diff('day', a, b)", "date_diff('hour', a, d)", 'hour(a)', 'to_date(a)'];
    const more = [
      "date_trunc('hour', a)",
      'epoch_ms(a)',
      'is_weekend(d)',
      "date_add('week', -1, d)",
    ];
    expect(evaluate([...texts, ...more], columns, 4)).toEqual([
      [0n, -1n, 0n, null],
      [-23n, 0n, 0n, null],
      [23n, 0n, 0n, null],
      [-1, 0, 1, null],
      [-3_600_000_000n, 0n, 86_400_000_000n, null],
      [-1n, 0n, 86_400_000n, null],
      [false, false, false, null],
      [-8, -7, -6, null],
    ]);
  });

  test('NULL in a list', () => {
    const columns: Columns = { x: [DOUBLE, f64(1, 2, null)] };
    const x: TypedExpression = { op: 'column', column: 'x', declared: DOUBLE, type: DOUBLE };
    const values = [1, null].map((literal) => ({ op: 'literal', literal, type: DOUBLE }) as const);
    const type: DataType = { kind: 'boolean' };
    const isIn: TypedExpression = { op: 'in', operand: x, values, type };
    const outputs = [isIn, { op: 'not', arg: isIn, type } as const].map((expression) => ({
      name: expression.op,
      expression,
      type,
    }));
    expect(compileExpressions(outputs)(batchOf(columns, 3)).map(readBack)).toEqual([
      [true, null, null],
      [false, null, null],
    ]);
  });

  test('parts of a day, before and after they are looked up in tables', () => {
    const days = Array.from({ length: 56_000 }, (_, at) => ((at * 7919) % 60_000) * 4 - 60_000);
    const columns: Columns = { d: [{ kind: 'date' }, f64(...days)] };
    const texts = ['year(d)', 'week(d)', "date_trunc('month', d)"];
    const outputs = texts.map((name) => {
      const expression = typedOf(name, columns);
      return { name, expression, type: expression.type as DataType };
    });
    const byRow = compileRow(outputs);
    const made = evaluate(texts, columns, days.length);
    for (let row = 3; row < days.length; row += 97) {
      expect(made.map((values) => values[row])).toEqual(byRow({ d: days[row]! }));
    }
  });

  test('whole constants beyond 2^53 are exact beside others', () => {
    const columns: Columns = { n: [INT64, f64(1, null)] };
    const texts = [
      '9007199254740993 IN (n, 9007199254740992)',
      '9007199254740993 IN (n, 9007199254740993)',
    ];
    expect(
      evaluate([...texts, 'n < 9223372036854775807', 'n + 9007199254740992'], columns, 2),
    ).toEqual([
      [false, null],
      [true, true],
      [true, null],
      [9007199254740993n, null],
    ]);
  });

  test('long lists of branches and conditions', () => {
    const columns: Columns = { x: [DOUBLE, f64(0, 299, 300, null)] };
    const many = Array.from({ length: 300 }, (_, at) => at);
    const whens = many.map((at) => `WHEN x = ${at} THEN x * ${at}`).join(' ');
    const texts = [
      `CASE ${whens} ELSE -1 END`,
      many.map((at) => `x = ${at}`).join(' OR '),
      many.map((at) => `x <> ${at}`).join(' AND '),
      `coalesce(${many.map((at) => `NULL / x + ${at}`).join(', ')}, x)`,
    ];
    expect(evaluate(texts, columns, 4)).toEqual([
      [0, 299 * 299, -1, -1],
      [true, true, false, null],
      [false, false, true, null],
      [0, 299, 300, null],
    ]);
  });

  test('a column of whole numbers is as narrow as its values allow', () => {
    const columns: Columns = { n: [INT64, i64(1n, null, 2n ** 53n)] };
    const outputs = ['n - 1', 'n + 1'].map((name) => {
      return { name, expression: typedOf(name, columns), type: INT64 };
    });
    const [narrow, wide] = compileExpressions(outputs)(batchOf(columns, 3));
    expect(narrow!.column).toEqual({ kind: 'f64', values: Float64Array.of(0, NaN, 2 ** 53 - 1) });
    expect(wide!.column).toEqual({
      kind: 'i64',
      values: BigInt64Array.of(2n, 0n, 2n ** 53n + 1n),
      valid: Uint8Array.of(1, 0, 1),
    });
  });

  test.each<[DataType, readonly Value[]]>([
    [{ kind: 'float' }, [Math.fround(0.1), null, null]],
    [{ kind: 'decimal', precision: 6, scale: 1 }, [0.1, null, null]],
    [DOUBLE, [0.1, 1e39, null]],
  ])('a double declared %j', (type, wanted) => {
    const columns: Columns = { x: [DOUBLE, f64(0.1, 1e39, null)] };
    expect(evaluate(['x + 0'], columns, 3, type)).toEqual([wanted]);
    const row = compileRow([{ name: 'x', expression: typedOf('x + 0', columns), type }]);
    expect([0.1, 1e39, null].map((x) => row({ x })[0])).toEqual(wanted);
  });

  test('an int64 declared int32 is null beyond it', () => {
    const columns: Columns = { n: [INT64, i64(2n ** 31n - 1n, 2n ** 31n, null)] };
    const wanted = [2147483647n, null, null];
    expect(evaluate(['n + 0'], columns, 3, { kind: 'int32' })).toEqual([wanted]);
  });

  test('a map whose keys have a dictionary of their own', () => {
    const type: DataType = { kind: 'map', key: STRING, value: STRING };
    const codes = { kind: 'code', values: Int32Array.of(0, 1) } as const;
    const offsets = Int32Array.of(0, 2, 2);
    const column = { kind: 'map', offsets, valid: null, keys: codes, values: codes } as const;
    const columns: Columns = {
      m: [type, { column, strings: ['v', 'w'], keyStrings: ['a', 'b'] }],
    };
    const map = new Map([
      ['a', 'v'],
      ['b', 'w'],
    ]);
    expect(evaluate(['m', "map_get(m, 'b')", 'map_keys(m)'], columns, 2)).toEqual([
      [map, new Map()],
      ['w', null],
      [['a', 'b'], []],
    ]);
  });

  test('nothing at all', () => {
    expect(compileExpressions([])({ rows: 3, columns: new Map() })).toEqual([]);
    expect(evaluate(['1 + 1', "'a'", 'NULL'], {}, 2, undefined).slice(0, 2)).toEqual([
      [2n, 2n],
      ['a', 'a'],
    ]);
  });

  test('a condition that is null does not hold', () => {
    const columns: Columns = {
      x: [DOUBLE, f64(1, null, -1)],
      s: [STRING, strings('a', 'b', null)],
    };
    const mask = (text: string) => [...compileFilter(typedOf(text, columns))(batchOf(columns, 3))];
    expect(mask('x > 0')).toEqual([1, 0, 0]);
    expect(mask('NOT (x > 0)')).toEqual([0, 0, 1]);
    expect(mask("x IS NULL OR s = 'a'")).toEqual([1, 1, 0]);
    expect(mask("s <> 'a'")).toEqual([0, 1, 0]);
  });
});

describe('text of users', () => {
  const names = [
    '"); process.exit(1); ("',
    '`$' + '{1}`',
    '__proto__',
    'constructor',
    "'; DROP",
    '\n//',
  ];

  test.each(names)('a column named %j, and the same as a literal', (name) => {
    const columns: Columns = { [name]: [STRING, strings('x', name)], y: [DOUBLE, f64(1, 2)] };
    const column: TypedExpression = { op: 'column', column: name, declared: STRING, type: STRING };
    const text: TypedExpression = { op: 'literal', literal: name, type: STRING };
    const y: TypedExpression = { op: 'column', column: 'y', declared: DOUBLE, type: DOUBLE };
    const isBig: TypedExpression = {
      op: '>',
      left: y,
      right: { op: 'literal', literal: 1, type: DOUBLE },
      type: { kind: 'boolean' },
    };
    const outputs = [
      {
        name,
        expression: { op: 'case', when: [{ if: isBig, then: text }], else: column, type: STRING },
      },
      {
        name,
        expression: { op: 'like', operand: column, pattern: name, type: { kind: 'boolean' } },
      },
      {
        name,
        expression: { op: 'in', operand: column, values: [text], type: { kind: 'boolean' } },
      },
    ].map((one) => ({ ...one, type: (one.expression as TypedExpression).type as DataType }));
    const made = compileExpressions(outputs as never)(batchOf(columns, 2));
    expect(made.map(readBack)).toEqual([
      ['x', name],
      [false, true],
      [false, true],
    ]);
    const rows = compileRow(outputs as never);
    expect(
      rows(
        Object.fromEntries([
          [name, name],
          ['y', 1],
        ]),
      ),
    ).toEqual([name, true, true]);
  });

  test('no text of a user is part of generated code', () => {
    const made: string[] = [];
    const Real = globalThis.Function;
    vi.stubGlobal(
      'Function',
      new Proxy(Real, {
        construct: (target, args: string[]) => {
          made.push(...args);
          return Reflect.construct(target, args) as object;
        },
      }),
    );
    try {
      const columns: Columns = { needle: [STRING, strings('a')], other: [STRING, strings('b')] };
      evaluate(
        ["concat(needle, 'needle', other)", "needle LIKE 'needle%'", "other IN ('needle', needle)"],
        columns,
        1,
      );
    } finally {
      vi.unstubAllGlobals();
    }
    expect(made.length).toBeGreaterThan(3);
    expect(made.filter((text) => text.includes('needle'))).toEqual([]);
  });
});

describe('work', () => {
  /** How often the closure of a function is called. */
  function calls(texts: readonly string[], columns: Columns, rows: number, name: string): number {
    const entry = REGISTRY.get(name)!;
    let count = 0;
    const spy = vi.spyOn(entry, 'js').mockImplementation((args) => {
      const real = Object.getPrototypeOf(entry) && original(args);
      return (...values) => {
        count++;
        return real(...values);
      };
    });
    try {
      evaluate(texts, columns, rows);
    } finally {
      spy.mockRestore();
    }
    return count;
    function original(args: readonly TypedExpression[]) {
      return originals.get(name)!(args);
    }
  }
  const originals = new Map([...REGISTRY].map(([name, entry]) => [name, entry.js.bind(entry)]));

  const columns: Columns = {
    n: [INT64, f64(1, 2, 3, 4)],
    x: [DOUBLE, f64(1, -1, null, 5)],
    s: [STRING, strings('a', 'b', 'a', null)],
    t: [STRING, strings('a', 'b', 'c', 'd')],
  };

  test('what expressions have in common is computed once', () => {
    expect(calls(['hash64(n) + 1', 'hash64(n) + 2', 'hash64(n)'], columns, 4, 'hash64')).toBe(
      // Hashes do not fit a double, so their rows are computed again.
      8,
    );
    expect(calls(['bucket(n, 9) + 1', 'bucket(n, 9) % 2'], columns, 4, 'bucket')).toBe(4);
  });

  test('a branch is computed where it is taken', () => {
    expect(calls(['CASE WHEN x > 0 THEN bucket(n, 9) ELSE n END'], columns, 4, 'bucket')).toBe(2);
    expect(calls(['coalesce(x, bucket(n, 9))'], columns, 4, 'bucket')).toBe(1);
    expect(calls(['if(x > 0, n, if(x < 0, bucket(n, 9), 0))'], columns, 4, 'bucket')).toBe(1);
    const shared = ['CASE WHEN x > 0 THEN bucket(n, 9) ELSE n END', 'bucket(n, 9) + 1'];
    expect(calls(shared, columns, 4, 'bucket')).toBe(4);
  });

  test('what depends on one column of strings is computed once for each of them', () => {
    const many: Columns = {
      s: [STRING, strings(...Array.from({ length: 90 }, (_, i) => `${i % 3}`))],
    };
    expect(calls(["upper(s) = '1'", 'length(upper(s))'], many, 90, 'upper')).toBe(3);
    expect(calls(["concat(s, t) = 'aa'", 'md5(s)'], columns, 4, 'md5')).toBe(2);
  });
});
