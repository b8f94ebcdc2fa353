import { type DataType, parseExpressionText } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import {
  checkExpression,
  type ExpressionBatch,
  type ExpressionColumn,
  type ExpressionOutput,
} from '@tessera/expr';

/** What is timed together: expressions of one sort over one batch. */
export interface ExpressionCase {
  readonly name: string;
  readonly texts: readonly string[];
}

const ratios = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, i) =>
      `(amount - spent * ${i}) / (logins + ${i + 1}) * share + ${i % 2 ? 'amount' : 'spent'}`,
  );

/** `derived` is what one run of a join with many derivations adds. */
export const EXPRESSION_CASES: readonly ExpressionCase[] = [
  { name: 'arithmetic', texts: ['amount * 2 + spent', 'amount - spent', 'amount * share - spent'] },
  { name: 'ratio', texts: ['amount / spent', 'amount / (spent + 1)', 'logins / 7'] },
  { name: 'maths', texts: ['ln(amount)', 'sqrt(amount)', 'round(share)', 'abs(spent)'] },
  {
    name: 'case',
    texts: [
      'CASE WHEN amount > 500 THEN spent / logins WHEN amount > 100 THEN spent * 2 ELSE share END',
      'coalesce(amount, spent, 0)',
    ],
  },
  {
    name: 'logic',
    texts: ['amount > 500 AND spent < 0 OR logins = 3', 'share BETWEEN 0.25 AND 0.75'],
  },
  {
    name: 'text predicate',
    texts: ["merchant LIKE '%77%'", "upper(merchant) = 'MERCHANT 5'", "merchant IN ('merchant 1')"],
  },
  { name: 'text', texts: ['upper(merchant)', "CASE WHEN amount > 500 THEN 'high' ELSE 'low' END"] },
  { name: 'int64', texts: ['clicks * 3 + 1', 'user - clicks', 'user * 2 - user'] },
  { name: 'int64 beyond 2^53', texts: ['session + 1', 'session - user'] },
  { name: 'time', texts: ['hour(seen)', 'is_weekend(seen)', "date_diff('day', seen, now)"] },
  { name: 'derived', texts: ratios(30) },
];

/** Columns of the batch. */
export const EXPRESSION_COLUMNS: readonly { readonly name: string; readonly type: DataType }[] = [
  ...['amount', 'spent', 'logins', 'share'].map((name) => ({
    name,
    type: { kind: 'double' } as const,
  })),
  ...['clicks', 'user', 'session'].map((name) => ({ name, type: { kind: 'int64' } as const })),
  { name: 'merchant', type: { kind: 'string' } },
  { name: 'seen', type: { kind: 'timestamp' } },
  { name: 'now', type: { kind: 'timestamp' } },
];

/** Typed expressions of a case, each declared with its own type. */
export function outputsOf(texts: readonly string[]): ExpressionOutput[] {
  return texts.map((name) => {
    const parsed = parseExpressionText(name);
    const checked =
      'expression' in parsed ? checkExpression(parsed.expression, EXPRESSION_COLUMNS) : null;
    if (checked?.typed === undefined) throw new Error(`no expression: ${name}`);
    return { name, expression: checked.typed, type: checked.typed.type as DataType };
  });
}

const MERCHANTS = 1000;
const DAY_US = 86_400_000_000;

/** Rows of made-up features, one value in twenty null: doubles and small integers as numbers, the rest as 64 bits. */
export function expressionBatch(rows: number, seed: number): ExpressionBatch {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 4_294_967_296;
  };
  const numbers = (one: () => number): Column => ({
    kind: 'f64',
    values: Float64Array.from({ length: rows }, () => (random() < 0.05 ? Number.NaN : one())),
  });
  const wide = (one: () => bigint): Column => ({
    kind: 'i64',
    values: BigInt64Array.from({ length: rows }, one),
    valid: Uint8Array.from({ length: rows }, () => (random() < 0.05 ? 0 : 1)),
  });
  const columns: Readonly<Record<string, ExpressionColumn>> = {
    amount: { column: numbers(() => random() * 1000) },
    spent: { column: numbers(() => random() * 100 - 50) },
    logins: { column: numbers(() => Math.floor(random() * 20)) },
    share: { column: numbers(random) },
    clicks: { column: numbers(() => Math.floor(random() * 1000)) },
    user: { column: wide(() => BigInt(Math.floor(random() * 1e12))) },
    session: { column: wide(() => BigInt(Math.floor(random() * 1e12)) * 4_000_037n) },
    merchant: {
      column: {
        kind: 'code',
        values: Int32Array.from({ length: rows }, () => Math.floor(random() * (MERCHANTS + 1)) - 1),
      },
      strings: Array.from({ length: MERCHANTS }, (_, idx) => `merchant ${idx}`),
    },
    seen: { column: wide(() => BigInt(Math.floor((19_700 + random() * 300) * DAY_US))) },
    now: { column: wide(() => BigInt(20_000 * DAY_US)) },
  };
  return { rows, columns: new Map(Object.entries(columns)) };
}
