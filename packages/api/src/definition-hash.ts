import { sourceHash } from './column-hash.js';
import { groupByColumns, outputColumns } from './computed-columns.js';
import { formatType } from './data-type.js';
import { contentHash } from './hash.js';
import type { GroupBySpec, JoinSpec, OutputColumn, SourceSpec } from './spec.js';

function named(columns: readonly OutputColumn[]): readonly (readonly string[])[] {
  return columns.map((column) => [column.name, formatType(column.type), column.hash]);
}

/**
 * Content hash of a whole definition: it changes when any value, name, type or position in the output does, and not with
 * owner, description, `online`, or columns that no feature reads. 128 bits, hex.
 */
export function definitionHash(spec: SourceSpec | GroupBySpec | JoinSpec): string {
  switch (spec.kind) {
    case 'join':
      return hashWithColumns(spec, outputColumns(spec));
    case 'groupBy':
      return hashWithColumns(spec, groupByColumns(spec));
    default:
      return sourceHash(spec);
  }
}

/** The same where the definition's output columns are known already: hashing them is most of the work. */
export function hashWithColumns(
  spec: GroupBySpec | JoinSpec,
  columns: readonly OutputColumn[],
): string {
  const { kind, name } = spec;
  if (spec.kind === 'join')
    return contentHash({ kind, name, left: sourceHash(spec.left), columns: named(columns) });
  const { keys, source } = spec;
  const keyTypes = keys.map((key) =>
    source.columns.filter((column) => column.name === key).map((column) => formatType(column.type)),
  );
  return contentHash({ kind, name, keys, keyTypes, columns: named(columns) });
}
