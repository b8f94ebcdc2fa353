import { type DataType, type OutputColumn, parseType } from '@tessera/api';
import type { ServedRows } from '@tessera/kv-writer';

/** How the features of one part are read from rows of entities. */
export interface PlannedRows {
  readonly holds: 'rows';
  readonly served: ServedRows;
  /** Of the row's columns. */
  readonly types: readonly DataType[];
  /** By feature of the part: position in the row, -1 = the version does not have it. */
  readonly positions: readonly number[];
}

/** @param columns the part's features */
export function planRows(served: ServedRows, columns: readonly OutputColumn[]): PlannedRows {
  return {
    holds: 'rows',
    served,
    types: served.columns.map(({ type }) => parseType(type)),
    positions: columns.map(({ hash }) => served.columns.findIndex((one) => one.hash === hash)),
  };
}
