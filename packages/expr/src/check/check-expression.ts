import { type DataType, type Expression, isTesseraError, parseType } from '@tessera/api';
import { REGISTRY } from '../registry/registry.js';
import {
  BOOLEAN,
  canonicalType,
  DOUBLE,
  type ExprType,
  INT64,
  NULL_TYPE,
  STRING,
  type TypedExpression,
} from '../types.js';
import { literalOf, sameExprType, typeText } from '../values.js';
import { call, unknownFunction } from './calls.js';
import { castProblem } from './cast-rules.js';
import { commonType, isNumber } from './common-type.js';
import { comparison, described, isNullLiteral } from './comparison.js';
import { converted } from './convert.js';
import { deeperThan, MAX_LEVELS } from './depth.js';
import { foldConstants } from './fold.js';
import { typedLiteral } from './literals.js';
import type { ExpressionProblem, Report } from './problem.js';

export interface CheckedExpression {
  /** Absent when there are problems. */
  readonly typed?: TypedExpression;
  readonly problems: readonly ExpressionProblem[];
}

/**
 * Names, types and functions of an expression against the columns it may read; what is constant is folded.
 *
 * `positions` is the parser's, node → character. `place` is the type that the place of the expression asks for, where it
 * asks for one: verbatim SQL has no other type (without it only under AND, OR, NOT and CAST). `constants: 'keep'` folds none.
 *
 * Returns every problem found.
 */
export function checkExpression(
  expression: Expression,
  columns: readonly { readonly name: string; readonly type: DataType }[],
  positions: ReadonlyMap<object, number> = new Map(),
  place?: DataType,
  constants: 'fold' | 'keep' = 'fold',
): CheckedExpression {
  const byName = new Map(columns.map((column) => [column.name, column.type]));
  const problems: ExpressionProblem[] = [];
  const report: Report = (node, reason, extra = {}) => {
    problems.push({ node, position: positions.get(node) ?? null, reason, ...extra });
  };

  /** All of them, or undefined when one has a problem. */
  function visitAll(nodes: readonly Expression[]): TypedExpression[] | undefined {
    const typed = nodes.map((node) => visit(node));
    return typed.every((one) => one !== undefined) ? typed : undefined;
  }

  function visit(node: Expression, wanted?: ExprType): TypedExpression | undefined {
    switch (node.op) {
      case 'literal': {
        const literal = typedLiteral(node);
        if ('reason' in literal) report(node, literal.reason);
        else return literal;
        return undefined;
      }
      case 'column': {
        const declared = byName.get(node.column);
        if (declared === undefined) {
          report(node, `there is no column \`${node.column}\``, {
            name: node.column,
            candidates: [...byName.keys()],
            advice: "A string is written in single quotes: 'USD'.",
          });
          return undefined;
        }
        return { op: 'column', column: node.column, declared, type: canonicalType(declared) };
      }
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return arithmetic(node);
      case 'negate': {
        const zero: Expression = { op: 'literal', literal: 0 };
        return arithmetic({ op: '-', left: zero, right: node.arg }, node);
      }
      case '||': {
        const args = visitAll([node.left, node.right]);
        if (args === undefined) return undefined;
        return call({ op: 'call', name: 'concat', args: [node.left, node.right] }, args, report);
      }
      case 'and':
      case 'or': {
        const args = node.args.map((arg) => condition(arg));
        if (!args.every((arg) => arg !== undefined)) return undefined;
        return { op: node.op, args, type: BOOLEAN };
      }
      case 'not': {
        const arg = condition(node.arg);
        return arg === undefined ? undefined : { op: 'not', arg, type: BOOLEAN };
      }
      case 'in':
        return isIn(node);
      case 'is_null': {
        const operand = visit(node.operand);
        return operand === undefined ? undefined : { op: 'is_null', operand, type: BOOLEAN };
      }
      case 'like': {
        const operand = visit(node.operand);
        if (operand === undefined) return undefined;
        if (operand.type.kind !== 'string' && operand.type.kind !== 'null') {
          report(node.operand, `LIKE takes string, not ${typeText(operand.type)}`);
          return undefined;
        }
        const pattern = node.pattern.replace(/\p{Surrogate}/gu, '\ufffd');
        return { op: 'like', operand: converted(operand, STRING), pattern, type: BOOLEAN };
      }
      case 'case':
        return cases(node);
      case 'cast':
        return cast(node);
      case 'call': {
        const args = visitAll(node.args);
        if (args === undefined) {
          if (!REGISTRY.has(node.name)) unknownFunction(node, report);
          return undefined;
        }
        return call(node, args, report);
      }
      case 'sql':
        if (wanted === undefined) {
          report(node, 'the type of verbatim SQL is not known here', {
            advice: 'Write CAST(… AS type) around it.',
          });
          return undefined;
        }
        return { ...node, type: wanted };
      default: {
        const args = visitAll([node.left, node.right]);
        return args && comparison(node, node.op, args[0]!, args[1]!, report);
      }
    }
  }

  /** `at`: where problems of the whole are told. */
  function arithmetic(
    node: Expression & { readonly op: '+' | '-' | '*' | '/' | '%' },
    at: Expression = node,
  ): TypedExpression | undefined {
    const args = visitAll([node.left, node.right]);
    if (args === undefined) return undefined;
    const [left, right] = args as [TypedExpression, TypedExpression];
    for (const arg of [left, right]) {
      if (isNumber(arg.type) || arg.type.kind === 'null') continue;
      const sign = at.op === 'negate' ? '-' : node.op;
      report(at, `\`${sign}\` takes numbers, not ${described(arg)}`, adviceFor(arg.type));
      return undefined;
    }
    const { op } = node;
    if (op === '/') {
      const [a, b] = [converted(left, DOUBLE), converted(right, DOUBLE)];
      return { op, left: a, right: b, type: DOUBLE };
    }
    const common = commonType([left.type, right.type])!;
    const type = common.kind === 'null' ? INT64 : common;
    return { op, left: converted(left, type), right: converted(right, type), type };
  }

  function condition(node: Expression): TypedExpression | undefined {
    const typed = visit(node, BOOLEAN);
    if (typed === undefined || typed.type.kind === 'boolean') return typed;
    if (typed.type.kind === 'null') return converted(typed, BOOLEAN);
    report(node, `${described(typed)} alone is no condition`, {
      advice: 'Only a boolean column stands alone; compare this one with a value.',
    });
    return undefined;
  }

  /** One problem a list is enough: the first value that does not fit. */
  function isIn(node: Expression & { readonly op: 'in' }): TypedExpression | undefined {
    if (node.values.length === 0) {
      report(node, 'IN needs at least one value');
      return undefined;
    }
    const operand = visit(node.operand);
    const values = visitAll(node.values);
    if (operand === undefined || values === undefined) return undefined;
    if (values.some(isNullLiteral)) {
      report(node, 'NULL in a list is never equal to anything', {
        advice: 'Leave it out, and write OR … IS NULL if nulls are wanted.',
      });
      return undefined;
    }
    const equals: TypedExpression[] = [];
    for (const value of values) {
      const one = comparison(node, '=', operand, value, report);
      if (one === undefined) return undefined;
      equals.push(one);
    }
    const rights = equals.flatMap((one) =>
      one.op === '=' && sameExprType(one.left.type, operand.type) ? [one.right] : [],
    );
    return rights.length === equals.length
      ? { op: 'in', operand, values: rights, type: BOOLEAN }
      : { op: 'or', args: equals, type: BOOLEAN };
  }

  function cases(node: Expression & { readonly op: 'case' }): TypedExpression | undefined {
    const branches = node.when.map((branch) => ({
      if: condition(branch.if),
      then: visit(branch.then),
    }));
    const last = node.else === undefined ? undefined : visit(node.else);
    const thens = branches.flatMap((branch) => branch.then ?? []);
    if (
      thens.length < branches.length ||
      branches.some((branch) => branch.if === undefined) ||
      (node.else !== undefined && last === undefined)
    ) {
      return undefined;
    }
    const results = last === undefined ? thens : [...thens, last];
    const type = commonType(results.map((result) => result.type));
    if (type === undefined) {
      const first = results.find((result) => result.type.kind !== 'null')!;
      const other = results.findIndex(
        (result) => commonType([result.type, first.type]) === undefined,
      );
      const at = other < thens.length ? node.when[other]!.then : node.else!;
      report(
        at,
        `branches of CASE are of one type, not ${typeText(first.type)} and ${typeText(results[other]!.type)}`,
      );
      return undefined;
    }
    return {
      op: 'case',
      when: branches.map((branch) => ({
        if: branch.if!,
        then: converted(branch.then!, type),
      })),
      ...(last !== undefined && { else: converted(last, type) }),
      type,
    };
  }

  function cast(node: Expression & { readonly op: 'cast' }): TypedExpression | undefined {
    const type = castTarget(node);
    const operand = visit(node.operand, type);
    if (type === undefined || operand === undefined) return undefined;
    const problem = castProblem(operand.type, type);
    if (problem !== undefined) report(node, problem);
    else return sameExprType(operand.type, type) ? operand : { op: 'cast', operand, type };
    return undefined;
  }

  function castTarget(node: Expression & { readonly op: 'cast' }): ExprType | undefined {
    try {
      const type = parseType(node.to);
      const canonical = canonicalType(type);
      if (sameExprType(type, canonical)) return type;
      report(node, `CAST knows no ${node.to}`, { advice: `Write ${typeText(canonical)}.` });
    } catch (error) {
      if (!isTesseraError(error)) throw error;
      report(node, `\`${node.to}\` is not a type`, {
        name: node.to,
        candidates: ['boolean', 'int64', 'double', 'string', 'date', 'timestamp'],
        ...(error.hint !== undefined && { advice: error.hint }),
      });
    }
    return undefined;
  }

  if (deeperThan(expression, MAX_LEVELS)) {
    report(expression, `nests deeper than ${MAX_LEVELS} levels`, {
      advice: 'Name parts of it as derivations of their own.',
    });
    return { problems };
  }
  const typed = visit(expression, place === undefined ? undefined : canonicalType(place));
  if (typed === undefined || problems.length > 0) return { problems };
  const known = typed.type.kind === 'null' ? literalOf(null, NULL_TYPE) : typed;
  return { typed: constants === 'keep' ? known : foldConstants(known), problems };
}

function adviceFor(type: ExprType): { advice?: string } {
  if (type.kind === 'string') {
    return { advice: 'Text is joined with || and becomes a number with CAST(… AS double).' };
  }
  if (type.kind === 'date' || type.kind === 'timestamp') {
    return { advice: 'Times are moved with date_add and subtracted with date_diff.' };
  }
  return type.kind === 'boolean' ? { advice: 'Write CAST(… AS int64).' } : {};
}
