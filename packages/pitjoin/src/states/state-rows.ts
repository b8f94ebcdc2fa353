import { type Batch, type Column, columnLength } from '@tessera/columnar';
import { laneOf } from '../batch-lanes.js';
import { asSafeIntegers } from '../input/limbs.js';
import type { TileStates } from './tile-states.js';

export type ListColumn = Extract<Column, { kind: 'list' }>;

/** States of one family: one per tile, or with buckets one per tile and bucket, in the order of the lists' items. */
export interface StateRows {
  readonly count: number;
  /** A lane of states, `count` rows. */
  readonly lane: (name: string) => Column;
}

export function stateRows(tiles: Batch, states: TileStates): StateRows {
  if (states.buckets === undefined) {
    return { count: tiles.rows, lane: (name) => laneOf(tiles, name) };
  }
  const { offsets, child } = stateLists(tiles, states);
  return {
    count: columnLength(child),
    lane: (name) => {
      const list = listOf(laneOf(tiles, name));
      requireBeside(list, offsets, name);
      return list.child;
    },
  };
}

/** Buckets of every tile, one state each. */
export function stateLists(tiles: Batch, { buckets }: TileStates): ListColumn {
  if (buckets === undefined) throw new TypeError('states have no buckets');
  return listOf(laneOf(tiles, buckets));
}

/** Throws TypeError when a list lane has not the same lengths as the one it stands beside. */
export function requireBeside(list: ListColumn, offsets: Int32Array, name: string): void {
  const same =
    list.offsets === offsets ||
    (list.offsets.length === offsets.length && list.offsets.every((at, i) => at === offsets[i]));
  if (!same) throw new TypeError(`the lists of lane ${name} have other lengths`);
}

export function listOf(column: Column): ListColumn {
  if (column.kind !== 'list') throw new TypeError(`a list was expected, not ${column.kind}`);
  return column;
}

/** Numbers that a double holds exactly, as they are or from 64-bit integers; null is NaN. */
export function doublesOf(column: Column): Float64Array {
  if (column.kind === 'f64') return column.values;
  const safe = column.kind === 'i64' || column.kind === 'i128' ? asSafeIntegers(column) : null;
  if (safe === null) throw new TypeError(`numbers below 2^53 were expected, not ${column.kind}`);
  return safe;
}
