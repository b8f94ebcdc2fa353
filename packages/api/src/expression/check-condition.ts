import { type DataType, formatType, isCalendar, isNumeric } from '../data-type.js';
import type { ColumnSpec } from '../spec.js';
import type { Positions } from './check-columns.js';
import { formatLiteral } from './format.js';
import { isIso, isoAdvice } from './iso.js';
import type { ExpressionProblem } from './problem.js';
import { type SimpleOperand, simpleOperand, simpleValues } from './simple.js';
import type { Expression, LiteralValue } from './tree.js';

/** What may be compared with what: within a class only. Dates and timestamps meet text in ISO form. */
type ValueClass = 'number' | 'string' | 'boolean' | 'date' | 'timestamp' | 'null' | 'other';

function classOfType(type: DataType): ValueClass {
  if (isNumeric(type)) return 'number';
  if (type.kind === 'string' || type.kind === 'boolean' || type.kind === 'date') return type.kind;
  return isCalendar(type) ? 'timestamp' : 'other';
}

function classOfLiteral(value: LiteralValue): ValueClass {
  return value === null ? 'null' : (typeof value as 'string' | 'number' | 'boolean');
}

const shown = (literal: LiteralValue): string => formatLiteral({ op: 'literal', literal });

/**
 * Types of a condition over plain columns and values; what is more than that is left to whoever knows the functions, and so
 * are names that are no columns.
 *
 * Returns every problem found, each at its place if `positions` (of the parser) has it.
 */
export function checkCondition(
  condition: Expression,
  columns: readonly ColumnSpec[],
  positions: Positions = new Map(),
): readonly ExpressionProblem[] {
  const byName = new Map(columns.map((column) => [column.name, column.type]));
  const problems: ExpressionProblem[] = [];

  const report = (node: object, reason: string, advice?: string): void => {
    const position = positions.get(node) ?? null;
    problems.push({ position, reason, ...(advice !== undefined && { advice }) });
  };

  function describe(operand: SimpleOperand): { is: ValueClass; text: string } | undefined {
    if ('literal' in operand) {
      return { is: classOfLiteral(operand.literal), text: shown(operand.literal) };
    }
    const type = byName.get(operand.column);
    if (type === undefined) return undefined;
    return { is: classOfType(type), text: `${formatType(type)} column \`${operand.column}\`` };
  }

  function compare(node: object, left: SimpleOperand, right: SimpleOperand): void {
    const [a, b] = [describe(left), describe(right)];
    if (a === undefined || b === undefined) return;
    if (a.is === 'null' || b.is === 'null') {
      report(node, 'a comparison with NULL is never true', 'Write IS NULL or IS NOT NULL.');
      return;
    }
    if (a.is === 'other' || b.is === 'other') {
      report(node, `${a.is === 'other' ? a.text : b.text} cannot be compared`);
      return;
    }
    for (const [time, text, operand] of [
      [a.is, b.text, right],
      [b.is, a.text, left],
    ] as const) {
      if ((time !== 'date' && time !== 'timestamp') || !('literal' in operand)) continue;
      if (typeof operand.literal === 'string' && isIso(operand.literal, time)) return;
      report(node, `${text} is no ${time}`, isoAdvice(time));
      return;
    }
    if (a.is !== b.is) report(node, `${a.text} cannot be compared with ${b.text}`);
  }

  function visit(node: Expression): void {
    switch (node.op) {
      case 'and':
      case 'or':
        for (const arg of node.args) visit(arg);
        return;
      case 'not':
        visit(node.arg);
        return;
      case 'in':
        visitValues(node);
        return;
      case 'column': {
        const type = byName.get(node.column);
        if (type === undefined || type.kind === 'boolean') return;
        const what = `${formatType(type)} column \`${node.column}\``;
        const advice = 'Only a boolean column stands alone; compare this one with a value.';
        report(node, `${what} alone is no condition`, advice);
        return;
      }
      case 'literal':
        report(node, 'a value alone is no condition', 'Compare it with a column.');
        return;
      case '=':
      case '<>':
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const [left, right] = [simpleOperand(node.left), simpleOperand(node.right)];
        if (left !== null && right !== null) compare(node, left, right);
        return;
      }
      default:
        return;
    }
  }

  /** One problem a list is enough: the first value that does not fit. */
  function visitValues(node: Expression & { readonly op: 'in' }): void {
    const values = simpleValues(node.values);
    const operand = simpleOperand(node.operand);
    if (values?.includes(null)) {
      const advice = 'Leave it out, and write OR … IS NULL if nulls are wanted.';
      report(node, 'NULL in a list is never equal to anything', advice);
    }
    if (values === null || operand === null) return;
    const before = problems.length;
    for (const literal of values) {
      if (literal !== null) compare(node, operand, { literal });
      if (problems.length > before) return;
    }
  }

  visit(condition);
  return problems;
}
