import { sourceHash } from './column-hash.js';
import { formatType } from './data-type.js';
import { contentHash } from './hash.js';
import { groupByColumns, outputColumns } from './output-columns.js';
import type { GroupBySpec, JoinSpec, OutputColumn, SourceSpec } from './spec.js';

function named(columns: readonly OutputColumn[]): readonly (readonly string[])[] {
  return columns.map((column) => [column.name, formatType(column.type), column.hash]);
}

/**
 * Content hash of a whole definition: it changes when any value, name, type or position in the output does, and not with
 * owner, description, `online`, or columns that no feature reads. 128 bits, hex.
 */
export function definitionHash(spec: SourceSpec | GroupBySpec | JoinSpec): string {
  if (spec.kind === 'join') {
    return contentHash({
      kind: spec.kind,
      name: spec.name,
      left: sourceHash(spec.left),
      columns: named(outputColumns(spec)),
    });
  }
  if (spec.kind === 'groupBy') {
    const keyTypes = spec.keys.map((key) =>
      spec.source.columns
        .filter((column) => column.name === key)
        .map((column) => formatType(column.type)),
    );
    return contentHash({
      kind: spec.kind,
      name: spec.name,
      keys: spec.keys,
      keyTypes,
      columns: named(groupByColumns(spec)),
    });
  }
  return sourceHash(spec);
}
