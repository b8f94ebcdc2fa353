import { parseExpression } from '@tessera/api';
import {
  checkExpression,
  duckdbText,
  duckType,
  EXAMPLE_COLUMNS,
  EXAMPLE_ROW,
  evaluateRow,
  formatValue,
  REGISTRY,
  type TypedExpression,
} from '@tessera/expr';
import { describe, expect, test } from 'vitest';
import { connect, fromDuckDb } from './fuzz/duck.js';
import { quote, storedSql } from './fuzz/table.js';

function typedExample(text: string): TypedExpression {
  const { typed, problems } = checkExpression(parseExpression(text), EXAMPLE_COLUMNS);
  if (typed === undefined) throw new Error(`${text}: ${JSON.stringify(problems)}`);
  return typed;
}

describe('examples of functions', () => {
  test('every function has one, and says what it gives', () => {
    const told = [...REGISTRY.values()].flatMap((entry) =>
      (entry.examples.length === 0
        ? [{ text: `no example of ${entry.name}`, gives: '' }]
        : entry.examples
      ).map(({ text, gives }) => `${text} gives ${gives}`),
    );
    const found = [...REGISTRY.values()].flatMap((entry) =>
      entry.examples.map(({ text }) => {
        const typed = typedExample(text);
        return `${text} gives ${formatValue(evaluateRow(typed, EXAMPLE_ROW), typed.type)}`;
      }),
    );
    expect(found).toEqual(told);
  });

  test('DuckDB gives the same where a function is pushed down', async () => {
    const connection = await connect();
    const columns = EXAMPLE_COLUMNS.map(
      ({ name, type }) => `${storedSql(EXAMPLE_ROW[name]!, type)} AS ${quote(name)}`,
    );
    for (const entry of REGISTRY.values()) {
      for (const { text, gives } of entry.examples) {
        const typed = typedExample(text);
        const { sql, functions } = duckdbText(unfolded(text), quote);
        if (functions.length > 0) continue;
        const reader = await connection.runAndReadAll(
          `SELECT CAST(${sql} AS ${duckType(typed.type)}) FROM (SELECT ${columns.join(', ')})`,
        );
        const value = fromDuckDb(reader.getRows()[0]![0]!);
        expect(`${text} gives ${formatValue(value, typed.type)}`).toBe(`${text} gives ${gives}`);
      }
    }
    connection.closeSync();
  });
});

/** Typed, but with its constants as they were written: else DuckDB would be asked for a literal. */
function unfolded(text: string): TypedExpression {
  return checkExpression(parseExpression(text), EXAMPLE_COLUMNS, new Map(), undefined, 'keep')
    .typed!;
}
