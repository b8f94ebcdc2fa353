import { commonSql } from '../common-sql.js';
import { takesRaw } from '../raw-steps.js';
import { REGISTRY } from '../registry/registry.js';
import { sparkFinite } from '../registry/spark-once.js';
import { typedChildren } from '../typed-children.js';
import type { TypedColumn, TypedExpression } from '../types.js';
import { sameExprType } from '../values.js';
import { sparkCast } from './cast.js';
import { sparkLiteral, sparkString, sparkType } from './literal.js';

/**
 * An expression as Spark SQL 4, with ANSI mode on or off and `spark.sql.session.timeZone` UTC. Columns hold no NaN and no -0
 * (S4.4). Verbatim SQL is its text for Spark, or, without one, the one for DuckDB.
 */
export function sparkText(
  typed: TypedExpression,
  quote: (column: string) => string = backticked,
): string {
  return render(typed, false, quote);
}

function backticked(column: string): string {
  return `\`${column.replaceAll('`', '``')}\``;
}

/** `raw`: arithmetic on doubles may still be beyond them, and -0; whoever asks for it sees to that. */
function render(node: TypedExpression, raw: boolean, quote: (column: string) => string): string {
  const parts = typedChildren(node).map((child, at) =>
    render(child, takesRaw(node, child, at), quote),
  );
  const [a, b] = parts;
  switch (node.op) {
    case 'literal':
      return sparkLiteral(node);
    case 'column':
      return sparkColumn(node, quote);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(node, a!, b!, raw);
    case 'like':
      return `(${a} LIKE ${sparkString(node.pattern)} ESCAPE '${unusedIn(node.pattern)}')`;
    case 'cast':
      return sparkCast(a!, node.operand.type, node.type);
    case 'call':
      return REGISTRY.get(node.name)!.spark(parts, node.args);
    case 'sql':
      // The line break ends a comment that the text may end with.
      return `(${node.spark ?? node.sql}\n)`;
    default:
      return commonSql(node, parts);
  }
}

function sparkColumn(node: TypedColumn, quote: (column: string) => string): string {
  const column = quote(node.column);
  return sameExprType(node.declared, node.type)
    ? column
    : `CAST(${column} AS ${sparkType(node.type)})`;
}

/** LIKE escapes with a backslash unless it is told another character: one that the pattern lacks escapes nothing. */
function unusedIn(pattern: string): string {
  for (let code = 0x21; ; code++) {
    const char = String.fromCharCode(code);
    if (!"%_'\\".includes(char) && !pattern.includes(char)) return char;
  }
}

const WHOLE = { '+': 'try_add', '-': 'try_subtract', '*': 'try_multiply', '%': 'try_mod' } as const;

function arithmetic(
  node: TypedExpression & { readonly op: '+' | '-' | '*' | '/' | '%' },
  left: string,
  right: string,
  raw: boolean,
): string {
  if (node.op !== '/' && node.type.kind === 'int64') return `${WHOLE[node.op]}(${left}, ${right})`;
  const step =
    node.op === '/'
      ? `try_divide(${left}, ${right})`
      : node.op === '%'
        ? `try_mod(${left}, ${right})`
        : `(${left} ${node.op} ${right})`;
  return raw ? step : sparkFinite(step);
}
