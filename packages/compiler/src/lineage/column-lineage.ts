import {
  type AggregationSpec,
  expressionColumns,
  type GroupBySpec,
  type JoinSpec,
  joinParts,
  leftColumns,
  type OutputColumn,
  type SourceSpec,
  withInputs,
} from '@tessera/api';
import { expressionText } from '../emit/expression-text.js';
import type { Optimised } from '../stages/optimise.js';

/** One output column: what makes it, and the stored columns that it is made of. */
export interface ColumnLineage {
  readonly column: string;
  /** `SUM over 7d where currency = 'EUR'`, `column`, `derived: a / b`, `label MAX within 30d`. */
  readonly operation: string;
  /** Of a join: the groupBy whose column it is. */
  readonly through?: string;
  /** Derived: columns of its own row. */
  readonly reads?: readonly string[];
  /** `payments.transactions.amount`: stored columns that its values are made of, not those that rows are found by. */
  readonly from: readonly string[];
  /** Stored columns that decide which rows count: keys, time, order, conditions of the source. */
  readonly selectedBy: readonly string[];
}

/** Names of stored columns, by the list of all: a wide source is asked for each of them. */
const stored = new WeakMap<SourceSpec['columns'], ReadonlySet<string>>();

/** Stored columns that columns of a source are, or are computed from. */
function storedColumns(source: SourceSpec, names: readonly string[]): readonly string[] {
  const { columns } = source;
  const known =
    stored.get(columns) ??
    new Set(columns.flatMap(({ name, expression }) => (expression === undefined ? [name] : [])));
  stored.set(columns, known);
  return withInputs(source, names)
    .filter((name) => known.has(name))
    .sort();
}

const placed = (source: SourceSpec, names: readonly string[]): string[] =>
  storedColumns(source, names).map((name) => `${source.name}.${name}`);

function operationText(
  { operation, where, by, k, percentiles }: AggregationSpec,
  window: string | null,
  isLabel: boolean,
): string {
  return [
    isLabel ? 'label' : '',
    operation,
    k === undefined ? '' : `k=${k}`,
    percentiles === undefined ? '' : `p=${percentiles.join(',')}`,
    window === null ? '' : `${isLabel ? 'within' : 'over'} ${window}`,
    by === undefined ? '' : `by ${by}`,
    where === undefined ? '' : `where ${expressionText(where)}`,
  ]
    .filter((text) => text !== '')
    .join(' ');
}

const selections = new WeakMap<GroupBySpec, readonly string[]>();

/** What a source's rows are chosen by, for every column of a groupBy. */
function selection(groupBy: GroupBySpec): readonly string[] {
  const found = selections.get(groupBy) ?? selectionOf(groupBy);
  selections.set(groupBy, found);
  return found;
}

function selectionOf({ source, keys }: GroupBySpec): string[] {
  const { time, tieBreaker, eventId, where, dedupe } = source;
  const named = [...keys, time, tieBreaker, eventId, dedupe?.orderBy];
  const filtered = where === undefined ? [] : (expressionColumns(where) ?? []);
  return placed(source, [...named.filter((name) => name !== undefined), ...filtered]);
}

function ofFeature(column: OutputColumn, groupBy: GroupBySpec, through?: string, isLabel = false) {
  const { source } = groupBy;
  const aggregation = groupBy.aggregations[column.aggregationIdx];
  const read =
    aggregation === undefined
      ? [column.input]
      : [
          aggregation.input,
          aggregation.weight,
          aggregation.by,
          ...(aggregation.where === undefined ? [] : (expressionColumns(aggregation.where) ?? [])),
        ];
  return {
    column: column.name,
    operation:
      aggregation === undefined ? 'as it is' : operationText(aggregation, column.window, isLabel),
    ...(through !== undefined && { through }),
    from: placed(
      source,
      read.filter((name) => name !== undefined),
    ),
    selectedBy: selection(groupBy),
  };
}

/** Lineage of every output column, in output order; columns that only derived ones read have none of their own. */
export function columnLineage({ spec, computed, columns }: Optimised): readonly ColumnLineage[] {
  const known = new Map<string, Pick<ColumnLineage, 'from' | 'selectedBy'>>();
  for (const name of ownColumns(spec)) known.set(name.column, name);
  const parts = spec.kind === 'join' ? joinParts(spec) : [];
  const found = new Map<string, ColumnLineage>();
  for (const { column } of computed) {
    const part = parts[column.partIdx];
    const groupBy = spec.kind === 'join' ? part?.groupBy : spec;
    const lineage =
      column.expression === undefined && groupBy !== undefined
        ? ofFeature(
            column,
            groupBy,
            spec.kind === 'join' ? groupBy.name : undefined,
            part?.ahead !== undefined,
          )
        : ofDerived(column, known);
    known.set(column.name, lineage);
    found.set(column.name, lineage);
  }
  return columns.flatMap(({ name }) => found.get(name) ?? []);
}

/** Computed columns come after what they read. */
function ofDerived(
  { name, expression }: OutputColumn,
  known: ReadonlyMap<string, Pick<ColumnLineage, 'from' | 'selectedBy'>>,
): ColumnLineage {
  const reads = expression === undefined ? [] : [...new Set(expressionColumns(expression) ?? [])];
  const all = (of: 'from' | 'selectedBy') =>
    [...new Set(reads.flatMap((read) => known.get(read)?.[of] ?? []))].sort();
  return {
    column: name,
    operation: `derived: ${expression === undefined ? '' : expressionText(expression)}`,
    reads,
    from: all('from'),
    selectedBy: all('selectedBy'),
  };
}

/** Columns of the row that are no features: those of the left, or keys. */
function ownColumns(spec: JoinSpec | GroupBySpec): readonly Omit<ColumnLineage, 'operation'>[] {
  const source = spec.kind === 'join' ? spec.left : spec.source;
  const names = spec.kind === 'join' ? leftColumns(spec).map(({ name }) => name) : spec.keys;
  return names.map((column) => ({ column, from: placed(source, [column]), selectedBy: [] }));
}
