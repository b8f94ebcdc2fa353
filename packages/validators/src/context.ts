import {
  type ComputedColumn,
  computedColumns,
  definitionHash,
  type GroupBySpec,
  type JoinSpec,
  joinParts,
  type PartSpec,
  type SourceSpec,
  type TesseraError,
} from '@tessera/api';
import { DEFAULT_LIMITS, type Limits, type ProjectFacts, type SourceFacts } from './facts.js';

/** What is validated: definitions, and what was found wrong on the way to them. */
export interface Validated {
  readonly joins: readonly JoinSpec[];
  readonly groupBys: readonly GroupBySpec[];
  /** What parsing, typing of expressions and a look at the lake have told. */
  readonly told?: readonly TesseraError[];
  readonly facts?: ProjectFacts | null;
  /** Days asked for, both included. */
  readonly range?: { readonly start?: string; readonly end?: string };
  readonly limits?: Partial<Limits>;
  /** Where definitions are exported, by definition. */
  readonly files?: ReadonlyMap<object, string>;
  /** How columns of definitions are resolved; default `computedColumns`, each once. */
  readonly columnsOf?: (definition: JoinSpec | GroupBySpec) => readonly ComputedColumn[];
}

/** A groupBy wherever it stands: on its own, in parts, in labels. */
export interface UsedGroupBy {
  readonly groupBy: GroupBySpec;
  /** Of labels: the join's name. */
  readonly labelOf?: string;
}

export interface ValidationContext extends Required<Omit<Validated, 'limits' | 'facts'>> {
  readonly limits: Limits;
  readonly facts: ProjectFacts | null;
  /** Every groupBy once, those of labels too. */
  readonly allGroupBys: readonly UsedGroupBy[];
  /** Every source once. */
  readonly sources: readonly SourceSpec[];
  readonly hashOf: (source: SourceSpec) => string;
  readonly factsOf: (source: SourceSpec) => SourceFacts | undefined;
  /** Of what is exported under a name: undefined where nothing is, or more than one thing. */
  readonly fileOf: (name: string) => string | undefined;
  /** Its file, where that is known, and its name. */
  readonly placeOf: (definition: { readonly name: string }) => string;
}

/** What rules ask again and again, found once. */
export function createContext(validated: Validated): ValidationContext {
  const { joins, groupBys, told = [], facts = null, range = {}, files = new Map() } = validated;
  const seen = new Map<GroupBySpec, UsedGroupBy>();
  for (const groupBy of groupBys) seen.set(groupBy, { groupBy });
  for (const join of joins) {
    for (const { groupBy } of join.parts) if (!seen.has(groupBy)) seen.set(groupBy, { groupBy });
    for (const { groupBy } of join.labels ?? []) seen.set(groupBy, { groupBy, labelOf: join.name });
  }
  const allGroupBys = [...seen.values()];
  const sources = new Set<SourceSpec>();
  for (const join of joins) sources.add(join.left);
  for (const { groupBy } of allGroupBys) sources.add(groupBy.source);
  const hashes = new Map<SourceSpec, string>();
  const hashOf = (source: SourceSpec): string => {
    const known = hashes.get(source) ?? definitionHash(source);
    hashes.set(source, known);
    return known;
  };
  const columns = new Map<object, readonly ComputedColumn[]>();
  const columnsOf = (definition: JoinSpec | GroupBySpec): readonly ComputedColumn[] => {
    const known = columns.get(definition) ?? computedColumns(definition);
    columns.set(definition, known);
    return known;
  };
  const byName = new Map<string, string | undefined>();
  for (const [definition, file] of files) {
    const { name } = definition as { readonly name?: unknown };
    if (typeof name === 'string') byName.set(name, byName.has(name) ? undefined : file);
  }
  return {
    fileOf: (name) => byName.get(name),
    columnsOf: validated.columnsOf ?? columnsOf,
    ...{ joins, groupBys, told, facts, range, files, allGroupBys },
    limits: { ...DEFAULT_LIMITS, ...validated.limits },
    sources: [...sources],
    hashOf,
    factsOf: (source) => facts?.sources.get(hashOf(source)),
    placeOf: (definition) => {
      const file = files.get(definition);
      return file === undefined ? definition.name : `${file} › ${definition.name}`;
    },
  };
}

/** Parts of all joins that are features. */
export function featureParts(
  context: ValidationContext,
): readonly { readonly join: JoinSpec; readonly part: PartSpec; readonly at: string }[] {
  return context.joins.flatMap((join) =>
    join.parts.map((part) => ({
      ...{ join, part },
      at: `${context.placeOf(join)} › part(${part.groupBy.name})`,
    })),
  );
}

/** Parts and labels of all joins. */
export function allParts(
  context: ValidationContext,
): readonly { readonly join: JoinSpec; readonly part: PartSpec; readonly at: string }[] {
  return context.joins.flatMap((join) =>
    joinParts(join).map((part) => ({
      ...{ join, part },
      at:
        part.ahead === undefined
          ? `${context.placeOf(join)} › part(${part.groupBy.name})`
          : `${context.placeOf(join)} › labels`,
    })),
  );
}
