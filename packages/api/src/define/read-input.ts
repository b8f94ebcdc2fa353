import { formatExpression } from '../expression/format.js';
import { shorten } from '../expression/limits.js';
import { isProblem } from '../expression/problem.js';
import { readExpressionTree } from '../expression/read-tree.js';
import { columnText, inputColumn, isInputColumn } from '../input-columns.js';
import type { ColumnSpec, SourceSpec } from '../spec.js';
import { readComputed } from './read-computed.js';
import type { Report } from './report.js';

/** What stands where a column's name could and is an expression, whatever is wrong with it. */
export function isExpressionDraft(input: unknown): input is object {
  return typeof input === 'object' && input !== null && ('op' in input || 'expression' in input);
}

/** The column of an expression over a source; undefined after adding its problems. */
export function readInput(
  draft: object,
  { columns }: Pick<SourceSpec, 'columns'>,
  report: Report,
): ColumnSpec | undefined {
  const declared = columns.filter((column) => !isInputColumn(column));
  const value = readComputed(draft, declared, report);
  return value && inputColumn(value.expression, value.type);
}

/**
 * What is aggregated, as a problem's place says it: `'amount'`, or `amount * rate` of an expression; nothing where rows are
 * counted. `columns` are those of the source, where what was read is described.
 */
export function inputText(input: unknown, columns: readonly ColumnSpec[] = []): string {
  if (typeof input === 'string') {
    const text = columnText(columns, input);
    return text === input ? `'${input}'` : shorten(text);
  }
  if (!isExpressionDraft(input)) return '';
  const written = 'expression' in input ? input.expression : input;
  if (typeof written === 'string') return shorten(written);
  const tree = readExpressionTree(written);
  return isProblem(tree) ? '…' : shorten(formatExpression(tree));
}
