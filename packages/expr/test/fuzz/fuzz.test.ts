import { type Expression, formatExpression, formatType } from '@tessera/api';
import {
  checkExpression,
  duckdbText,
  evaluateRow,
  REGISTRY,
  type TypedExpression,
} from '@tessera/expr';
import { expect, test } from 'vitest';
import { connect, fill, identical, select } from './duck.js';
import { register } from './js-functions.js';
import { randomOf } from './random.js';
import { COLUMNS, quote, randomRow } from './table.js';
import { FUZZED, randomTree, SCALARS } from './tree.js';

const LONG = process.env.TESSERA_LONG === '1';
const SEED = Number(process.env.TESSERA_SEED ?? 1);
const EXPRESSIONS = Number(process.env.TESSERA_EXPRESSIONS ?? (LONG ? 200_000 : 2000));
const ROWS = LONG ? 40 : 24;
const PER_QUERY = 60;

const words = new Map(COLUMNS.map((column) => [column.name, formatType(column.type)]));

/** Functions that no expression over this table calls in DuckDB. */
const pushed = (name: string): boolean => REGISTRY.get(name)!.pushDown !== false;

test('random expressions may hold every function', () => {
  expect([...REGISTRY.keys()].filter((name) => !FUZZED.has(name))).toEqual([]);
});

test(`${EXPRESSIONS} random expressions: JavaScript and DuckDB agree on every bit (seed ${SEED})`, async () => {
  const random = randomOf(SEED);
  const connection = await connect();
  const wrong: string[] = [];
  const known = new Set<string>();
  let inDuckDb = 0;
  for (let made = 0; made < EXPRESSIONS && wrong.length < 20; ) {
    const rows = Array.from({ length: ROWS }, () => randomRow(random, words));
    await fill(connection, rows);
    for (let query = 0; query < 10 && made < EXPRESSIONS; query++) {
      const batch: { expression: Expression; typed: TypedExpression; sql: string }[] = [];
      while (batch.length < PER_QUERY) {
        const mayOwn = random.chance(0.1);
        const expression = randomTree(random, random.pick(SCALARS), 1 + random.below(4), {
          allowed: (name) => mayOwn || pushed(name),
          casts: (from, to) =>
            mayOwn ||
            !((from === 'double' && to === 'string') || (from === 'string' && to === 'timestamp')),
        });
        const { typed, problems } = checkExpression(expression, COLUMNS);
        if (typed === undefined) {
          throw new Error(`${formatExpression(expression)}: ${JSON.stringify(problems)}`);
        }
        made++;
        const { sql, functions } = duckdbText(typed, quote);
        if (functions.length === 0) inDuckDb++;
        register(connection, functions, known);
        batch.push({ expression, typed, sql });
      }
      const columns = await select(
        connection,
        batch.map((one) => one.sql),
      ).catch(async (error) => {
        for (const { expression, sql } of batch) {
          await select(connection, [sql]).catch((own) => {
            throw new Error(`${formatExpression(expression)}\n${sql}\n${own}`);
          });
        }
        throw error;
      });
      for (const [at, { expression, typed, sql }] of batch.entries()) {
        for (const [rowAt, row] of rows.entries()) {
          const ours = evaluateRow(typed, row);
          const theirs = columns[at]![rowAt]!;
          if (identical(ours, theirs)) continue;
          wrong.push(shown(expression, sql, row, ours, theirs));
          break;
        }
      }
    }
  }
  connection.closeSync();
  expect(wrong.slice(0, 5).join('\n\n')).toBe('');
  expect(inDuckDb).toBeGreaterThan(EXPRESSIONS * 0.7);
});

function shown(
  expression: Expression,
  sql: string,
  row: object,
  ours: unknown,
  theirs: unknown,
): string {
  const text = formatExpression(expression);
  const used = Object.entries(row).filter(([name]) => text.includes(name));
  return [
    text,
    sql,
    used
      .map(
        ([name, value]) =>
          `${name} = ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`,
      )
      .join(', '),
    `ours ${String(ours)} (${typeof ours}), DuckDB ${String(theirs)} (${typeof theirs})`,
  ].join('\n');
}
