import {
  type ComputedColumn,
  computedColumns,
  type GroupBySpec,
  type JoinSpec,
} from '@tessera/api';

/** How columns of a definition are resolved. */
export type ColumnsOf = (spec: JoinSpec | GroupBySpec) => readonly ComputedColumn[];

/** `computedColumns`, of each definition once: hashing them is most of what compiling takes. */
export function rememberedColumns(): ColumnsOf {
  const known = new Map<object, readonly ComputedColumn[]>();
  return (spec) => {
    const found = known.get(spec) ?? computedColumns(spec);
    known.set(spec, found);
    return found;
  };
}
