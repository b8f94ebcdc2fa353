import { evaluateRow } from '../evaluate/evaluate-row.js';
import type { Row, Value } from '../types.js';
import type { ExpressionOutput } from './batch.js';
import { canGenerateCode } from './code-generation.js';
import { graphOf } from './graph.js';
import { compileKernel } from './kernel.js';
import type { Kept } from './lane.js';
import { valueLane } from './lanes.js';
import { narrower } from './narrow.js';
import { prepared } from './prepare.js';
import { programOf } from './program.js';

const NO_ROWS = new Int32Array(0);

/**
 * Expressions over one row of values, for serving: what `compileExpressions` gives for the row, as values in the order of
 * `outputs`. A column that the row lacks is null.
 *
 * Throws   TypeError at once when an output's type does not take its expression
 * Oracle   evaluateRow, bit for bit
 */
export function compileRow(outputs: readonly ExpressionOutput[]): (row: Row) => Value[] {
  const expressions = outputs.map(prepared);
  const narrowed = outputs.map(({ type }) => narrower(type));
  const narrow = (values: Value[]): Value[] => {
    narrowed.forEach((one, at) => {
      if (one !== null) values[at] = one(values[at]!);
    });
    return values;
  };
  if (!canGenerateCode()) {
    return (row) => narrow(expressions.map((expression) => evaluateRow(expression, row)));
  }
  const { roots } = graphOf(expressions);
  const program = programOf(roots, { store: 'value', lookedUp: new Set() });
  const names = [...program.columns.keys()].map(({ source }) =>
    source.op === 'column' ? source.column : '',
  );
  const lanes = names.map(valueLane);
  const kinds = lanes.map(({ kind }) => kind);
  const kernels = program.segments.map((one) => compileKernel(program, one, 'row', kinds));
  const kept: Kept[] = [...program.kept].map(() => [null]);
  return (row) => {
    names.forEach((name, at) => {
      lanes[at]!.value = Object.hasOwn(row, name) ? row[name]! : null;
    });
    const values: Value[] = new Array<Value>(outputs.length).fill(null);
    for (const kernel of kernels) kernel(lanes, kept, [], values, NO_ROWS, 0, 1);
    return narrow(values);
  };
}
