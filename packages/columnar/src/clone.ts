import type { Column } from './column.js';

/** The same values in fresh memory. */
export function cloneColumn(column: Column): Column {
  switch (column.kind) {
    case 'f64':
      return { kind: 'f64', values: column.values.slice() };
    case 'code':
      return { kind: 'code', values: column.values.slice() };
    case 'i64':
    case 'i128':
      return { kind: column.kind, values: column.values.slice(), valid: cloneValid(column.valid) };
    case 'list':
      return {
        kind: 'list',
        offsets: column.offsets.slice(),
        valid: cloneValid(column.valid),
        child: cloneColumn(column.child),
      };
    case 'map':
      return {
        kind: 'map',
        offsets: column.offsets.slice(),
        valid: cloneValid(column.valid),
        keys: cloneColumn(column.keys),
        values: cloneColumn(column.values),
      };
  }
}

function cloneValid(valid: Uint8Array | null): Uint8Array | null {
  return valid === null ? null : valid.slice();
}
