import type { TypedColumn, TypedExpression, TypedLiteral } from '../types.js';
import { duckDouble, duckLiteral } from './literal.js';

/** The column under an operand that DuckDB compares as we do without our cast around it. */
function columnOf(node: TypedExpression): TypedColumn | undefined {
  if (node.op === 'column') return node;
  const widened = node.op === 'cast' && node.operand.op === 'column' && node.type.kind === 'double';
  return widened && node.operand.type.kind === 'int64' ? node.operand : undefined;
}

/**
 * Operands of a comparison where one is a column as it is stored and the others are literals, or both are columns of one
 * declared type: without casts around the columns, so that DuckDB prunes files and row groups by them. Undefined for others.
 */
export function plainOperands(
  [first, ...others]: readonly TypedExpression[],
  quote: (column: string) => string,
): readonly string[] | undefined {
  const column = first === undefined ? undefined : columnOf(first);
  const [second] = others;
  if (first === undefined || second === undefined) return undefined;
  if (column === undefined) {
    if (others.length > 1 || first.op !== 'literal' || columnOf(second) === undefined) {
      return undefined;
    }
    return plainOperands([second, first], quote)?.toReversed();
  }
  const literals = others.filter((one) => one.op === 'literal');
  if (literals.length === others.length) {
    return [quote(column.column), ...literals.map((one) => literalBeside(column, one))];
  }
  const other = others.length === 1 ? columnOf(second) : undefined;
  if (other === undefined || first.op !== 'column' || second.op !== 'column') return undefined;
  return comparedAsStored(column, other) ? [quote(column.column), quote(other.column)] : undefined;
}

/** Columns that DuckDB compares by their values as they are; a FLOAT and a whole number it would compare as FLOATs. */
function comparedAsStored(a: TypedColumn, b: TypedColumn): boolean {
  const isDecimal = (column: TypedColumn): boolean => column.declared.kind === 'decimal';
  const isFloat = (column: TypedColumn): boolean =>
    column.declared.kind === 'float' || column.declared.kind === 'double';
  if (isDecimal(a) || isDecimal(b)) return !isFloat(a) && !isFloat(b);
  if (a.type.kind === 'timestamp') return a.declared.kind === b.declared.kind;
  return a.type.kind === b.type.kind;
}

function literalBeside({ declared }: TypedColumn, node: TypedLiteral): string {
  const { literal, type } = node;
  if (literal === null) return duckLiteral(node);
  if (type.kind === 'int64') return String(literal);
  if (type.kind === 'double') {
    const text = String(literal);
    return declared.kind === 'decimal' ? text : duckDouble(literal as number);
  }
  if (type.kind !== 'timestamp') return duckLiteral(node);
  if (declared.kind === 'timestamptz') return `make_timestamptz(CAST(${literal} AS BIGINT))`;
  return declared.kind === 'timestamp_ns'
    ? `make_timestamp_ns(${BigInt(literal) * 1000n})`
    : duckLiteral(node);
}
