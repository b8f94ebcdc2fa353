import { type DataType, formatType, isCalendar, isNumeric } from '../data-type.js';
import { parseDay } from '../day.js';
import type { ColumnSpec, Literal, Operand, Predicate } from '../spec.js';
import type { PredicateProblem } from './parse.js';

/** What may be compared with what: within a class only. Dates and timestamps meet text in ISO form. */
type ValueClass = 'number' | 'string' | 'boolean' | 'date' | 'timestamp' | 'null' | 'other';

function classOfType(type: DataType): ValueClass {
  if (isNumeric(type)) return 'number';
  if (type.kind === 'string' || type.kind === 'boolean' || type.kind === 'date') return type.kind;
  return isCalendar(type) ? 'timestamp' : 'other';
}

function classOfLiteral(value: Literal): ValueClass {
  return value === null ? 'null' : (typeof value as 'string' | 'number' | 'boolean');
}

const ISO_INSTANT =
  /^(\d{4}-\d{2}-\d{2})([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** A text that stands for a value of the class: `2025-01-31`, and for timestamps also `2025-01-31T10:00:00Z`. */
function isIso(text: string, valueClass: 'date' | 'timestamp'): boolean {
  const day = valueClass === 'date' ? text : ISO_INSTANT.exec(text)?.[1];
  return day !== undefined && parseDay(day) !== null;
}

const quoted = (value: Literal): string =>
  typeof value === 'string' ? `'${value}'` : String(value).toUpperCase();

/**
 * Names and types of a predicate against a source's columns.
 *
 * Returns every problem found, each at its place if `positions` (of the parser) has it.
 */
export function checkPredicate(
  predicate: Predicate,
  columns: readonly ColumnSpec[],
  positions: ReadonlyMap<object, number> = new Map(),
): readonly PredicateProblem[] {
  const byName = new Map(columns.map((column) => [column.name, column.type]));
  const problems: PredicateProblem[] = [];

  const report = (node: object, reason: string, extra: Partial<PredicateProblem> = {}): void => {
    problems.push({ position: positions.get(node) ?? null, reason, ...extra });
  };

  /** The column's type, or undefined after reporting it unknown. */
  function typeOf(node: object, name: string): DataType | undefined {
    const type = byName.get(name);
    if (type === undefined) {
      report(node, `there is no column \`${name}\``, {
        name,
        candidates: [...byName.keys()],
        advice: "A string is written in single quotes: 'USD'.",
      });
    }
    return type;
  }

  function describe(operand: Operand): { is: ValueClass; text: string } | undefined {
    if ('literal' in operand) {
      return { is: classOfLiteral(operand.literal), text: quoted(operand.literal) };
    }
    const type = typeOf(operand, operand.column);
    if (type === undefined) return undefined;
    return { is: classOfType(type), text: `${formatType(type)} column \`${operand.column}\`` };
  }

  function compare(node: object, left: Operand, right: Operand): void {
    const [a, b] = [describe(left), describe(right)];
    if (a === undefined || b === undefined) return;
    if (a.is === 'null' || b.is === 'null') {
      report(node, 'a comparison with NULL is never true', {
        advice: 'Write IS NULL or IS NOT NULL.',
      });
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
      report(node, `${text} is no ${time}`, {
        advice:
          time === 'date' ? "Write '2025-01-31'." : "Write '2025-01-31' or '2025-01-31T10:00:00Z'.",
      });
      return;
    }
    if (a.is !== b.is) report(node, `${a.text} cannot be compared with ${b.text}`);
  }

  function visit(node: Predicate): void {
    switch (node.op) {
      case 'and':
      case 'or':
        for (const arg of node.args) visit(arg);
        return;
      case 'not':
        visit(node.arg);
        return;
      case 'in':
        if (node.values.length === 0) report(node, 'IN needs at least one value');
        if (node.values.includes(null)) {
          report(node, 'NULL in a list is never equal to anything', {
            advice: 'Leave it out, and write OR … IS NULL if nulls are wanted.',
          });
        }
        visitValues(node);
        return;
      case 'is_null':
        if ('column' in node.operand) typeOf(node.operand, node.operand.column);
        return;
      case 'column': {
        const type = typeOf(node, node.column);
        if (type !== undefined && type.kind !== 'boolean') {
          report(node, `${formatType(type)} column \`${node.column}\` alone is no condition`, {
            advice: 'Only a boolean column stands alone; compare this one with a value.',
          });
        }
        return;
      }
      case 'sql':
        return;
      default:
        compare(node, node.left, node.right);
    }
  }

  /** One problem a list is enough: the first value that does not fit. */
  function visitValues(node: Predicate & { readonly op: 'in' }): void {
    const before = problems.length;
    for (const value of node.values) {
      if (value === null) continue;
      compare(node, node.operand, { literal: value });
      if (problems.length > before) return;
    }
  }

  visit(predicate);
  return problems;
}
