import type { GroupBySpec, JoinSpec, PartSpec, SourceSpec } from '@tessera/api';
import type { ObjectSpec } from '@tessera/compiler';

/**
 * Definitions as messages hold them: a source and a groupBy is sent once, however many definitions of however many messages it
 * stands in, and is one object there too. Behind that it is called by its number.
 */
export interface PackedDefinitions {
  readonly sources: readonly SourceSpec[];
  readonly groupBys: readonly PackedGroupBy[];
  readonly definitions: readonly PackedDefinition[];
}

type PackedGroupBy = Omit<GroupBySpec, 'source'> & { readonly source: number };

type PackedPart<P extends PartSpec = PartSpec> = Omit<P, 'groupBy'> & { readonly groupBy: number };

interface PackedJoin {
  readonly join: Omit<JoinSpec, 'left' | 'parts' | 'labels'>;
  readonly left: number;
  readonly parts: readonly PackedPart[];
  readonly labels?: readonly PackedPart<NonNullable<JoinSpec['labels']>[number]>[];
}

type PackedDefinition =
  | { readonly source: number }
  | { readonly groupBy: number }
  | { readonly join: PackedJoin };

/** Packs definitions for one thread, message after message. */
export function createPacker(): (definitions: readonly ObjectSpec[]) => PackedDefinitions {
  const sent = { sources: new Map<SourceSpec, number>(), groupBys: new Map<GroupBySpec, number>() };
  return (definitions) => {
    const sources: SourceSpec[] = [];
    const groupBys: PackedGroupBy[] = [];
    const ofSource = (source: SourceSpec): number =>
      numbered(sent.sources, source, () => sources.push(source));
    const ofGroupBy = (groupBy: GroupBySpec): number =>
      numbered(sent.groupBys, groupBy, () =>
        groupBys.push({ ...groupBy, source: ofSource(groupBy.source) }),
      );
    const ofJoin = ({ left, parts, labels, ...join }: JoinSpec): PackedJoin => ({
      join,
      left: ofSource(left),
      parts: parts.map((part) => ({ ...part, groupBy: ofGroupBy(part.groupBy) })),
      ...(labels && {
        labels: labels.map((label) => ({ ...label, groupBy: ofGroupBy(label.groupBy) })),
      }),
    });
    const packed = definitions.map((spec): PackedDefinition => {
      if (spec.kind === 'join') return { join: ofJoin(spec) };
      return spec.kind === 'groupBy' ? { groupBy: ofGroupBy(spec) } : { source: ofSource(spec) };
    });
    return { sources, groupBys, definitions: packed };
  };
}

function numbered<T>(known: Map<T, number>, value: T, add: () => void): number {
  const found = known.get(value);
  if (found !== undefined) return found;
  add();
  const number = known.size;
  known.set(value, number);
  return number;
}

/** The other side: the definitions of each message, in the order in which they were packed. */
export function createUnpacker(): (packed: PackedDefinitions) => readonly ObjectSpec[] {
  const sources: SourceSpec[] = [];
  const groupBys: GroupBySpec[] = [];
  const whole = <P extends PartSpec>(part: PackedPart<P>) =>
    // What `Omit` took out is put back.
    ({ ...part, groupBy: groupBys[part.groupBy]! }) as unknown as P;
  return (packed) => {
    sources.push(...packed.sources);
    for (const one of packed.groupBys) groupBys.push({ ...one, source: sources[one.source]! });
    return packed.definitions.map((one): ObjectSpec => {
      if ('source' in one) return sources[one.source]!;
      if ('groupBy' in one) return groupBys[one.groupBy]!;
      const { join, left, parts, labels } = one.join;
      return {
        ...join,
        left: sources[left]!,
        parts: parts.map((part) => whole(part)),
        ...(labels && { labels: labels.map((label) => whole(label)) }),
      };
    });
  };
}
