import { type DataType, formatType } from './data-type.js';
import { formatExpression } from './expression/format.js';
import { hashedForm } from './expression/hashed-form.js';
import type { Expression } from './expression/tree.js';
import { contentHash } from './hash.js';
import type { ColumnSpec, SourceSpec } from './spec.js';

/**
 * What aggregations compute of a row before they take it in: columns of their groupBy's source, computed as those of `select`
 * are, and called by what they are. From there on an aggregation takes a column, whatever was written. A source is the same
 * with and without them: they say nothing of which rows there are.
 */

/** Names that begin with two underscores are ours. */
const PREFIX = '__input_';

/** The column of an expression; the same wherever the same is written. */
export function inputColumn(expression: Expression, type: DataType): ColumnSpec {
  const hash = contentHash({ input: hashedForm(expression), type: formatType(type) });
  return { name: `${PREFIX}${hash}`, type, nullable: true, expression };
}

export function isInputColumn({ name }: Pick<ColumnSpec, 'name'>): boolean {
  return name.startsWith(PREFIX);
}

/** A source with these columns of aggregations too, each once. */
export function addInputColumns(source: SourceSpec, columns: readonly ColumnSpec[]): SourceSpec {
  const added = new Map(columns.map((column) => [column.name, column]));
  for (const { name } of source.columns) added.delete(name);
  return added.size === 0 ? source : { ...source, columns: [...source.columns, ...added.values()] };
}

/** A source as its user declared it. */
export function withoutInputColumns(source: SourceSpec): SourceSpec {
  return source.columns.some(isInputColumn)
    ? { ...source, columns: source.columns.filter((column) => !isInputColumn(column)) }
    : source;
}

/** A column as its user wrote it: its name, or the expression that an aggregation takes. */
export function columnText(columns: readonly ColumnSpec[], name: string): string {
  const found = columns.find((column) => column.name === name);
  return found?.expression !== undefined && isInputColumn(found)
    ? formatExpression(found.expression)
    : name;
}
