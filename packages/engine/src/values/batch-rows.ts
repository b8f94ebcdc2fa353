import type { DataType } from '@tessera/api';
import type { ResultBatch } from '../run-types.js';
import { type Value, valueAt } from './from-column.js';

/**
 * Rows of a batch as values, in the order of `columns`: for looking at a few. 64-bit integers are bigint, decimals and
 * instants text, maps Maps.
 */
export function batchRows(
  batch: ResultBatch,
  columns: readonly { readonly name: string; readonly type: DataType }[],
  limit: number,
): Value[][] {
  return Array.from({ length: Math.min(limit, batch.rows) }, (_, row) =>
    columns.map(({ name, type }) => {
      const column = batch.columns[name];
      if (column === undefined) return null;
      return valueAt(type, column, row, batch.dictionaries[name] ?? null, 'bigint');
    }),
  );
}
