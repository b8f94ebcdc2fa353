import { z } from 'zod';
import { derivedOfPart, shortName } from '../computed-columns.js';
import { formatType } from '../data-type.js';
import { combineProblems } from '../errors.js';
import { expressionColumns } from '../expression/walk.js';
import { addInputColumns, withoutInputColumns } from '../input-columns.js';
import { isOfflineOnly } from '../offline-only.js';
import { isCarried } from '../operation-rules.js';
import { DS, featureColumns, passedThroughColumns } from '../output-columns.js';
import type { GroupBySpec, SourceSpec } from '../spec.js';
import type { AggregationOn } from '../types/aggregation-type.js';
import type { ColumnsOfSource, GroupBy, Source } from '../types/definition-types.js';
import type { Derive } from '../types/derive-type.js';
import type { ColumnsOfType, ScalarText } from '../types/type-text.js';
import type { Tail } from '../window.js';
import { checkKeys } from './columns.js';
import { checkDuplicates, originOf, PARTITION_LABEL } from './duplicates.js';
import { checkLeaks } from './label-leaks.js';
import { checkName } from './names.js';
import { describeAggregation, readAggregation } from './read-aggregation.js';
import { deriveShape, readDerivations, readOnly } from './read-derivations.js';
import { createReport, type Report } from './report.js';
import { type About, about, aboutOf, flag, nameOf, oneOf, readShape, text } from './shape.js';

export function isSource(value: unknown): value is SourceSpec {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, columns } = value as { readonly kind?: unknown; readonly columns?: unknown };
  return (kind === 'events' || kind === 'entities') && Array.isArray(columns);
}

const groupByShape = z.strictObject({
  name: text,
  source: z.custom<SourceSpec>(isSource, {
    error: 'must be what events(…) or entities(…) returned',
  }),
  keys: z.array(text, { error: 'must be an array of column names' }),
  aggregations: z.array(z.unknown(), { error: 'must be an array of aggregations' }),
  accuracy: oneOf(['temporal', 'snapshot']).optional(),
  tail: oneOf(['sawtooth', 'exact']).optional(),
  empty: oneOf(['zero', 'null']).optional(),
  online: flag.optional(),
  derive: deriveShape.optional(),
  only: z.array(text, { error: 'must be an array of columns' }).optional(),
  ...about,
});

export interface GroupByDefinition<
  Name extends string,
  S extends Source,
  K,
  A,
  D extends Derive = Derive,
  O extends string = string,
> extends About {
  readonly name: Name;
  readonly source: S;
  /** Columns of the source: one value per key and instant. */
  readonly keys: K;
  /** Empty over entities: their columns are passed through (S3.3). */
  readonly aggregations: A;
  /** Default: temporal over events; entities are always snapshot (S3.1). */
  readonly accuracy?: 'temporal' | 'snapshot';
  /** Where windows begin. Default sawtooth (S2.2); exact (S2.3) is offline only. */
  readonly tail?: Tail;
  /** What counts of nothing are. Default zero (S5). */
  readonly empty?: 'zero' | 'null';
  /** Also served at request time. Default false. */
  readonly online?: boolean;
  /**
   * More columns: name → expression over keys, `ds`, features by their names without the groupBy's (`amount_sum_7d`), and each
   * other (S7). A double unless declared.
   */
  readonly derive?: D;
  /** The features and derived columns that come out, by the same names. Default: all. */
  readonly only?: readonly O[];
}

/**
 * Aggregations of one source, by key.
 *
 * Returns  the plain `GroupBySpec`, defaults filled in.
 * Throws   every problem of the definition at once (TesseraError.problems).
 */
export function groupBy<
  const Name extends string,
  S extends Source,
  const K extends readonly ColumnsOfType<ColumnsOfSource<S>, ScalarText>[],
  const A extends readonly AggregationOn<ColumnsOfSource<S>>[],
  const D extends Derive = Readonly<Record<never, string>>,
  const O extends string = string,
>(
  definition: GroupByDefinition<Name, S, K, A, D, O>,
): GroupBy<Name, ColumnsOfSource<S>, K, A, D, O> {
  const report = createReport(nameOf(definition, 'groupBy'));
  const shape = readShape(groupByShape, definition, report);
  if (shape === undefined) throw combineProblems(report.problems);
  const { keys } = shape;
  const source = withoutInputColumns(shape.source);
  checkName(shape.name, report);
  checkKeys(source, keys, report);
  const accuracy = shape.accuracy ?? (source.kind === 'events' ? 'temporal' : 'snapshot');
  if (source.kind === 'entities' && accuracy !== 'snapshot') {
    report
      .as('ENTITIES_ACCURACY')
      .option('accuracy', "over entities is 'snapshot': they are known once a day");
  }
  if (source.kind === 'events' && shape.aggregations.length === 0) {
    report
      .as('EVENTS_PASSED_THROUGH')
      .option('aggregations', 'needs at least one: events cannot be passed through');
  }
  if (shape.aggregations.length === 0) checkPassedThrough({ source, keys: shape.keys }, report);
  const tail = shape.tail ?? 'sawtooth';
  const read = shape.aggregations.flatMap(
    (draft) => readAggregation(draft, { source, tail }, report) ?? [],
  );
  const computed = read.flatMap((one) => one.computed);
  const base: GroupBySpec = {
    kind: 'groupBy',
    name: shape.name,
    source: addInputColumns(source, computed),
    keys,
    aggregations: read.map(({ spec }) => spec),
    accuracy,
    tail,
    empty: shape.empty ?? 'zero',
    online: shape.online ?? false,
    ...aboutOf(shape),
  };
  const left = [...keys, DS];
  const features = featureColumns(base).map(({ name }) => shortName(name, base));
  const drafts = shape.derive ?? {};
  const derive = readDerivations(drafts, { columns: [...left, ...features], labels: [] }, report);
  const offered = { columns: [...features, ...Object.keys(drafts)], left };
  const spec: GroupBySpec = {
    ...base,
    ...(derive.length > 0 && { derive }),
    ...(shape.only !== undefined && { only: readOnly(shape.only, offered, report) }),
  };
  checkToldApart(spec, features, report);
  checkLeaks(spec, report);
  if (spec.online) checkOnline(spec, report);
  checkOwnNames(spec, report);
  report.settle();
  // The shape was parsed from this very value, whose name is `Name`.
  return { ...spec, name: definition.name };
}

/** What cannot be read into a feature is better not declared. */
export function checkPassedThrough(of: Pick<GroupBySpec, 'source' | 'keys'>, report: Report): void {
  for (const { name, type } of passedThroughColumns(of)) {
    if (isCarried(type)) continue;
    report
      .as('UNREADABLE_COLUMN')
      .option(
        'columns',
        `cannot pass \`${name}\` through: it is ${formatType(type)}; leave it out of ${of.source.name}`,
      );
  }
}

/** What cannot be served (S2.3; SQL needs DuckDB), each at the aggregation that asks for it. */
function checkOnline(spec: GroupBySpec, report: Report): void {
  if (isOfflineOnly(spec.source)) {
    report
      .as('ONLINE_SQL')
      .option('online', `cannot be: ${spec.source.name} filters with sql(…), offline only`);
  }
  if (spec.tail === 'exact')
    report.as('ONLINE_EXACT_TAIL').option('online', "cannot be: `tail: 'exact'` is offline only");
  for (const aggregation of spec.aggregations) {
    const own = report.inside(describeAggregation(aggregation, spec.source.columns));
    if (aggregation.tail === 'exact') {
      own.as('ONLINE_EXACT_TAIL').option('online', "cannot be: `tail: 'exact'` is offline only");
    }
    if (aggregation.where !== undefined && isOfflineOnly(aggregation.where)) {
      own.as('ONLINE_SQL').option('online', 'cannot be: sql(…) is offline only');
    }
  }
}

/** Within a groupBy features are named without it: one that is then named as a key, or as the day, must not be asked for. */
function checkToldApart(
  { name, keys, derive = [], only = [] }: GroupBySpec,
  features: readonly string[],
  report: Report,
): void {
  const asked = new Set([
    ...derive.flatMap(({ expression }) => expressionColumns(expression) ?? []),
    ...only,
  ]);
  for (const key of new Set([...keys, DS])) {
    if (!asked.has(key) || !features.includes(key)) continue;
    report.add(
      'DUPLICATE_COLUMN_NAME',
      {
        name: key,
        first: key === DS ? PARTITION_LABEL.origin() : `key \`${key}\``,
        second: `feature \`${key}\` of ${name}`,
      },
      "`derive` and `only` could not tell them apart: name the feature with `as: '…'`.",
    );
  }
}

/** S6 for the groupBy on its own, whose rows are its keys, features and `ds`. */
function checkOwnNames(spec: GroupBySpec, report: Report): void {
  const known = new Set(spec.source.columns.map((column) => column.name));
  const keys = [...new Set(spec.keys)]
    .filter((name) => known.has(name) && name !== DS)
    .map((name) => ({ name, origin: () => `key \`${name}\`` }));
  const features = featureColumns(spec).map((column) => ({
    name: column.name,
    origin: () => originOf(spec, column),
  }));
  const derived = derivedOfPart({ groupBy: spec }).map((name) => ({
    name,
    origin: () => `derived \`${name}\``,
  }));
  checkDuplicates([PARTITION_LABEL, ...keys, ...features, ...derived], report);
}
