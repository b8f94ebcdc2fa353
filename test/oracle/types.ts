/** The only door to the product: types of definitions. Nothing that runs is imported from any package. */
export type { DataType } from '../../packages/api/src/data-type.js';
export type { Expression } from '../../packages/api/src/expression/tree.js';
export type {
  AggregationSpec,
  ColumnSpec,
  GroupBySpec,
  JoinSpec,
  Operation,
  PartSpec,
  SourceSpec,
} from '../../packages/api/src/spec.js';

/**
 * A cell of a table literal. `number` for int32, float, double (may be NaN, -0, ±Infinity); `bigint` for int64 and
 * epoch types; text for string, decimal (`'12.30'`), date (`'2024-03-10'`) and the timestamps (ISO, UTC).
 */
export type Value = null | boolean | number | bigint | string | Value[];

/** Columns by name, and `ds` where the table is partitioned. A column that is absent is null. */
export type Row = Record<string, Value>;

/** Rows by the name of their source. A source that is absent is empty on every day (S3.2). */
export type Tables = Record<string, Row[]>;

/** A result cell: counts are `number`, integer sums `bigint`, maps are `Map` in key order. */
export type OutputValue = Value | Map<Value, OutputValue>;

/** Left columns, then `ds`, then features in declaration order. */
export type OracleRow = Record<string, OutputValue>;
