import { evaluateRow } from '../evaluate/evaluate-row.js';
import { typedChildren } from '../typed-children.js';
import type { Row, TypedColumn, TypedExpression, Value } from '../types.js';
import type { DerivedColumn, ExpressionBatch, ExpressionOutput } from './batch.js';
import { buildColumn } from './build-column.js';
import { columnOf, prepared } from './prepare.js';
import { valueReader } from './read-values.js';
import { holdsStrings } from './stores.js';

function columnsUsed(expressions: readonly TypedExpression[]): Map<string, TypedColumn> {
  const used = new Map<string, TypedColumn>();
  const open = [...expressions];
  while (open.length > 0) {
    const node = open.pop()!;
    if (node.op === 'column') used.set(node.column, node);
    open.push(...typedChildren(node));
  }
  return used;
}

/** Rows of a batch as the interpreter takes them. */
function rowReader(
  expressions: readonly TypedExpression[],
  batch: ExpressionBatch,
): (row: number) => Row {
  const readers = [...columnsUsed(expressions).values()].map(
    ({ column, declared }) => [column, valueReader(declared, columnOf(batch, column))] as const,
  );
  return (row) => Object.fromEntries(readers.map(([name, read]) => [name, read(row)]));
}

/** `compileExpressions` where no code may be generated: the interpreter, row by row. */
export function interpretExpressions(
  outputs: readonly ExpressionOutput[],
): (batch: ExpressionBatch) => DerivedColumn[] {
  const expressions = outputs.map(prepared);
  return (batch) => {
    const rowAt = rowReader(expressions, batch);
    const values = expressions.map(() => new Array<Value>(batch.rows).fill(null));
    for (let i = 0; i < batch.rows; i++) {
      const row = rowAt(i);
      expressions.forEach((expression, at) => {
        values[at]![i] = evaluateRow(expression, row);
      });
    }
    return outputs.map(({ name, type }, at) => {
      const codes = new Map<string, number>();
      const column = buildColumn(type, values[at]!, codes);
      return { name, type, column, strings: holdsStrings(type) ? [...codes.keys()] : null };
    });
  };
}

/** `compileFilter` where no code may be generated. */
export function interpretFilter(
  expression: TypedExpression,
): (batch: ExpressionBatch) => Uint8Array {
  return (batch) => {
    const rowAt = rowReader([expression], batch);
    return Uint8Array.from({ length: batch.rows }, (_, i) =>
      evaluateRow(expression, rowAt(i)) === true ? 1 : 0,
    );
  };
}
