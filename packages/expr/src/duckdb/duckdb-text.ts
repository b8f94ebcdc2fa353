import { canonicalJson, hash128 } from '@tessera/api';
import { commonSql } from '../common-sql.js';
import { takesRaw } from '../raw-steps.js';
import { duckFinite } from '../registry/duck-finite.js';
import { REGISTRY } from '../registry/registry.js';
import { typedChildren, withChildren } from '../typed-children.js';
import type { ExprType, TypedColumn, TypedExpression } from '../types.js';
import { sameExprType, typeText } from '../values.js';
import { duckCast } from './cast.js';
import { duckColumn } from './column.js';
import { plainComparison } from './comparison.js';
import { duckLiteral, duckString } from './literal.js';
import { duckVerbatim } from './verbatim.js';

/** A sub-expression that DuckDB is to ask JavaScript for: a scalar function that sees nulls. */
export interface JsFunction {
  /** Unique to the expression and its types. */
  readonly name: string;
  readonly expression: TypedExpression;
  /** Its arguments, in order; each is passed as `type`, the canonical one. */
  readonly columns: readonly TypedColumn[];
  readonly type: ExprType;
}

export interface DuckDbText {
  readonly sql: string;
  readonly functions: readonly JsFunction[];
}

/**
 * Deeper ones are JavaScript's: DuckDB (1.5.6) takes time with the square of levels to plan them, 0.1 s for 40 divisions in
 * one another, and refuses 1,000 levels of its own. AND, OR and NOT above them do not count.
 */
const MOST_LEVELS = 40;

/** Text that outgrows its nodes comes of functions that name an argument twice inside of one another: JavaScript's too. */
const MOST_CHARS_PER_NODE = 400;

interface Rendered {
  readonly sql: string;
  readonly levels: number;
  readonly nodes: number;
  /** Characters of literals and names. */
  readonly given: number;
}

/**
 * An expression as DuckDB SQL that gives the bits `evaluateRow` does, and the JavaScript functions it calls.
 *
 * What the registry does not push down is JavaScript's with all of the expression around it, up to AND, OR and NOT: the
 * function sees columns and gives one value a row. `quote` names a column in the scan. Columns hold no NaN and no -0 (S4.4).
 */
export function duckdbText(typed: TypedExpression, quote: (column: string) => string): DuckDbText {
  const functions = new Map<string, JsFunction>();
  const duckRender = renderer(quote);

  function place(node: TypedExpression): string {
    const rendered = duckRender(node);
    if (rendered !== undefined) return rendered.sql;
    if (node.op === 'not') return `(NOT ${place(node.arg)})`;
    if (node.op === 'and' || node.op === 'or') {
      return `(${node.args.map(place).join(node.op === 'and' ? ' AND ' : ' OR ')})`;
    }
    const called = functionText(node, node.type, quote);
    for (const made of called.functions) functions.set(made.name, made);
    return called.sql;
  }

  return { sql: place(typed), functions: [...functions.values()] };
}

/** The expression as one call of JavaScript, which gives it as `type`: its own, or one that it is declared with. */
export function functionText(
  typed: TypedExpression,
  type: ExprType,
  quote: (column: string) => string,
): DuckDbText {
  const { expression, verbatim } = withoutSql(typed);
  const columns = columnsOf(expression);
  const own = sameExprType(typed.type, type) ? '' : ` ${typeText(type)}`;
  const name = `tessera_expr_${hash128(canonicalJson(expression) + own)}`;
  const values = columns.map((column) => verbatim.get(column.column) ?? duckColumn(column, quote));
  return {
    sql: `${name}(${values.join(', ')})`,
    functions: [{ name, expression, columns, type }],
  };
}

/** JavaScript is given what verbatim SQL says as if it were a column; its name is none that a column has. */
function withoutSql(node: TypedExpression) {
  const verbatim = new Map<string, string>();
  const cut = (one: TypedExpression): TypedExpression => {
    if (one.op === 'sql') {
      const column = `\0${typeText(one.type)} ${one.sql}`;
      const { type } = one;
      if (type.kind === 'null') throw new TypeError('verbatim SQL without a type');
      verbatim.set(column, duckVerbatim(one));
      return { op: 'column', column, declared: type, type };
    }
    const children = typedChildren(one);
    const others = children.map(cut);
    return others.every((other, at) => other === children[at]) ? one : withChildren(one, others);
  };
  return { expression: cut(node), verbatim };
}

/** Columns an expression reads, each once, in the order met. */
export function columnsOf(node: TypedExpression): readonly TypedColumn[] {
  const found = new Map<string, TypedColumn>();
  const visit = (one: TypedExpression): void => {
    if (one.op === 'column') found.set(one.column, one);
    typedChildren(one).forEach(visit);
  };
  visit(node);
  return [...found.values()];
}

/** Gives undefined when an expression is JavaScript's; remembers, so that AND within OR within AND is not rendered each time. */
function renderer(
  quote: (column: string) => string,
): (node: TypedExpression) => Rendered | undefined {
  const known = new Map<TypedExpression, Rendered | undefined>();

  /** `raw`: arithmetic may still be beyond its type, and -0; whoever asks for it sees to that. */
  function render(node: TypedExpression, raw: boolean): Rendered | undefined {
    if (raw) return made(node, raw);
    if (!known.has(node)) known.set(node, made(node, raw));
    return known.get(node);
  }

  function made(node: TypedExpression, raw: boolean): Rendered | undefined {
    const children = typedChildren(node);
    const plain = plainComparison(node, quote);
    if (plain !== undefined) {
      return { sql: plain, levels: 2, nodes: children.length + 1, given: plain.length };
    }
    const parts: Rendered[] = [];
    for (const [at, child] of children.entries()) {
      const part = render(child, takesRaw(node, child, at));
      if (part === undefined) return undefined;
      parts.push(part);
    }
    const sql = sqlOf(
      node,
      parts.map((part) => part.sql),
      raw,
      quote,
    );
    if (sql === undefined) return undefined;
    const whole: Rendered = {
      sql,
      levels: 1 + Math.max(0, ...parts.map((part) => part.levels)),
      nodes: 1 + parts.reduce((sum, part) => sum + part.nodes, 0),
      given: parts.reduce((sum, part) => sum + part.given, parts.length === 0 ? sql.length : 0),
    };
    const tooLong = sql.length > MOST_CHARS_PER_NODE * whole.nodes + 4 * whole.given;
    return tooLong || whole.levels > MOST_LEVELS ? undefined : whole;
  }
  return (node) => render(node, false);
}

function sqlOf(
  node: TypedExpression,
  parts: readonly string[],
  raw: boolean,
  quote: (column: string) => string,
): string | undefined {
  const [a, b] = parts;
  switch (node.op) {
    case 'literal':
      return duckLiteral(node);
    case 'column':
      return duckColumn(node, quote);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(node, a!, b!, raw);
    case 'like':
      return `(${a} LIKE ${duckString(node.pattern)})`;
    case 'cast':
      return duckCast(node.operand.type, node.type)?.(a!);
    case 'call': {
      const entry = REGISTRY.get(node.name)!;
      const pushed =
        typeof entry.pushDown === 'boolean' ? entry.pushDown : entry.pushDown(node.args);
      return pushed ? entry.duckdb?.(parts, node.args) : undefined;
    }
    case 'sql':
      return duckVerbatim(node);
    default:
      return commonSql(node, parts);
  }
}

function arithmetic(
  node: TypedExpression & { readonly op: '+' | '-' | '*' | '/' | '%' },
  left: string,
  right: string,
  raw: boolean,
): string {
  const step = `(${left} ${node.op} ${right})`;
  if (node.type.kind === 'double') return raw ? step : duckFinite(step);
  // TRY around each step that may fail: DuckDB moves what is common to several expressions out of a TRY further up.
  if (node.op !== '%') return `TRY${step}`;
  // The least int64 has a remainder by -1 that DuckDB refuses to find in 64 bits.
  return `CAST(CAST(${left} AS HUGEINT) % CAST(${right} AS HUGEINT) AS BIGINT)`;
}
