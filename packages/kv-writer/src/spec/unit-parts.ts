import type { GroupBySpec, JoinSpec, PartSpec } from '@tessera/api';

/** A part and its position in the join, which hashes of columns and keys of entries have in them. */
export interface UnitPart {
  readonly idx: number;
  readonly part: PartSpec;
}

/** The name under which a definition is uploaded. */
export function unitName({ kind, name }: Pick<JoinSpec | GroupBySpec, 'kind' | 'name'>): string {
  return kind === 'join' ? `join.${name}` : `group_by.${name}`;
}

/** Parts of a join, without its labels; a groupBy by itself is asked by its own keys. */
export function unitParts(definition: JoinSpec | GroupBySpec): readonly UnitPart[] {
  const parts =
    definition.kind === 'join'
      ? definition.parts
      : [
          {
            groupBy: definition,
            keys: definition.keys.map((key) => ({ left: key, right: key })),
            lagMs: 0,
            at: 'strict' as const,
            missing: 'error' as const,
          },
        ];
  return parts.map((part, idx) => ({ idx, part }));
}

/** Whether a part is served: its groupBy is online, or passes entities through. */
export function isServed({ groupBy }: PartSpec): boolean {
  return groupBy.online || groupBy.aggregations.length === 0;
}
