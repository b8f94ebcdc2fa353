import { type Asked, columnHashes } from './column-hash.js';
import { featureName, passedThroughName } from './column-names.js';
import type { DataType } from './data-type.js';
import { TesseraError } from './errors.js';
import { aggregationType } from './operation-rules.js';
import type {
  ColumnSpec,
  GroupBySpec,
  JoinSpec,
  OutputColumn,
  PartSpec,
  SourceSpec,
} from './spec.js';

/** The partition label: a column of every dataset, of no source's features (S1.2, S8). */
export const DS = 'ds';

function columnType(source: SourceSpec, name: string): DataType {
  const column = source.columns.find((candidate) => candidate.name === name);
  if (column === undefined) {
    throw new TesseraError('INTERNAL', { reason: `${source.name} lost its column ${name}` });
  }
  return column.type;
}

/** Entity columns that a groupBy without aggregations passes through: neither keys nor `ds` (S3.3). */
export function passedThroughColumns(
  groupBy: Pick<GroupBySpec, 'source' | 'keys'>,
): readonly ColumnSpec[] {
  return groupBy.source.columns.filter(
    (column) => !groupBy.keys.includes(column.name) && column.name !== DS,
  );
}

/** A column whose hash is made when somebody asks for it: most of what knowing columns takes, and definitions need names. */
export function hashedWhenAsked(
  { name, type, partIdx, aggregationIdx, ...rest }: Omit<OutputColumn, 'hash'>,
  hashOf: () => string,
): OutputColumn {
  let known: string | undefined;
  return {
    ...{ name, type, partIdx, aggregationIdx },
    ...rest,
    get hash() {
      known ??= hashOf();
      return known;
    },
  };
}

function columnsOf(
  groupBy: GroupBySpec,
  asked: Asked,
  partIdx: number,
  prefix: string | undefined,
): OutputColumn[] {
  const hashes = columnHashes(groupBy, asked);
  if (groupBy.aggregations.length === 0) {
    return passedThroughColumns(groupBy).map((column) =>
      hashedWhenAsked(
        {
          name: passedThroughName({ prefix, groupBy: groupBy.name, column: column.name }),
          type: column.type,
          partIdx,
          aggregationIdx: -1,
          input: column.name,
          window: null,
        },
        () => hashes.passedThrough(column.name),
      ),
    );
  }
  return groupBy.aggregations.flatMap((aggregation, aggregationIdx) => {
    const type = aggregationType(aggregation, (name) => columnType(groupBy.source, name));
    let hashOf: ReturnType<typeof hashes.feature> | undefined;
    return aggregation.windows.map((window) =>
      hashedWhenAsked(
        {
          name: featureName({ prefix, groupBy: groupBy.name, aggregation, window }),
          type,
          partIdx,
          aggregationIdx,
          ...(aggregation.input !== undefined && { input: aggregation.input }),
          window,
        },
        () => {
          hashOf ??= hashes.feature(aggregation);
          return hashOf(window);
        },
      ),
    );
  });
}

/** What features of a groupBy are made from. */
const MADE_FROM = ['name', 'source', 'keys', 'accuracy', 'tail', 'empty'] as const;

/** By the list of aggregations: a groupBy while it is defined, and when it is, are two objects with one list. */
const ofGroupBys = new WeakMap<
  GroupBySpec['aggregations'],
  { readonly of: GroupBySpec; readonly columns: readonly OutputColumn[] }
>();

/** Feature columns of a groupBy on its own, in declaration order: aggregation, then window; `partIdx` is 0. */
export function featureColumns(groupBy: GroupBySpec): readonly OutputColumn[] {
  const known = ofGroupBys.get(groupBy.aggregations);
  if (known !== undefined && MADE_FROM.every((name) => known.of[name] === groupBy[name]))
    return known.columns;
  const columns = columnsOf(groupBy, null, 0, undefined);
  ofGroupBys.set(groupBy.aggregations, { of: groupBy, columns });
  return columns;
}

const ofParts = new WeakMap<
  PartSpec,
  { readonly partIdx: number; readonly columns: readonly OutputColumn[] }
>();

/** Feature columns of one part of a join. */
export function partColumns(part: PartSpec, partIdx: number): readonly OutputColumn[] {
  const known = ofParts.get(part);
  if (known?.partIdx === partIdx) return known.columns;
  const columns = columnsOf(part.groupBy, part, partIdx, part.prefix);
  ofParts.set(part, { partIdx, columns });
  return columns;
}

/** What a join computes, in output order: its parts, then its labels. */
export function joinParts(join: Pick<JoinSpec, 'parts' | 'labels'>): readonly PartSpec[] {
  return [...join.parts, ...(join.labels ?? [])];
}

/** Columns that labels produce, in output order. */
export function labelColumns(join: JoinSpec): readonly OutputColumn[] {
  const { parts, labels = [] } = join;
  return labels.flatMap((label, idx) => partColumns(label, parts.length + idx));
}

/** The left columns of a join's rows, as declared; `ds` is the partition and none of them. */
export function leftColumns(join: Pick<JoinSpec, 'left'>): readonly ColumnSpec[] {
  return join.left.columns.filter((column) => column.name !== DS);
}
