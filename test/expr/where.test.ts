import { type Expression, formatExpression, formatType } from '@tessera/api';
import { checkExpression, duckdbText, evaluateRow, type Value } from '@tessera/expr';
import { predicateSql } from '@tessera/lake';
import { expect, test } from 'vitest';
import { connect, fill, identical, select } from '../../packages/expr/test/fuzz/duck.js';
import { type Random, randomOf } from '../../packages/expr/test/fuzz/random.js';
import { COLUMNS, quote, randomRow } from '../../packages/expr/test/fuzz/table.js';
import { randomLiteral } from '../../packages/expr/test/fuzz/tree.js';
import { someText } from '../../packages/expr/test/fuzz/values.js';

// Nanoseconds were once compared as they are stored, not as the µs that expressions see.
const SCALAR = COLUMNS.filter(
  ({ type }) => type.kind !== 'list' && type.kind !== 'map' && type.kind !== 'timestamp_ns',
);
const words = new Map(COLUMNS.map((column) => [column.name, formatType(column.type)]));
const typeOf = (name: string) => COLUMNS.find((column) => column.name === name)?.type;

/** A condition of columns and plain values, as wheres were before there were expressions. */
function condition(random: Random, depth: number): Expression {
  const sub = (): Expression => condition(random, depth - 1);
  if (depth > 0 && random.chance(0.5)) {
    return random.chance(0.3)
      ? { op: 'not', arg: sub() }
      : { op: random.pick(['and', 'or'] as const), args: [sub(), sub()] };
  }
  const { name, type } = random.pick(SCALAR);
  const column: Expression = { op: 'column', column: name };
  if (random.chance(0.1)) return { op: 'is_null', operand: column };
  if (type.kind === 'boolean' && random.chance(0.3)) return column;
  if (random.chance(0.2)) {
    const alike = SCALAR.filter((other) => other.type.kind === type.kind);
    return {
      op: operator(random),
      left: column,
      right: { op: 'column', column: random.pick(alike).name },
    };
  }
  if (random.chance(0.2)) {
    return {
      op: 'in',
      operand: column,
      values: [value(random, type.kind), value(random, type.kind)],
    };
  }
  const other = value(random, type.kind);
  return random.chance(0.7)
    ? { op: operator(random), left: column, right: other }
    : { op: operator(random), left: other, right: column };
}

function nearby(us: Value | undefined): Value {
  return typeof us === 'bigint' ? us % 9_000_000_000_000_000n : null;
}

function operator(random: Random) {
  return random.pick(['=', '<>', '<', '<=', '>', '>='] as const);
}

function value(random: Random, kind: string): Expression {
  switch (kind) {
    case 'boolean':
      return randomLiteral(random, kind);
    case 'string':
      // A NUL ended the text of the statement.
      return { op: 'literal', literal: someText(random).replaceAll('\0', '') };
    case 'date':
      return { op: 'literal', literal: random.pick(['2024-02-29', '1969-12-31', '1970-01-01']) };
    case 'timestamp':
    case 'timestamptz':
      return {
        op: 'literal',
        literal: random.pick([
          '2024-02-29',
          '1969-12-31T23:59:59.999999Z',
          '2024-02-29T14:00:00+02:00',
          // Finer than µs, which an instant with a zone could not be compared with.
          ...(kind === 'timestamp' ? ['2024-03-01 00:00:00.0000005'] : []),
        ]),
      };
    default:
      return {
        op: 'literal',
        literal: random.pick([0, 1, -1, 0.1, 0.5, -2.5, 12.34, 100.5, 2 ** 31, 2 ** 53 - 1, -7]),
      };
  }
}

test('800 wheres of columns and plain values mean in DuckDB what they did, and in JavaScript too', async () => {
  const random = randomOf(Number(process.env.TESSERA_SEED ?? 5));
  const connection = await connect();
  // Instants that ns reach too: with others a literal finer than µs was an error.
  const rows = Array.from({ length: 60 }, () => {
    const row = randomRow(random, words);
    return { ...row, t1: nearby(row.t1), t2: nearby(row.t2) };
  });
  await fill(connection, rows);
  const wrong: string[] = [];
  for (let batch = 0; batch < 16; batch++) {
    const wheres = Array.from({ length: 50 }, () => condition(random, 2));
    const typed = wheres.map((where) => checkExpression(where, COLUMNS).typed!);
    const now = await select(
      connection,
      typed.map((one) => duckdbText(one, quote).sql),
    );
    const before = await select(
      connection,
      wheres.map((one) => predicateSql(one, quote, typeOf)),
    );
    for (const [at, where] of wheres.entries()) {
      for (const [rowAt, row] of rows.entries()) {
        const [was, is] = [before[at]![rowAt]!, now[at]![rowAt]!];
        const ours = evaluateRow(typed[at]!, row);
        if (identical(was, is) && identical(is, ours)) continue;
        wrong.push(`${formatExpression(where)}: ${was}, now ${is}, JavaScript ${ours}`);
        break;
      }
    }
  }
  connection.closeSync();
  expect(wrong.slice(0, 5)).toEqual([]);
});
