import {
  canonicalJson,
  type Expression,
  expressionColumns,
  formatExpression,
  hashedForm,
  type LiteralValue,
  parseExpressionText,
  partsOf,
  readExpression,
  walkExpression,
} from '@tessera/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const RUNS = process.env.TESSERA_LONG === undefined ? 1_000 : 20_000;

const name = fc.oneof(
  fc.constantFrom('a', 'b_1', 'NOT', 'case', 'End', 'date', 'größe', 'x.y', 'list'),
  fc.string({ minLength: 1, unit: 'binary' }),
);
const value: fc.Arbitrary<LiteralValue> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);
const literal: fc.Arbitrary<unknown> = fc.oneof(
  value.map((one) => ({ op: 'literal', literal: one })),
  fc
    .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
    .map((one) => ({ op: 'literal', literal: one, type: 'double' })),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((one) => ({ op: 'literal', literal: String(one), type: 'int64' })),
  fc.constantFrom(
    { op: 'literal', literal: '2025-01-31', type: 'date' },
    { op: 'literal', literal: '2025-01-31T10:00:00Z', type: 'timestamp' },
  ),
);
const types = fc.constantFrom('double', 'STRING', 'decimal( 3, 1 )', 'map<string, list<int32>>');

/** Trees as data, in forms that are not canonical too. */
const { tree } = fc.letrec<{ tree: unknown }>((tie) => {
  const inner = tie('tree');
  return {
    tree: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      literal,
      name.map((column) => ({ op: 'column', column })),
      fc.record({
        op: fc.constantFrom(...['=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '||']),
        left: inner,
        right: inner,
      }),
      fc.record({ op: fc.constantFrom('not', 'negate'), arg: inner }),
      fc.record({
        op: fc.constantFrom('and', 'or'),
        args: fc.array(inner, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ op: fc.constant('is_null'), operand: inner }),
      fc.record({ op: fc.constant('like'), operand: inner, pattern: fc.string() }),
      fc.record({ op: fc.constant('cast'), operand: inner, to: types }),
      fc.record({
        op: fc.constant('in'),
        operand: inner,
        values: fc.array(fc.oneof(inner, value), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({
        op: fc.constant('call'),
        name: fc.constantFrom('upper', 'Coalesce', 'date', 'between', '_f1'),
        args: fc.array(inner, { maxLength: 3 }),
      }),
      fc.record(
        {
          op: fc.constant('case'),
          when: fc.array(fc.record({ if: inner, then: inner }), { minLength: 1, maxLength: 2 }),
          else: inner,
        },
        { requiredKeys: ['op', 'when'] },
      ),
    ),
  };
});

function taken(given: unknown): Expression {
  const { expression, problems } = readExpression(given, null);
  expect(problems).toEqual([]);
  return expression!;
}

test('any tree has one form, which is written and read back the same', () => {
  fc.assert(
    fc.property(tree, (given) => {
      const canonical = taken(given);
      expect(taken(canonical)).toStrictEqual(canonical);
      const text = formatExpression(canonical);
      const parsed = parseExpressionText(text);
      if ('reason' in parsed) throw new Error(`${text}: ${parsed.reason} at ${parsed.position}`);
      expect(parsed.expression).toStrictEqual(canonical);
      expect(formatExpression(parsed.expression)).toBe(text);
      // JSON says all of it.
      expect(taken(JSON.parse(canonicalJson(canonical)))).toStrictEqual(canonical);
      walkExpression(parsed.expression, (part) => {
        const position = parsed.positions.get(part)!;
        expect(position).toBeGreaterThanOrEqual(0);
        expect(position).toBeLessThan(text.length);
        for (const inside of partsOf(part)) expect(parsed.positions.has(inside)).toBe(true);
      });
    }),
    { numRuns: RUNS },
  );
});

test('two trees of one hashed form are one tree, but for numbers that say double', () => {
  const forms = new Map<string, string>();
  fc.assert(
    fc.property(tree, (given) => {
      const canonical = taken(given);
      const form = canonicalJson(hashedForm(canonical));
      const plain = canonicalJson(canonical).replaceAll(
        /(-?[\d.e+]+),"op":"literal","type":"double"/g,
        '$1,"op":"literal"',
      );
      expect(forms.get(form) ?? plain).toBe(plain);
      forms.set(form, plain);
    }),
    { numRuns: RUNS },
  );
});

const words = fc.constantFrom(
  ...['amount', 'paid', '(', ')', '(', ')', 'AND', 'or', 'NOT', '=', '<>', '<', 'IN', 'IS', 'NULL'],
  ...[
    '1',
    '2.5',
    '.5e3',
    "'x'",
    ',',
    '-',
    '+',
    '*',
    '/',
    '%',
    '||',
    '"',
    "'",
    '\n',
    '€',
    '--',
    ';',
  ],
  ...['CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'CAST', 'AS', 'double', 'BETWEEN', 'LIKE', 'upper('],
  ...['DATE', "'2025-01-31'", 'TIMESTAMP', 'list<', '>', '.', '"a b"', '9223372036854775808'],
);

test('any text is read or refused with a place inside it, never anything else', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words, { maxLength: 14 }).map((parts) => parts.join(' ')),
    fc.array(words, { maxLength: 14 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const { expression, problems } = readExpression(text, null);
      for (const { position } of problems) {
        expect(position).toBeGreaterThanOrEqual(0);
        expect(position).toBeLessThanOrEqual(text.length);
      }
      if (expression === undefined) return;
      expect(parseExpressionText(formatExpression(expression))).toMatchObject({ expression });
      expect(expressionColumns(expression)).not.toBeNull();
    }),
    { numRuns: 3 * RUNS },
  );
});

test('any data is read or refused, never anything else', () => {
  const members = fc.constantFrom(
    'op',
    'left',
    'right',
    'args',
    'arg',
    'operand',
    'values',
    'literal',
    'column',
    'when',
    '__proto__',
  );
  const ops = fc.constantFrom(
    '=',
    'and',
    'not',
    'in',
    'case',
    'call',
    'cast',
    'like',
    'sql',
    'toString',
  );
  const { any } = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.anything(),
      ops,
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(members, fc.oneof(ops, tie('any')), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(any, (given) => {
      const { expression, problems } = readExpression(
        typeof given === 'string' ? { op: given } : given,
        null,
      );
      expect(expression === undefined).toBe(problems.length === 1);
    }),
    { numRuns: RUNS },
  );
});
