import { type GroupBySpec, type JoinSpec, joinParts, type SourceSpec } from '@tessera/api';

/** What is run: a join, or a groupBy on its own. */
export interface Definition {
  readonly join: JoinSpec | null;
  readonly groupBy: GroupBySpec | null;
}

/** In the order of the parts, labels last; one that is used twice is there twice. */
export function groupBysOf({ join, groupBy }: Definition): GroupBySpec[] {
  if (join !== null) return joinParts(join).map((part) => part.groupBy);
  return groupBy === null ? [] : [groupBy];
}

/** The left first, where there is one. */
export function sourcesOf(definition: Definition): SourceSpec[] {
  const sources = groupBysOf(definition).map(({ source }) => source);
  return definition.join === null ? sources : [definition.join.left, ...sources];
}
