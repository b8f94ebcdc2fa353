import type { DataType } from '@tessera/api';
import type { Column } from '@tessera/columnar';

/** A column of a type without rows, as the lake would read it. */
export function emptyColumn(type: DataType): Column {
  const none = { offsets: new Int32Array(1), valid: null };
  switch (type.kind) {
    case 'list':
      return { kind: 'list', ...none, child: emptyColumn(type.element) };
    case 'map':
      return { kind: 'map', ...none, keys: emptyColumn(type.key), values: emptyColumn(type.value) };
    case 'string':
      return { kind: 'code', values: new Int32Array(0) };
    default:
      return { kind: 'f64', values: new Float64Array(0) };
  }
}
