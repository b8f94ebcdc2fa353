import type { DataType } from '@tessera/api';
import {
  compileExpressions,
  compileFilter,
  compileRow,
  type ExpressionOutput,
  evaluateRow,
  type TypedExpression,
} from '@tessera/expr';
import { expect, test } from 'vitest';
import { randomTable, readBack } from './compile-columns.js';
import { pick, RESULTS, randomExpression, randomOf } from './compile-random.js';

const LONG = process.env.TESSERA_LONG === '1';

/** Several expressions that have parts in common. */
function randomOutputs(random: () => number, most: number): ExpressionOutput[] {
  const pool: TypedExpression[] = [];
  return Array.from({ length: 1 + Math.floor(random() * most) }, (_, at) => {
    const type = pick(random, RESULTS);
    const expression = randomExpression(random, type, Math.floor(random() * 5), pool);
    return { name: `o${at}`, expression, type: type as DataType };
  });
}

test('compiled = interpreted, in batches and row by row', () => {
  let expressions = 0;
  for (let seed = 1; expressions < (LONG ? 100_000 : 1_000); seed++) {
    const random = randomOf(seed);
    const table = randomTable(random, pick(random, [0, 1, 7, 40]));
    const outputs = randomOutputs(random, 6);
    expressions += outputs.length;
    const expected = outputs.map(({ expression }) =>
      table.rows.map((row) => evaluateRow(expression, row)),
    );
    const segmentNodes = pick(random, [1, 5, 400]);
    const made = compileExpressions(outputs, { segmentNodes })(table.batch);
    const byRow = compileRow(outputs);
    made.forEach((column, at) => {
      const where = `seed ${seed}, ${JSON.stringify(outputs[at]!.expression)}`;
      expect(readBack(column), where).toEqual(expected[at]);
    });
    table.rows.forEach((row, at) => {
      expect(byRow(row), `seed ${seed}`).toEqual(expected.map((values) => values[at]));
    });
    outputs.forEach(({ expression }, at) => {
      if (expression.type.kind !== 'boolean') return;
      const mask = compileFilter(expression, { segmentNodes })(table.batch);
      expect([...mask], `seed ${seed}`).toEqual(expected[at]!.map((one) => (one === true ? 1 : 0)));
    });
  }
});
