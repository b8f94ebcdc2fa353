import type { GroupBySpec, JoinSpec } from '@tessera/api';
import { allParts, type ValidationContext } from '../context.js';
import type { Rule } from '../rule.js';
import { told } from '../told.js';

/** What a run publishes, as a source's path: the kind of dataset and its name. */
const DATASET = /(?:^|[\\/])(train-sets|group-bys)[\\/]([^\\/]+)[\\/]?$/;

/** The definition whose dataset a path is: `join fraud_v2`; null for any other path. */
export function datasetOf(path: string): string | null {
  const found = DATASET.exec(path);
  if (found === null) return null;
  return `${found[1] === 'train-sets' ? 'join' : 'groupBy'} ${found[2]}`;
}

const idOf = ({ kind, name }: JoinSpec | GroupBySpec): string => `${kind} ${name}`;

/** Definition → definitions whose datasets or features it reads. */
function readsOf(context: ValidationContext): ReadonlyMap<string, readonly string[]> {
  const reads = new Map<string, string[]>();
  const note = (id: string, read: string | null): void => {
    const own = reads.get(id) ?? [];
    if (read !== null && !own.includes(read)) own.push(read);
    reads.set(id, own);
  };
  for (const { groupBy } of context.allGroupBys)
    note(idOf(groupBy), datasetOf(groupBy.source.path));
  for (const join of context.joins) {
    note(idOf(join), datasetOf(join.left.path));
    for (const { part } of allParts({ ...context, joins: [join] })) {
      if (part.ahead === undefined) note(idOf(join), idOf(part.groupBy));
      else note(idOf(join), datasetOf(part.groupBy.source.path));
    }
  }
  return reads;
}

/** Each circle once, as a path that ends where it began. */
function cyclesOf(reads: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    const at = path.indexOf(id);
    if (at >= 0) {
      cycles.push([...path.slice(at), id]);
      return;
    }
    if (done.has(id)) return;
    for (const next of reads.get(id) ?? []) visit(next, [...path, id]);
    done.add(id);
  };
  for (const id of reads.keys()) visit(id, []);
  return cycles;
}

const chained = (
  path: string,
  name = 'chained',
) => `groupBy({ name: '${name}', keys: ['user_id'], aggregations: [average('spend_amount_sum_7d', { windows: ['7d'] })], source: events({
  name: 'history', path: '${path}', columns: { user_id: 'string', spend_amount_sum_7d: 'double', at: 'timestamp' }, time: 'at',
}) })`;

/** Who needs whom. */
export const GRAPH_RULES: readonly Rule[] = [
  told({
    id: 'DERIVATION_CYCLE',
    layer: 'dependency',
    severity: 'error',
    summary: 'Computed columns do not read each other in a circle.',
    hint: 'Each needs columns that can be known before it.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)], derive: { a: 'b + 1', b: 'a + 1' } })`,
      passes: `join({ name: 'j', left: payments, parts: [part(spend)], derive: { a: 'b + 1', b: 'amount + 1' } })`,
    },
  }),
  {
    id: 'DATASET_CYCLE',
    layer: 'dependency',
    severity: 'error',
    summary: 'No definition reads, through others, what it publishes itself.',
    hint: 'Read the tables that the circle begins with instead of its result.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(${chained('out/train-sets/j')})] })`,
      passes: `[join({ name: 'j', left: payments, parts: [part(spend)] }), join({ name: 'k', left: payments, parts: [part(${chained('out/train-sets/j')})] })]`,
    },
    check: (context) =>
      cyclesOf(readsOf(context)).map((cycle) => ({
        at: cycle[0] ?? '',
        message: `it needs itself: ${cycle.join(' → ')}.`,
      })),
  },
  {
    id: 'UNKNOWN_DATASET',
    layer: 'dependency',
    severity: 'warning',
    summary: 'A source that lies where runs publish is of a definition that there is.',
    hint: 'Correct the name at the end of the path, or export the definition that makes it.',
    example: {
      fires: chained('out/train-sets/nowhere'),
      passes: `[join({ name: 'j', left: payments, parts: [part(spend)] }), ${chained('out/train-sets/j')}]`,
    },
    check: (context) => {
      const there = new Set([...context.joins, ...context.groupBys].map(idOf));
      return context.sources.flatMap(({ name, path }) => {
        const dataset = datasetOf(path);
        if (dataset === null || there.has(dataset)) return [];
        return [{ at: name, message: `${path} is published by ${dataset}, which nobody exports.` }];
      });
    },
  },
  {
    id: 'DEPRECATED_IN_USE',
    layer: 'dependency',
    severity: 'warning',
    summary: 'What is deprecated is used by nothing that is not.',
    hint: 'Use what the note names.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(groupBy({
  name: 'g', deprecated: 'use spend', source: payments, keys: ['user_id'], aggregations: [count({ windows: ['7d'] })],
}))] })`,
      passes: `join({ name: 'j', deprecated: 'use k', left: payments, parts: [part(groupBy({
  name: 'g', deprecated: 'use spend', source: payments, keys: ['user_id'], aggregations: [count({ windows: ['7d'] })],
}))] })`,
    },
    check: (context) => [
      ...allParts(context).flatMap(({ join, part: { groupBy, ahead }, at }) =>
        groupBy.deprecated === undefined || join.deprecated !== undefined || ahead !== undefined
          ? []
          : [{ at, message: `${groupBy.name} is deprecated: ${groupBy.deprecated}.` }],
      ),
      ...context.joins.flatMap((join) => ofSource(context, join, join.left)),
      ...context.allGroupBys.flatMap(({ groupBy }) => ofSource(context, groupBy, groupBy.source)),
    ],
  },
  {
    id: 'NOT_EXPORTED',
    layer: 'dependency',
    severity: 'warning',
    summary: 'A groupBy that a join uses is exported.',
    hint: 'Export it: its daily values, tiles and changes are asked for by name.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(spend)] })`,
      passes: `[spend, join({ name: 'j', left: payments, parts: [part(spend), part(shops)] })]`,
    },
    check: (context) => {
      const exported = new Set(context.groupBys);
      return allParts(context)
        .filter(
          ({ part: { groupBy, ahead } }) =>
            ahead === undefined && groupBy.aggregations.length > 0 && !exported.has(groupBy),
        )
        .map(({ at, part }) => ({ at, message: `no file exports ${part.groupBy.name}.` }));
    },
  },
  {
    id: 'SOURCE_BEGINS_LATER',
    layer: 'dependency',
    severity: 'warning',
    needsFacts: true,
    summary: 'A source has begun when the first left rows ask it.',
    hint: 'Begin later (`--start`), or add the days: until then its features are null or zero.',
    example: {
      fires: `({ definitions: join({ name: 'j', left: visits, parts: [part(spend)] }), facts: [
  facts({ source: visits, first: '2025-01-01', days: 30 }), facts({ source: payments, first: '2025-01-20', days: 30 }),
] })`,
      passes: `({ definitions: join({ name: 'j', left: visits, parts: [part(spend)] }), facts: [
  facts({ source: visits, first: '2025-01-20', days: 30 }), facts({ source: payments, first: '2025-01-01', days: 60 }),
] })`,
    },
    check: (context) =>
      allParts(context)
        .filter(({ part }) => part.ahead === undefined && part.groupBy.source.static !== true)
        .flatMap(({ join, part, at }) => {
          const left = context
            .factsOf(join.left)
            ?.days.find((day) => day >= (context.range.start ?? ''));
          const first = context.factsOf(part.groupBy.source)?.days[0];
          if (left === undefined || first === undefined || first <= left) return [];
          return [
            {
              at,
              message: `${part.groupBy.source.name} begins on ${first}, and the first left rows are of ${left}.`,
            },
          ];
        }),
  },
];

function ofSource(
  context: ValidationContext,
  user: JoinSpec | GroupBySpec,
  source: { readonly name: string; readonly deprecated?: string },
) {
  if (source.deprecated === undefined || user.deprecated !== undefined) return [];
  return [
    { at: context.placeOf(user), message: `${source.name} is deprecated: ${source.deprecated}.` },
  ];
}
