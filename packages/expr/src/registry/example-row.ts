import type { DataType } from '@tessera/api';
import type { Row } from '../types.js';

/** Columns that examples of functions read, where they read any. */
export const EXAMPLE_COLUMNS: readonly { readonly name: string; readonly type: DataType }[] = [
  { name: 'amounts', type: { kind: 'list', element: { kind: 'double' } } },
  { name: 'tags', type: { kind: 'list', element: { kind: 'string' } } },
  { name: 'counts', type: { kind: 'map', key: { kind: 'string' }, value: { kind: 'int64' } } },
];

export const EXAMPLE_ROW: Row = {
  amounts: [2.5, null, 4],
  tags: ['new', 'paid'],
  counts: new Map([
    ['food', 3n],
    ['fuel', 1n],
  ]),
};
