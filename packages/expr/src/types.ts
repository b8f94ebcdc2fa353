import type { ComparisonOperator, DataType, LiteralValue } from '@tessera/api';

/**
 * Types as expressions see them: `boolean`, `int64`, `double`, `string`, `date`, `timestamp`, lists and maps of them, and
 * `null`, the type of NULL alone. `canonicalType` maps every declared type to one of these.
 */
export type ExprType = DataType | { readonly kind: 'null' };

/**
 * A value of an expression.
 *
 *   boolean    boolean
 *   int64      bigint
 *   double     number: never NaN, never -0; ±Infinity only where a column holds it
 *   string     string
 *   date       number: days since 1970-01-01
 *   timestamp  bigint: µs since the epoch, UTC
 *   list       Value[]
 *   map        Map, entries in key order
 *   any        null
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | ReadonlyMap<Value, Value>;

/** Values of one row by the column's name, each in the form of its canonical type. */
export type Row = Readonly<Record<string, Value>>;

/**
 * An expression with a type on every node; plain data, JSON-safe. Beside an `Expression` of @tessera/api:
 *
 *   - operands of one operator have one type: where an int64 meets a double there is a `cast` to double
 *   - `negate` is `0 - x`, `||` is `concat`
 *   - a literal is in the form of its type (`literalValue` reads it)
 *   - `sql` has a type only from its place (a condition) or from the CAST around it
 */
export type TypedExpression =
  | TypedLiteral
  | TypedColumn
  | {
      readonly op: '+' | '-' | '*' | '%';
      readonly left: TypedExpression;
      readonly right: TypedExpression;
      /** int64 or double; both operands have it. */
      readonly type: ExprType;
    }
  | {
      /** Of doubles. */
      readonly op: '/';
      readonly left: TypedExpression;
      readonly right: TypedExpression;
      readonly type: ExprType;
    }
  | {
      /** Both operands have one type: boolean, int64, double, string, date or timestamp. */
      readonly op: ComparisonOperator;
      readonly left: TypedExpression;
      readonly right: TypedExpression;
      readonly type: ExprType;
    }
  | {
      readonly op: 'and' | 'or';
      readonly args: readonly TypedExpression[];
      readonly type: ExprType;
    }
  | { readonly op: 'not'; readonly arg: TypedExpression; readonly type: ExprType }
  | {
      /** Operand and values have one type. */
      readonly op: 'in';
      readonly operand: TypedExpression;
      readonly values: readonly TypedExpression[];
      readonly type: ExprType;
    }
  | { readonly op: 'is_null'; readonly operand: TypedExpression; readonly type: ExprType }
  | {
      readonly op: 'like';
      readonly operand: TypedExpression;
      readonly pattern: string;
      readonly type: ExprType;
    }
  | {
      /** All branches have the type of the node. */
      readonly op: 'case';
      readonly when: readonly { readonly if: TypedExpression; readonly then: TypedExpression }[];
      readonly else?: TypedExpression;
      readonly type: ExprType;
    }
  | { readonly op: 'cast'; readonly operand: TypedExpression; readonly type: ExprType }
  | {
      /** Arguments have the types that the registry's entry asked for. */
      readonly op: 'call';
      readonly name: string;
      readonly args: readonly TypedExpression[];
      readonly type: ExprType;
    }
  | {
      readonly op: 'sql';
      readonly sql: string;
      readonly spark?: string;
      readonly type: ExprType;
    };

/** `literal`: int64 and timestamp (µs) as digits, date as a number of days, others as they are. */
export interface TypedLiteral {
  readonly op: 'literal';
  readonly literal: LiteralValue;
  readonly type: ExprType;
}

export interface TypedColumn {
  readonly op: 'column';
  readonly column: string;
  /** As the source declares it; `type` is its canonical type. */
  readonly declared: DataType;
  readonly type: ExprType;
}

export const BOOLEAN: ExprType = { kind: 'boolean' };
export const INT64: ExprType = { kind: 'int64' };
export const DOUBLE: ExprType = { kind: 'double' };
export const STRING: ExprType = { kind: 'string' };
export const DATE: ExprType = { kind: 'date' };
export const TIMESTAMP: ExprType = { kind: 'timestamp' };
export const NULL_TYPE: ExprType = { kind: 'null' };

/** The type under which expressions see a declared one. */
export function canonicalType(type: DataType): DataType {
  switch (type.kind) {
    case 'int32':
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return { kind: 'int64' };
    case 'float':
    case 'decimal':
      return { kind: 'double' };
    case 'timestamptz':
    case 'timestamp_ns':
      return { kind: 'timestamp' };
    case 'list':
      return { kind: 'list', element: canonicalType(type.element) };
    case 'map':
      return { kind: 'map', key: canonicalType(type.key), value: canonicalType(type.value) };
    default:
      return type;
  }
}
