import type { DataType } from '@tessera/api';
import { type Column, gather } from '@tessera/columnar';
import type { StateFamily } from '../families.js';

export type NamedColumns = Readonly<Record<string, Column>>;

/** Members of G groups, group after group: group g holds positions start[g] … start[g + 1] - 1. */
export interface Groups {
  readonly start: Int32Array;
}

/**
 * What raw rows offer to one family, in groups: rows that `where` leaves, lists opened, nulls left out.
 */
export interface RowLane extends Groups {
  /** Entry → item of `values`. */
  readonly items: Int32Array;
  /** Entry → event row: of time, tie and weight. */
  readonly rows: Int32Array;
  /** Items in the kind of their type; null for COUNT of rows. */
  readonly values: Column | null;
  readonly type: DataType | null;
  /** Nearest doubles per entry, made when first asked for. */
  readonly doubles: () => Float64Array;
  readonly timeMs: Float64Array;
  readonly tie: Column | null;
  readonly weights: Float64Array | null;
}

/** States to merge: source rows in groups. */
export interface StateLane extends Groups {
  /** Position → source row. */
  readonly order: Int32Array;
  readonly column: (name: string) => Column;
}

/**
 * One kind of state. Both functions give G rows per column, canonical: equal contents give equal columns, whether they come
 * from rows or from states, and in whatever order within a group.
 */
export interface Kernel {
  readonly fromRows: (lane: RowLane, family: StateFamily) => NamedColumns;
  readonly fromStates: (lane: StateLane, family: StateFamily) => NamedColumns;
}

export type ListColumn = Extract<Column, { kind: 'list' }>;

export function asList(column: Column): ListColumn {
  if (column.kind !== 'list') throw new TypeError(`${column.kind} where a list is expected`);
  return column;
}

export function asDoubles(column: Column): Float64Array {
  if (column.kind !== 'f64') throw new TypeError(`${column.kind} where numbers are expected`);
  return column.values;
}

export function f64(values: Float64Array): Column {
  return { kind: 'f64', values };
}

/** A list per group, none of them null. */
export function lists(offsets: Int32Array, child: Column): ListColumn {
  return { kind: 'list', offsets, valid: null, child };
}

export interface Opened extends Groups {
  readonly child: Column;
}

/** The elements of the source rows' lists, in their groups. */
export function openLists(
  column: Column,
  { order, start }: Pick<StateLane, 'order' | 'start'>,
): Opened {
  const { offsets, child } = asList(gather(asList(column), order));
  return { child, start: start.map((position) => offsets[position]!) };
}

/** Members of each group. */
export function sizes({ start }: Groups): Float64Array {
  const out = new Float64Array(start.length - 1);
  fillSizes(start, out);
  return out;
}

// By itself, for groups come in objects of many shapes.
function fillSizes(start: Int32Array, out: Float64Array): void {
  for (let g = 0; g < out.length; g++) out[g] = start[g + 1]! - start[g]!;
}

/** Σ of a column of counts over each group. */
export function addCounts(column: Column, { order, start }: StateLane): Column {
  const values = asDoubles(column);
  const out = new Float64Array(start.length - 1);
  for (let g = 0; g < out.length; g++) {
    let sum = 0;
    for (let p = start[g]!; p < start[g + 1]!; p++) sum += values[order[p]!]!;
    out[g] = sum;
  }
  return f64(out);
}

/** 0, 1, 2 … */
export function identity(length: number): Int32Array {
  const out = new Int32Array(length);
  for (let i = 0; i < length; i++) out[i] = i;
  return out;
}
