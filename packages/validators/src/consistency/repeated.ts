import {
  type Expression,
  expressionColumns,
  formatType,
  type GroupBySpec,
  type JoinSpec,
  joinParts,
  type OutputColumn,
  outputOf,
  parseWindow,
  sanitizeName,
  walkExpression,
} from '@tessera/api';
import type { ValidationContext } from '../context.js';
import { aggregationName } from '../read-of.js';
import type { Rule } from '../rule.js';

/** No column and no SQL in it: it says the same of every row. */
function isConstant(expression: Expression): boolean {
  let reads = false;
  walkExpression(expression, (part) => {
    reads ||= part.op === 'column' || part.op === 'sql';
  });
  return !reads;
}

function repeatsOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): readonly (readonly [T, T])[] {
  const first = new Map<string, T>();
  return items.flatMap((item): (readonly [T, T])[] => {
    const earlier = first.get(keyOf(item));
    if (earlier !== undefined) return [[earlier, item]];
    first.set(keyOf(item), item);
    return [];
  });
}

const hashOf = ({ hash }: OutputColumn): string => hash;

/** Columns that may mean the same as another one, by what is quicker to know than their hashes. */
function alike(
  definition: JoinSpec | GroupBySpec,
  columns: readonly OutputColumn[],
): readonly OutputColumn[] {
  const groupBys =
    definition.kind === 'join' ? joinParts(definition).map(({ groupBy }) => groupBy) : [definition];
  const keys = columns.map(({ partIdx, aggregationIdx, input, window, expression }) => {
    if (expression !== undefined) return `derived ${expression.op}`;
    const groupBy = groupBys[partIdx];
    const operation = groupBy?.aggregations[aggregationIdx]?.operation ?? 'as it is';
    const windowMs = window === null ? '' : parseWindow(window);
    return `${operation} ${windowMs} ${input ?? ''} ${groupBy?.source.path}`;
  });
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return columns.filter((_, at) => (counts.get(keys[at] ?? '') ?? 0) > 1);
}

/** Several things of one name, and one thing under several. */
export const REPEATED_RULES: readonly Rule[] = [
  {
    id: 'SAME_VALUE_TWICE',
    layer: 'consistency',
    severity: 'warning',
    summary: 'Two columns of a definition do not mean the same.',
    hint: 'Leave one of them out.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ windows: ['1d', '24h'] })] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ windows: ['1d', '23h'] })] })`,
    },
    check: (context) =>
      [...context.groupBys, ...context.joins].flatMap((definition) =>
        repeatsOf(alike(definition, outputOf(context.columnsOf(definition))), hashOf).map(
          ([earlier, column]) => ({
            at: `${context.placeOf(definition)} › ${column.name}`,
            message: `\`${column.name}\` is always what \`${earlier.name}\` is.`,
          }),
        ),
      ),
  },
  {
    id: 'SOURCE_NAME_SHARED',
    layer: 'consistency',
    severity: 'warning',
    summary: 'Sources of one name are one source.',
    hint: 'Rename one, or import the other: reports and tests know sources by name.',
    example: {
      fires: `[spend, groupBy({ name: 'g', keys: ['id'], aggregations: [count()], source: events({
  name: 'payments', path: 'payments_v2', columns: { id: 'string', at: 'timestamp' }, time: 'at',
}) })]`,
      passes: `[spend, groupBy({ name: 'g', keys: ['id'], aggregations: [count()], source: events({
  name: 'payments_v2', path: 'payments_v2', columns: { id: 'string', at: 'timestamp' }, time: 'at',
}) })]`,
    },
    check: (context) =>
      repeatsOf(different(context), ({ name }) => name).map(([, source]) => ({
        at: source.name,
        message: `two different sources are named \`${source.name}\`.`,
      })),
  },
  {
    id: 'DECLARATIONS_DISAGREE',
    layer: 'consistency',
    severity: 'warning',
    summary: 'Sources that read one path declare its columns with the same types.',
    hint: 'Declare the path once and import it.',
    example: {
      fires: `[spend, groupBy({ name: 'g', keys: ['user_id'], aggregations: [sum('cents', { windows: ['7d'] })], source: events({
  name: 'p2', path: 'payments', columns: { user_id: 'string', cents: 'int32', at: 'timestamp' }, time: 'at',
}) })]`,
      passes: `[spend, groupBy({ name: 'g', keys: ['user_id'], aggregations: [sum('cents', { windows: ['7d'] })], source: events({
  name: 'p2', path: 'payments', columns: { user_id: 'string', cents: 'int64', at: 'timestamp' }, time: 'at',
}) })]`,
    },
    check: (context) =>
      different(context).flatMap((source, at, all) =>
        all.slice(0, at).flatMap((other) => {
          if (other.path !== source.path) return [];
          const types = new Map(other.columns.map((c) => [c.name, formatType(c.type)]));
          return source.columns
            .filter(
              ({ name, type, expression }) =>
                expression === undefined &&
                (types.get(name) ?? formatType(type)) !== formatType(type),
            )
            .map(({ name, type }) => ({
              at: `${source.name} › columns.${name}`,
              message: `\`${name}\` of ${source.path} is ${formatType(type)} here and ${types.get(name)} in ${other.name}.`,
            }));
        }),
      ),
  },
  {
    id: 'GROUP_BY_NAMES_ALIKE',
    layer: 'consistency',
    severity: 'warning',
    summary: 'Names of groupBys differ in column names too (S6).',
    hint: 'Rename one: in column names both are written the same.',
    example: {
      fires: `[spend, groupBy({ name: 'Spend', source: visits, keys: ['user_id'], aggregations: [count()] })]`,
      passes: `[spend, groupBy({ name: 'visiting', source: visits, keys: ['user_id'], aggregations: [count()] })]`,
    },
    check: (context) =>
      repeatsOf(
        context.groupBys.filter(({ aggregations }) => aggregations.length > 0),
        ({ name }) => sanitizeName(name),
      )
        .filter(([earlier, groupBy]) => earlier.name !== groupBy.name)
        .map(([earlier, groupBy]) => ({
          at: context.placeOf(groupBy),
          message: `columns of \`${groupBy.name}\` and \`${earlier.name}\` are named alike.`,
        })),
  },
  {
    id: 'DERIVED_CONSTANT',
    layer: 'consistency',
    severity: 'warning',
    summary: 'A computed column reads a column.',
    hint: 'Is a column written in quotes? Names of columns stand without, or in double quotes.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], derive: { c: { expression: "'currency'", type: 'string' } } })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], derive: { c: { expression: 'currency', type: 'string' } } })`,
    },
    check: (context) =>
      [...context.groupBys, ...context.joins].flatMap((definition) =>
        (definition.derive ?? [])
          .filter(({ expression }) => isConstant(expression))
          .map(({ name }) => ({
            at: `${context.placeOf(definition)} › derive › ${name}`,
            message: `\`${name}\` is the same in every row.`,
          })),
      ),
  },
  {
    id: 'WHERE_CONSTANT',
    layer: 'consistency',
    severity: 'warning',
    summary: 'A `where` reads a column.',
    hint: 'Leave it out, or name a column.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ where: '1 = 1' })] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ where: 'cents = 1' })] })`,
    },
    check: (context) => [
      ...context.sources.flatMap(({ name, where }) =>
        where !== undefined && isConstant(where)
          ? [{ at: name, message: '`where` is the same for every row.' }]
          : [],
      ),
      ...context.allGroupBys.flatMap(({ groupBy }) =>
        groupBy.aggregations
          .filter(({ where }) => where !== undefined && isConstant(where))
          .map((aggregation) => ({
            at: `${context.placeOf(groupBy)} › ${aggregationName(aggregation, groupBy)}`,
            message: '`where` is the same for every row.',
          })),
      ),
    ],
  },
  {
    id: 'DERIVED_UNUSED',
    layer: 'consistency',
    severity: 'warning',
    summary: 'A derived column comes out, or another one that does reads it.',
    hint: 'Name it in `only`, or leave it out.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], only: ['spend_count_7d'], derive: { r: 'amount / spend_amount_sum_7d' } })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], only: ['r'], derive: { r: 'amount / spend_amount_sum_7d' } })`,
    },
    check: (context) =>
      context.joins
        .filter(({ only }) => only !== undefined)
        .flatMap((join) => {
          const kept = new Set(context.columnsOf(join).map(({ column }) => column.name));
          return (join.derive ?? [])
            .filter(({ name }) => !kept.has(name))
            .map(({ name, expression }) => ({
              at: `${context.placeOf(join)} › derive › ${name}`,
              message: `\`${name}\`, of ${(expressionColumns(expression) ?? []).length} columns, is not in \`only\` and nothing reads it.`,
            }));
        }),
  },
];

/** Sources that are not the same: one that is written out twice alike is one. */
function different(context: ValidationContext) {
  return [
    ...new Map(
      context.sources.map((source) => [`${source.name} ${context.hashOf(source)}`, source]),
    ).values(),
  ];
}
