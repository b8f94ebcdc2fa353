import type { DataType } from '@tessera/api';
import { gather } from '@tessera/columnar';
import {
  compileExpressions,
  compileFilter,
  compileRow,
  type DerivedColumn,
  type ExpressionOutput,
  evaluateRow,
  type Row,
  type TypedExpression,
  type Value,
} from '@tessera/expr';
import { expect, test } from 'vitest';
import { isSame, randomTable, readBack, sliceTable } from './compile-columns.js';
import { literal, pick, RESULTS, randomExpression, randomOf } from './compile-random.js';

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

/** Comparing is most of the time, so only what differs is shown. */
function expectSame(given: readonly Value[], wanted: readonly Value[], where: () => string): void {
  if (!isSame(given, wanted)) expect(given, where()).toEqual(wanted);
  if (!isSame(given, wanted)) throw new Error(`${where()}: 0 and -0`);
}

test('compiled = interpreted, in batches, row by row and as a condition', () => {
  let expressions = 0;
  for (let seed = 1; expressions < (LONG ? 100_000 : 600); seed++) {
    const random = randomOf(seed);
    const table = randomTable(random, pick(random, [0, 1, 7, 40]));
    const outputs = randomOutputs(random, 6);
    expressions += outputs.length;
    const nodes = pick(random, [1, 5, 400]);
    const limits = { nodes, outputs: pick(random, [1, 6]), most: pick(random, [nodes, 400]) };
    const made = compileExpressions(outputs, { limits })(table.batch);
    const byRow = compileRow(outputs);
    const rows = table.rows.map((row) => byRow(row));
    outputs.forEach(({ expression }, at) => {
      const where = () => `seed ${seed}, ${JSON.stringify(expression)}`;
      const wanted = table.rows.map((row) => evaluateRow(expression, row));
      expectSame(readBack(made[at]!), wanted, where);
      expectSame(
        rows.map((values) => values[at]!),
        wanted,
        where,
      );
      if (expression.type.kind !== 'boolean') return;
      const mask = [...compileFilter(expression, { limits })(table.batch)];
      expectSame(
        mask.map((one) => one === 1),
        wanted.map((one) => one === true),
        where,
      );
    });
  }
});

test('values do not depend on how rows are cut into batches', () => {
  for (let seed = 1; seed <= (LONG ? 500 : 60); seed++) {
    const random = randomOf(seed * 7919);
    const table = randomTable(random, 60);
    const compiled = compileExpressions(randomOutputs(random, 8));
    const whole = compiled(table.batch);
    const pieces: DerivedColumn[][] = [];
    for (let from = 0; from < 60; ) {
      const to = Math.min(60, from + Math.floor(random() * 25));
      pieces.push(compiled(sliceTable(table.batch, from, to)));
      from = to;
    }
    whole.forEach((column, at) => {
      const cut = pieces.flatMap((piece) => readBack(piece[at]!));
      expectSame(cut, readBack(column), () => `seed ${seed}, output ${at}`);
    });
  }
});

test('chunks of rows, most of which fast code gives up or none', () => {
  for (let seed = 1; seed <= (LONG ? 10 : 1); seed++) {
    const random = randomOf(seed);
    const table = randomTable(random, 20);
    // Rows of the table again and again, first those without a wide whole number.
    const isWide = ({ w, full }: Row) =>
      [w, full].some((n) => typeof n === 'bigint' && n > 2n ** 52n);
    const byWidth = [false, true].map((wide) =>
      table.rows.map((_, at) => at).filter((at) => isWide(table.rows[at]!) === wide),
    );
    const at = Int32Array.from({ length: 14_000 }, (_, row) =>
      pick(random, byWidth[row < 4_500 || row > 9_000 ? 0 : 1]!),
    );
    const columns = new Map(
      [...table.batch.columns].map(([name, one]) => [
        name,
        { ...one, column: gather(one.column, at) },
      ]),
    );
    const outputs = randomOutputs(random, 4).concat(
      ['w', 'full'].map((column) => {
        const type = { kind: 'int64' } as const;
        const node: TypedExpression = { op: 'column', column, declared: type, type };
        return {
          name: column,
          type,
          expression: { op: '-', left: node, right: literal('1', type), type },
        };
      }),
    );
    const made = compileExpressions(outputs)({ rows: at.length, columns });
    outputs.forEach(({ expression }, output) => {
      const values = table.rows.map((row) => evaluateRow(expression, row));
      const wanted = [...at].map((row) => values[row]!);
      expectSame(readBack(made[output]!), wanted, () => `seed ${seed}, output ${output}`);
    });
  }
});
