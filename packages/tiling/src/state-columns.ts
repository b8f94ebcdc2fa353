import type { DataType } from '@tessera/api';
import { type Column, emptyLike } from '@tessera/columnar';
import { type StateFamily, valueType } from './families.js';
import { physicalKind } from './physical.js';

/**
 * The typed form of states: T tile rows of each kind as named columns.
 *
 *   kind            columns (one row per tile)
 *   count           n
 *   sum             n, terms: canonical expansion of the sum (decimals: of the unscaled integers)
 *   isum            n, sum: i128 (decimals: unscaled)
 *   moments         n, overflows, s1 … sp: expansions of Σx … Σx^p over the values whose p-th power is a double
 *   wsum            n, overflows, weighted, weights: expansions of Σwx and Σw over the values whose product is a double
 *   min, max        value, null = nothing
 *   first, last     t, [tie,] value: lists of at most k events, oldest or newest first
 *   top, bottom     value: list of at most k, best first
 *   distinct        value, n: lists, ascending by value
 *   hll             slots: list of register · 64 + rank, ascending, one per register
 *   percentile      bucket, n: lists, ascending
 *   vector          n; length: of every vector, or UNEQUAL_LENGTHS, or NULL_ELEMENT (which goes first), null = nothing;
 *                   terms: list of one expansion per element, empty where there is no one length
 *
 * A family with `by` has the same columns one list deeper, a list entry per bucket, and `buckets`: the buckets of a tile that
 * has any value for them, ascending. Counts and times are f64 (below 2^53), values have the kind of `physicalKind`.
 */
export interface StateColumns {
  readonly family: StateFamily;
  readonly columns: Readonly<Record<string, Column>>;
}

/** The column of a state that every reader can ask for by name. */
export function stateColumn({ columns }: Pick<StateColumns, 'columns'>, name: string): Column {
  const found = columns[name];
  if (found === undefined) throw new TypeError(`a state has no column ${name}`);
  return found;
}

export interface StateField {
  readonly name: string;
  readonly type: DataType;
  /** Integers that are held as doubles all the same: counts, times, lengths. */
  readonly asDoubles: boolean;
}

const INT64: DataType = { kind: 'int64' };
const INT32: DataType = { kind: 'int32' };
const listOf = (element: DataType): DataType => ({ kind: 'list', element });
const TERMS = listOf({ kind: 'double' });
const whole = (name: string, type: DataType): StateField => ({ name, type, asDoubles: true });
const value = (name: string, type: DataType): StateField => ({ name, type, asDoubles: false });
const n = whole('n', INT64);
const overflows = whole('overflows', INT64);

/** The columns of a state, in the order of the table above. `buckets` comes first. */
export function stateFields(family: StateFamily): readonly StateField[] {
  const inner = innerFields(family);
  const { by } = family;
  if (by === undefined) return inner;
  return [
    value('buckets', listOf(by.type)),
    ...inner.map((field) => ({ ...field, type: listOf(field.type) })),
  ];
}

function innerFields(family: StateFamily): readonly StateField[] {
  const { kind, tie, powers = 2 } = family;
  const type = valueType(family) ?? INT64;
  switch (kind) {
    case 'count':
      return [n];
    case 'sum':
      return [n, value('terms', TERMS)];
    case 'isum':
      return [n, value('sum', { kind: 'decimal', precision: 38, scale: 0 })];
    case 'moments':
      return [
        n,
        overflows,
        ...['s1', 's2', 's3', 's4'].slice(0, powers).map((s) => value(s, TERMS)),
      ];
    case 'wsum':
      return [n, overflows, value('weighted', TERMS), value('weights', TERMS)];
    case 'min':
    case 'max':
      return [value('value', type)];
    case 'first':
    case 'last':
      return [
        whole('t', listOf({ kind: 'epoch_ms' })),
        ...(tie === undefined ? [] : [value('tie', listOf(tie.type))]),
        value('value', listOf(type)),
      ];
    case 'top':
    case 'bottom':
      return [value('value', listOf(type))];
    case 'distinct':
      return [value('value', listOf(type)), whole('n', listOf(INT64))];
    case 'hll':
      return [whole('slots', listOf(INT32))];
    case 'percentile':
      return [whole('bucket', listOf(INT32)), whole('n', listOf(INT64))];
    case 'vector':
      return [n, whole('length', INT32), value('terms', listOf(TERMS))];
  }
}

/** The states of no tiles. */
export function noStates(family: StateFamily): StateColumns {
  const columns: Record<string, Column> = {};
  for (const { name, type, asDoubles } of stateFields(family)) {
    columns[name] = emptyColumn(type, asDoubles);
  }
  return { family, columns };
}

function emptyColumn(type: DataType, asDoubles: boolean): Column {
  if (type.kind === 'list') {
    const child = emptyColumn(type.element, asDoubles);
    return emptyLike({ kind: 'list', offsets: new Int32Array(1), valid: null, child });
  }
  const kind = asDoubles ? 'f64' : physicalKind(type);
  switch (kind) {
    case 'code':
      return { kind, values: new Int32Array(0) };
    case 'i64':
    case 'i128':
      return { kind, values: new BigInt64Array(0), valid: null };
    default:
      return { kind: 'f64', values: new Float64Array(0) };
  }
}
