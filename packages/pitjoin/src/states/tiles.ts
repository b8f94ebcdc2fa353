import { type Batch, concat, nullsLike } from '@tessera/columnar';
import { codesOf, numbersOf } from '../batch-lanes.js';
import type { Ranges } from '../order/ranges.js';
import type { EventView } from '../order/view.js';
import type { FeatureSpec, SweepInput } from '../sweep-spec.js';
import { answers } from './tile-states.js';

/** Raw rows 0 … E - 1 and tiles E … E + T - 1, as one numbering of rows. */
export interface TimelineRows {
  readonly code: Int32Array;
  readonly timeMs: Float64Array;
  /** Of raw rows; tiles have none, and stand before raw rows of their instant. */
  readonly tie: Batch['columns'][string] | null;
}

export function timelineRows({ events, tiles }: SweepInput): TimelineRows {
  const code = codesOf(events);
  const timeMs = numbersOf(events, 'timeMs');
  const tie = events.columns.tie ?? null;
  if (tiles === undefined || tiles.rows === 0) return { code, timeMs, tie };
  const codes = new Int32Array(events.rows + tiles.rows);
  codes.set(code);
  codes.set(codesOf(tiles), events.rows);
  const times = new Float64Array(codes.length);
  times.set(timeMs);
  times.set(numbersOf(tiles, 'timeMs'), events.rows);
  return {
    code: codes,
    timeMs: times,
    tie: tie === null ? null : concat([tie, nullsLike(tie, tiles.rows)]),
  };
}

/** Throws TypeError when a feature's states are of another operation, or have buckets where it has none. */
export function requireFit({ name, operation, by, states }: FeatureSpec): void {
  if (states === undefined) return;
  if (!answers(states, operation)) {
    throw new TypeError(`${name}: ${operation} cannot be answered from ${states.kind} states`);
  }
  if ((by === undefined) !== (states.buckets === undefined)) {
    throw new TypeError(`${name}: by and the buckets of states go together`);
  }
}

/**
 * Throws TypeError when a window of a feature without states holds a tile: its value would lack the tile's events.
 *
 * @param eventRows rows from here on are tiles
 */
export function requireNoTiles(
  view: EventView,
  eventRows: number,
): (name: string, windows: Ranges) => void {
  const before = new Int32Array(view.order.length + 1);
  for (let p = 0; p < view.order.length; p++)
    before[p + 1] = before[p]! + (view.order[p]! < eventRows ? 0 : 1);
  return (name, { start, end }) => {
    for (let i = 0; i < start.length; i++) {
      if (start[i]! < end[i]! && before[end[i]!]! > before[start[i]!]!) {
        throw new TypeError(`${name} has no states, and a tile is in its window`);
      }
    }
  };
}
