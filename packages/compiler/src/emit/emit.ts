import {
  type ColumnSpec,
  definitionHash,
  expressionColumns,
  formatType,
  type GroupBySpec,
  isInputColumn,
  type JoinSpec,
  joinParts,
  leftColumns,
  type SourceSpec,
  withInputs,
} from '@tessera/api';
import type { PhysicalPlan } from '@tessera/planner';
import { columnLineage } from '../lineage/column-lineage.js';
import { idOf } from '../project.js';
import type { Optimised } from '../stages/optimise.js';
import {
  type About,
  type Artefact,
  COMPILED_FORMAT,
  type CompiledColumn,
  type TileNeed,
} from './artefact.js';
import { type AvroField, avroRecord } from './avro.js';
import { canonicalGroupBy, canonicalJoin, canonicalSource } from './canonical.js';
import { expressionText } from './expression-text.js';
import { planTemplate } from './plan-template.js';

/** Tile sets of a plan's scans: whoever has tiles knows them. */
export type TilesOf = (plan: PhysicalPlan) => readonly TileNeed[];

/** Last stage: an optimised definition → its artefact. Pure. */
export function emit(
  optimised: Optimised,
  file: string | undefined,
  tilesOf: TilesOf = () => [],
): Artefact {
  const { spec, hash, columns, plan } = optimised;
  const tiles = tilesOf(plan);
  const keys = spec.kind === 'join' ? [] : keysOf(spec);
  const own: CompiledColumn[] =
    spec.kind === 'join'
      ? leftColumns(spec).map((column) => ({ ...named(column), role: 'left' }))
      : keys.map((column) => ({ ...named(column), role: 'key' }));
  const parts = spec.kind === 'join' ? spec.parts.length : 1;
  return {
    format: COMPILED_FORMAT,
    kind: spec.kind,
    name: spec.name,
    ...(file !== undefined && { file }),
    ...about(spec),
    ...(spec.online === true && { online: true }),
    hash,
    dependsOn: dependsOn(spec),
    keys: keys.map(named),
    inputs: inputsOf(optimised),
    columns: [
      ...own,
      ...columns.map(
        (column): CompiledColumn => ({
          ...named(column),
          role:
            column.expression !== undefined
              ? 'derived'
              : column.partIdx >= parts
                ? 'label'
                : 'feature',
          hash: column.hash,
        }),
      ),
    ],
    lineage: columnLineage(optimised),
    avro: {
      key: avroRecord(`${spec.name}_key`, avroKeys(spec)),
      value: avroRecord(
        `${spec.name}_value`,
        columns
          .filter(({ partIdx }) => partIdx < parts)
          .map(({ name, type }) => ({ name, type, nullable: true })),
      ),
    },
    ...(tiles.length > 0 && { tiles }),
    definition: spec.kind === 'join' ? canonicalJoin(spec) : canonicalGroupBy(spec),
    plan: planTemplate(plan),
  };
}

/** The artefact of a source: nothing is computed of it but what it selects. */
export function emitSource(source: SourceSpec, file: string | undefined): Artefact {
  return {
    format: COMPILED_FORMAT,
    kind: 'source',
    name: source.name,
    ...(file !== undefined && { file }),
    ...(source.deprecated !== undefined && { deprecated: source.deprecated }),
    hash: definitionHash(source),
    dependsOn: [],
    keys: (source.keys ?? []).flatMap((key) =>
      source.columns.filter(({ name }) => name === key).map(named),
    ),
    inputs: [],
    columns: source.columns.map((column) => ({ ...named(column), role: 'column' })),
    lineage: source.columns.flatMap(({ name, expression }) =>
      expression === undefined
        ? []
        : [
            {
              column: name,
              operation: `selected: ${expressionText(expression)}`,
              reads: expressionColumns(expression) ?? [],
              from: withInputs(source, [name])
                .filter((read) => read !== name)
                .map((read) => `${source.name}.${read}`),
              selectedBy: [],
            },
          ],
    ),
    definition: canonicalSource(source),
  };
}

const named = ({ name, type }: Pick<ColumnSpec, 'name' | 'type'>) => ({
  name,
  type: formatType(type),
});

function about({ owner, description, version, deprecated }: About): About {
  return {
    ...(owner !== undefined && { owner }),
    ...(description !== undefined && { description }),
    ...(version !== undefined && { version }),
    ...(deprecated !== undefined && { deprecated }),
  };
}

function keysOf({ keys, source }: GroupBySpec): ColumnSpec[] {
  return keys.flatMap((key) => source.columns.filter(({ name }) => name === key));
}

/** What a request is looked up by: keys, or every left column that is a key of some part. */
function avroKeys(spec: JoinSpec | GroupBySpec): AvroField[] {
  if (spec.kind === 'groupBy')
    return keysOf(spec).map(({ name, type }) => ({ name, type, nullable: false }));
  const asked = new Set(spec.parts.flatMap(({ keys }) => keys.map(({ left }) => left)));
  const brought = new Set((spec.request ?? []).map(({ name }) => name));
  return spec.left.columns
    .filter(({ name }) => asked.has(name) || brought.has(name))
    .map(({ name, type }) => ({ name, type, nullable: true }));
}

function dependsOn(spec: JoinSpec | GroupBySpec): readonly string[] {
  if (spec.kind === 'groupBy') return [idOf(spec.source)];
  const parts = spec.parts.map(({ groupBy }) =>
    groupBy.aggregations.length === 0 && groupBy.name === groupBy.source.name
      ? idOf(groupBy.source)
      : idOf(groupBy),
  );
  const labels = (spec.labels ?? []).map(({ groupBy }) => idOf(groupBy.source));
  return [...new Set([idOf(spec.left), ...parts, ...labels])];
}

/** Columns that are read of each source, in the source's order. */
function inputsOf({ spec, computed }: Optimised): Artefact['inputs'] {
  const read = new Map<SourceSpec, Set<string>>();
  const note = (source: SourceSpec, names: readonly (string | undefined)[]): void => {
    const own = read.get(source) ?? new Set<string>();
    read.set(source, own);
    for (const name of names) if (name !== undefined) own.add(name);
  };
  if (spec.kind === 'join')
    note(
      spec.left,
      spec.left.columns.map(({ name }) => name),
    );
  const groupBys = spec.kind === 'join' ? joinParts(spec).map(({ groupBy }) => groupBy) : [spec];
  const used = groupBys.map(() => new Set<string>());
  for (const { column } of computed)
    if (column.input !== undefined) used[Math.max(0, column.partIdx)]?.add(column.input);
  for (const [at, { source, keys, aggregations }] of groupBys.entries()) {
    const { time, tieBreaker, eventId, where, dedupe } = source;
    note(source, [...keys, time, tieBreaker, eventId, dedupe?.orderBy, ...(used[at] ?? [])]);
    if (where !== undefined) note(source, expressionColumns(where) ?? []);
    for (const aggregation of aggregations) {
      note(source, [aggregation.weight, aggregation.by]);
      if (aggregation.where !== undefined) note(source, expressionColumns(aggregation.where) ?? []);
    }
  }
  return [...read].map(([source, names]) => {
    const all = new Set(withInputs(source, [...names]));
    return {
      source: source.name,
      columns: source.columns
        .filter((column) => all.has(column.name) && !isInputColumn(column))
        .map((column) => ({ ...named(column), nullable: column.nullable })),
    };
  });
}
