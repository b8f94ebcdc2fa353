export { checkAssignable } from './check/assignable.js';
export { type CheckedExpression, checkExpression } from './check/check-expression.js';
export type { ExpressionProblem } from './check/problem.js';
export { typedAs } from './check/typed-as.js';
export type {
  DerivedColumn,
  ExpressionBatch,
  ExpressionColumn,
  ExpressionOutput,
} from './compile/batch.js';
export { canonicalValue } from './compile/canonical-value.js';
export {
  type CompileOptions,
  compileExpressions,
  compileFilter,
} from './compile/compile-expressions.js';
export { compileRow } from './compile/compile-row.js';
export { nearestDecimal } from './compile/decimal.js';
export { derivedSteps } from './derived-steps.js';
export {
  columnsOf,
  type DuckDbText,
  duckdbText,
  functionText,
  type JsFunction,
} from './duckdb/duckdb-text.js';
export { duckType } from './duckdb/types.js';
export { evaluateRow } from './evaluate/evaluate-row.js';
export { formatValue } from './format-value.js';
export { EXAMPLE_COLUMNS, EXAMPLE_ROW } from './registry/example-row.js';
export type { CallType, Family, FunctionEntry } from './registry/function-entry.js';
export { REGISTRY } from './registry/registry.js';
export { sparkType } from './spark/literal.js';
export { sparkText } from './spark/spark-text.js';
export { typedChildren, withChildren } from './typed-children.js';
export {
  canonicalType,
  type ExprType,
  type Row,
  type TypedColumn,
  type TypedExpression,
  type TypedLiteral,
  type Value,
} from './types.js';
export { literalOf, literalValue } from './values.js';
