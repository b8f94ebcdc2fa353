import {
  type AggregationSpec,
  type DataType,
  isFloat,
  OPERATION_RULES,
  type SourceSpec,
} from '@tessera/api';
import { quoteIdent, quoteLiteral } from '@tessera/lake';
import { conditionSql } from '../expressions/expression-sql.js';
import type { LeftOutReason } from './explanation.js';
import { type Bounds, isTimeless, snapshotDay } from './query-time.js';
import type { Request } from './request.js';

function columnType(source: SourceSpec, name: string): DataType {
  const found = source.columns.find((column) => column.name === name);
  if (!found) throw new Error(`${source.name} has no column ${name}`);
  return found.type;
}

/** Lists whose elements are values of their own (S5.6). */
export function isExploded(aggregation: AggregationSpec, type: DataType): boolean {
  return type.kind === 'list' && !OPERATION_RULES[aggregation.operation].whole;
}

/**
 * A CASE over the key's rows: the first reason for which a row does not count, null where it does. Written from SEMANTICS,
 * apart from the kernels that it is compared with.
 */
export function reasonSql(request: Request, bounds: Bounds): string {
  const { part, column } = request;
  const { source } = part.groupBy;
  const aggregation = part.groupBy.aggregations[column.aggregationIdx];
  const whens: [string, LeftOutReason][] = [];
  const day = snapshotDay(part, request.askedMs);
  if (day !== null) whens.push([`__ds <> ${quoteLiteral(day)}`, 'other-partition']);
  if (source.time !== undefined) whens.push(['__t IS NULL', 'no-time']);
  if (!isTimeless(part)) {
    if (Number.isFinite(bounds.startMs)) whens.push([`__t < ${bounds.startMs}`, 'too-early']);
    whens.push([`__t >= ${bounds.effectiveMs}`, 'too-late']);
  }
  if (aggregation?.where) {
    const where = conditionSql({ where: aggregation.where, columns: source.columns });
    whens.push([`NOT coalesce((${where}), FALSE)`, 'where']);
  }
  if (aggregation?.by !== undefined) {
    const bucket = quoteIdent(aggregation.by);
    const isEndless = isFloat(columnType(source, aggregation.by)) ? ` OR isinf(${bucket})` : '';
    whens.push([`${bucket} IS NULL${isEndless}`, 'null-bucket']);
  }
  if (column.input !== undefined) {
    const type = columnType(source, column.input);
    whens.push(...inputReasons(quoteIdent(column.input), type, aggregation));
  }
  if (aggregation?.weight !== undefined) {
    const weight = weightSql(source, aggregation.weight);
    whens.push([`${weight} IS NULL OR isinf(${weight})`, 'null-weight']);
  }
  const cases = whens.map(([when, reason]) => `WHEN ${when} THEN ${quoteLiteral(reason)}`);
  return cases.length === 0 ? 'CAST(NULL AS VARCHAR)' : `CASE ${cases.join(' ')} END`;
}

/** S4.4: ±Infinity is null, in lists too. */
function inputReasons(
  input: string,
  type: DataType,
  aggregation: AggregationSpec | undefined,
): [string, LeftOutReason][] {
  const whens: [string, LeftOutReason][] = [[`${input} IS NULL`, 'null-input']];
  if (isFloat(type)) whens.push([`isinf(${input})`, 'infinite-input']);
  if (aggregation && type.kind === 'list' && isExploded(aggregation, type)) {
    const some = (test: string) => `len(list_filter(${input}, lambda __e: ${test})) = 0`;
    whens.push([some('__e IS NOT NULL'), 'null-input']);
    if (isFloat(type.element)) whens.push([some('isfinite(__e)'), 'infinite-input']);
  }
  return whens;
}

/** A weight as the nearest double; decimals through text, because DuckDB's own cast is not always the nearest. */
export function weightSql(source: SourceSpec, column: string): string {
  const name = quoteIdent(column);
  return columnType(source, column).kind === 'decimal'
    ? `CAST(CAST(${name} AS VARCHAR) AS DOUBLE)`
    : `CAST(${name} AS DOUBLE)`;
}
