import type { TypedExpression } from './types.js';

type Op = TypedExpression['op'];
/** What each dialect writes in its own way, or not at all. */
type OwnOp = 'literal' | 'column' | '+' | '-' | '*' | '/' | '%' | 'like' | 'cast' | 'call' | 'sql';
type CommonExpression = Extract<TypedExpression, { readonly op: Exclude<Op, OwnOp> }>;

/** Logic, comparisons and CASE, which DuckDB and Spark write alike; `parts` are the children's texts in order. */
export function commonSql(node: CommonExpression, parts: readonly string[]): string {
  const [a, b] = parts;
  switch (node.op) {
    case 'and':
      return parts.length === 0 ? 'TRUE' : `(${parts.join(' AND ')})`;
    case 'or':
      return parts.length === 0 ? 'FALSE' : `(${parts.join(' OR ')})`;
    case 'not':
      return `(NOT ${a})`;
    case 'in':
      return `(${a} IN (${parts.slice(1).join(', ')}))`;
    case 'is_null':
      return `(${a} IS NULL)`;
    case 'case': {
      const whens = node.when.map((_, at) => `WHEN ${parts[at * 2]} THEN ${parts[at * 2 + 1]}`);
      const last = node.else === undefined ? '' : ` ELSE ${parts.at(-1)}`;
      return `CASE ${whens.join(' ')}${last} END`;
    }
    default:
      return `(${a} ${node.op} ${b})`;
  }
}
