import type { Value as AlgebraValue, Expansion } from '@tessera/algebra';
import type { DataType } from '@tessera/api';
import { type Column, readInt128 } from '@tessera/columnar';
import { type StateColumns, type StateFamily, stateColumn, valueType } from '@tessera/tiling';

/** A value with its place in time, as the algebra takes it. */
export interface TimedValue {
  readonly t: number;
  readonly tie: AlgebraValue;
  readonly value: AlgebraValue;
}

/** What one tile holds of one family, values as the algebra takes them. */
export type StateRow =
  | { readonly kind: 'count'; readonly n: number }
  /** Of unscaled integers for decimals. */
  | { readonly kind: 'sum'; readonly n: number; readonly terms: Expansion }
  | { readonly kind: 'isum'; readonly n: number; readonly sum: bigint }
  | {
      readonly kind: 'moments';
      readonly n: number;
      readonly overflows: number;
      readonly sums: readonly Expansion[];
    }
  | {
      readonly kind: 'wsum';
      readonly n: number;
      readonly overflows: number;
      readonly weighted: Expansion;
      readonly weights: Expansion;
    }
  | { readonly kind: 'min' | 'max'; readonly value: AlgebraValue }
  | { readonly kind: 'first' | 'last'; readonly events: readonly TimedValue[] }
  | { readonly kind: 'top' | 'bottom'; readonly values: readonly AlgebraValue[] }
  | {
      readonly kind: 'distinct';
      readonly values: readonly { readonly value: AlgebraValue; readonly n: number }[];
    }
  | { readonly kind: 'hll'; readonly slots: readonly number[] }
  | {
      readonly kind: 'percentile';
      readonly buckets: readonly { readonly bucket: number; readonly n: number }[];
    }
  /** `length` below 0 says why there are no sums: UNEQUAL_LENGTHS, NULL_ELEMENT. */
  | {
      readonly kind: 'vector';
      readonly n: number;
      readonly length: number;
      readonly sums: readonly Expansion[];
    };

/** A state of a tile, or one of each of its buckets (`by`). */
export interface BucketRow {
  /** Null without `by`. */
  readonly bucket: AlgebraValue;
  readonly state: StateRow;
}

export type Strings = Readonly<Record<string, readonly string[]>>;

/**
 * Read one tile's state, from the columns that `state-columns.ts` of tiling says.
 *
 * @param strings dictionaries by source column
 */
export function stateRows(
  { family, columns }: StateColumns,
  row: number,
  strings: Strings,
): readonly BucketRow[] {
  const { by } = family;
  const column = (name: string) => stateColumn({ columns }, name);
  if (by === undefined) return [{ bucket: null, state: stateRow(family, column, row, strings) }];
  const buckets = listAt(column('buckets'), row);
  return Array.from({ length: buckets.end - buckets.start }, (_, i) => ({
    bucket: valueAt(by.type, buckets.child, buckets.start + i, strings[by.column]),
    // Every field is a list with an entry per bucket.
    state: stateRow(
      family,
      (name) => listAt(column(name), row).child,
      listAt(column('buckets'), row).start + i,
      strings,
    ),
  }));
}

function stateRow(
  family: StateFamily,
  column: (name: string) => Column,
  row: number,
  strings: Strings,
): StateRow {
  const { kind, input, tie, powers = 2 } = family;
  const type = valueType(family);
  const own = input === null ? undefined : strings[input.column];
  const number = (name: string) => doubleAt(column(name), row);
  const value = (name: string) => valueAt(typed(type, kind), column(name), row, own);
  const values = (name: string) => valuesAt(typed(type, kind), column(name), row, own);
  const terms = (name: string) => doublesAt(column(name), row);
  switch (kind) {
    case 'count':
      return { kind, n: number('n') };
    case 'sum':
      return { kind, n: number('n'), terms: terms('terms') };
    case 'isum':
      return { kind, n: number('n'), sum: wideAt(column('sum'), row) };
    case 'moments': {
      const sums = ['s1', 's2', 's3', 's4'].slice(0, powers).map(terms);
      return { kind, n: number('n'), overflows: number('overflows'), sums };
    }
    case 'wsum':
      return {
        kind,
        n: number('n'),
        overflows: number('overflows'),
        weighted: terms('weighted'),
        weights: terms('weights'),
      };
    case 'min':
    case 'max':
      return { kind, value: value('value') };
    case 'first':
    case 'last': {
      const found = values('value');
      const ties =
        tie === undefined ? [] : valuesAt(tie.type, column('tie'), row, strings[tie.column]);
      return {
        kind,
        events: doublesAt(column('t'), row).map((t, i) => ({
          t,
          tie: ties[i] ?? null,
          value: found[i] ?? null,
        })),
      };
    }
    case 'top':
    case 'bottom':
      return { kind, values: values('value') };
    case 'distinct': {
      const n = doublesAt(column('n'), row);
      return { kind, values: values('value').map((one, i) => ({ value: one, n: n[i]! })) };
    }
    case 'hll':
      return { kind, slots: doublesAt(column('slots'), row) };
    case 'percentile': {
      const n = doublesAt(column('n'), row);
      const buckets = doublesAt(column('bucket'), row);
      return { kind, buckets: buckets.map((bucket, i) => ({ bucket, n: n[i]! })) };
    }
    case 'vector': {
      const { child, start, end } = listAt(column('terms'), row);
      const sums = Array.from({ length: end - start }, (_, i) => doublesAt(child, start + i));
      return { kind, n: number('n'), length: number('length'), sums };
    }
  }
}

/** Whether nothing that counts for the column is in the tile. */
export function isEmptyState(state: StateRow): boolean {
  switch (state.kind) {
    case 'min':
    case 'max':
      return state.value === null;
    case 'first':
    case 'last':
      return state.events.length === 0;
    case 'top':
    case 'bottom':
    case 'distinct':
      return state.values.length === 0;
    case 'hll':
      return state.slots.length === 0;
    case 'percentile':
      return state.buckets.length === 0;
    default:
      return state.n === 0;
  }
}

function typed(type: DataType | null, kind: string): DataType {
  if (type === null) throw new TypeError(`${kind} has no input`);
  return type;
}

interface Entries {
  readonly child: Column;
  readonly start: number;
  readonly end: number;
}

function listAt(column: Column, row: number): Entries {
  if (column.kind !== 'list') throw new TypeError(`a state has ${column.kind} for a list`);
  const { child, offsets } = column;
  return { child, start: offsets[row]!, end: offsets[row + 1]! };
}

function doubleAt(column: Column, row: number): number {
  if (column.kind !== 'f64') throw new TypeError(`a state has ${column.kind} for doubles`);
  return column.values[row]!;
}

function doublesAt(column: Column, row: number): number[] {
  const { child, start, end } = listAt(column, row);
  if (child.kind !== 'f64') throw new TypeError(`a state has ${child.kind} for doubles`);
  return Array.from(child.values.subarray(start, end));
}

function wideAt(column: Column, row: number): bigint {
  if (column.kind !== 'i128') throw new TypeError(`a state has ${column.kind} for a wide integer`);
  return readInt128(column.values, row);
}

function valuesAt(
  type: DataType,
  column: Column,
  row: number,
  strings: readonly string[] | undefined,
): AlgebraValue[] {
  const { child, start, end } = listAt(column, row);
  return Array.from({ length: end - start }, (_, i) => valueAt(type, child, start + i, strings));
}

/** A value in the form of `fromDuckDb`. */
export function valueAt(
  type: DataType,
  column: Column,
  row: number,
  strings: readonly string[] | undefined,
): AlgebraValue {
  switch (column.kind) {
    case 'f64': {
      const value = column.values[row]!;
      if (Number.isNaN(value)) return null;
      return type.kind === 'boolean' ? value !== 0 : value;
    }
    case 'i64':
      return column.valid !== null && column.valid[row] === 0 ? null : column.values[row]!;
    case 'i128':
      return column.valid !== null && column.valid[row] === 0
        ? null
        : readInt128(column.values, row);
    case 'code': {
      const code = column.values[row]!;
      if (code < 0) return null;
      const text = strings?.[code];
      if (text === undefined) throw new TypeError(`a state has string ${code} of no dictionary`);
      return text;
    }
    case 'list':
      if (type.kind !== 'list') throw new TypeError(`a state has a list of ${type.kind}`);
      return column.valid !== null && column.valid[row] === 0
        ? null
        : valuesAt(type.element, column, row, strings);
    case 'map':
      throw new TypeError('a state has a map');
  }
}
