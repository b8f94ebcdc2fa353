import { withInputs } from './column-hash.js';
import { columnsRead } from './expression/columns-read.js';
import type { Expression } from './expression/tree.js';
import { leftColumns, passedThroughColumns } from './output-columns.js';
import type { AggregationSpec, GroupBySpec, JoinSpec, SourceSpec } from './spec.js';

/** A source, and those of its columns that features are made of, through computed columns too. */
export interface FeatureReads {
  /** Where: `user_spend`, or `fraud_v2` of a join's left. */
  readonly at: string;
  readonly source: SourceSpec;
  readonly columns: readonly string[];
}

function named(source: SourceSpec, expression: Expression | undefined): readonly string[] {
  if (expression === undefined) return [];
  return columnsRead(
    expression,
    source.columns.map(({ name }) => name),
  );
}

const present = (names: readonly (string | undefined)[]): string[] =>
  names.filter((name) => name !== undefined);

/** Columns that an aggregation's values are made of, as it names them. */
export function readByAggregation(
  source: SourceSpec,
  { input, weight, by, where }: AggregationSpec,
): readonly string[] {
  return [...present([input, weight, by]), ...named(source, where)];
}

/** Columns that the `where` of a source names. */
export function readByFilter(source: SourceSpec): readonly string[] {
  return named(source, source.where);
}

/** Columns of its source that a groupBy's features are made of, and those that choose their rows. */
export function readByGroupBy(
  groupBy: Pick<GroupBySpec, 'source' | 'keys' | 'aggregations'>,
): readonly string[] {
  const { source, keys, aggregations } = groupBy;
  const { tieBreaker, eventId, dedupe } = source;
  const passed = aggregations.length > 0 ? [] : passedThroughColumns({ source, keys });
  return withInputs(source, [
    ...keys,
    ...aggregations.flatMap((aggregation) => readByAggregation(source, aggregation)),
    ...passed.map(({ name }) => name),
    ...readByFilter(source),
    ...present([tieBreaker, eventId, dedupe?.orderBy]),
  ]);
}

/** Columns of its left that a join's features are made of: keys of its parts, and what derived columns read. */
export function readOfLeft(
  join: Pick<JoinSpec, 'left' | 'derive'> & {
    readonly parts: readonly Pick<JoinSpec['parts'][number], 'keys'>[];
  },
): readonly string[] {
  const own = new Set(leftColumns(join).map(({ name }) => name));
  const asked = join.parts.flatMap(({ keys }) => keys.map(({ left }) => left));
  const derived = (join.derive ?? []).flatMap(({ expression }) => named(join.left, expression));
  return withInputs(
    join.left,
    [...asked, ...derived].filter((name) => own.has(name)),
  );
}

/** All of them of a definition; what labels are made of is none. */
export function featureReads(spec: JoinSpec | GroupBySpec): readonly FeatureReads[] {
  const ofGroupBy = (groupBy: GroupBySpec): FeatureReads => ({
    at: groupBy.name,
    source: groupBy.source,
    columns: readByGroupBy(groupBy),
  });
  if (spec.kind === 'groupBy') return [ofGroupBy(spec)];
  const left = { at: spec.name, source: spec.left, columns: readOfLeft(spec) };
  return [left, ...spec.parts.map(({ groupBy }) => ofGroupBy(groupBy))];
}
