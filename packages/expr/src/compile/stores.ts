import type { DataType } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import type { ExprType, Value } from '../types.js';
import type { DerivedColumn } from './batch.js';
import { buildColumn, nearestFloat } from './build-column.js';
import type { Store } from './lane.js';
import { isWhole } from './representation.js';

const NO_DOUBLES = new Float64Array(0);
const NO_CODES = new Int32Array(0);
const NO_MASK = new Uint8Array(0);

/** Room for the results of `rows` rows of one expression. */
export function createStore(type: ExprType, rows: number): Store {
  const isObject = ['list', 'map', 'null'].includes(type.kind);
  const isString = type.kind === 'string';
  return {
    values: isObject || isString ? NO_DOUBLES : new Float64Array(rows),
    codes: isString ? new Int32Array(rows) : NO_CODES,
    mask: NO_MASK,
    map: new Map(),
    objects: isObject ? new Array<Value>(rows).fill(null) : [],
    big: { rows, values: null, has: null },
  };
}

export function createMask(rows: number): Store {
  return { ...createStore({ kind: 'null' }, 0), mask: new Uint8Array(rows) };
}

/** The column of the declared type that a store's results make. */
export function finishStore(
  name: string,
  type: DataType,
  from: ExprType,
  store: Store,
): DerivedColumn {
  const codes = store.map;
  const column = columnOf(type, from, store);
  return {
    name,
    type,
    column,
    strings: codes.size === 0 && !holdsStrings(type) ? null : [...codes.keys()],
  };
}

export function holdsStrings(type: DataType): boolean {
  if (type.kind === 'list') return holdsStrings(type.element);
  if (type.kind === 'map') return holdsStrings(type.key) || holdsStrings(type.value);
  return type.kind === 'string';
}

function columnOf(type: DataType, from: ExprType, store: Store): Column {
  const { values } = store;
  switch (type.kind) {
    case 'boolean':
    case 'double':
    case 'date':
      return { kind: 'f64', values };
    case 'float':
      return { kind: 'f64', values: values.map(nearestFloat) };
    case 'string':
      return { kind: 'code', values: store.codes };
    case 'list':
    case 'map':
      return buildColumn(type, store.objects, store.map);
    case 'decimal':
    case 'timestamp_ns':
      return buildColumn(type, valuesOf(from, store), store.map);
    case 'int32':
      for (let i = 0; i < values.length; i++)
        if (values[i] !== (values[i]! | 0)) values[i] = Number.NaN;
      return { kind: 'f64', values };
    default:
      return store.big.values === null ? { kind: 'f64', values } : wideColumn(store);
  }
}

function valuesOf(from: ExprType, { values, big }: Store): Value[] {
  return Array.from(values, (value, row) => {
    if (big.has?.[row] === 1) return big.values![row]!;
    if (Number.isNaN(value)) return null;
    return isWhole(from) ? BigInt(value) : value;
  });
}

function wideColumn({ values, big }: Store): Column {
  const out = big.values!;
  const valid = new Uint8Array(values.length).fill(1);
  for (let i = 0; i < out.length; i++) {
    if (big.has![i] === 1) continue;
    const value = values[i]!;
    if (Number.isNaN(value)) valid[i] = 0;
    else out[i] = BigInt(value);
  }
  return { kind: 'i64', values: out, valid: valid.includes(0) ? valid : null };
}
