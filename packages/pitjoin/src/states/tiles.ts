import type { Batch } from '@tessera/columnar';
import { numbersOf } from '../batch-lanes.js';
import type { Ranges } from '../order/ranges.js';
import type { EventView } from '../order/view.js';
import type { FeatureSpec } from '../sweep-spec.js';
import { answers } from './tile-states.js';

/** 1 where a row is a tile; null when none is. */
export function tileRows(events: Batch): Uint8Array | null {
  if (events.columns.tile === undefined) return null;
  const flags = numbersOf(events, 'tile');
  if (!flags.includes(1)) return null;
  return Uint8Array.from(flags, (flag) => (flag === 1 ? 1 : 0));
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

/** Throws TypeError when a window of a feature without states holds a tile: its value would lack the tile's events. */
export function requireNoTiles(
  view: EventView,
  tile: Uint8Array,
): (name: string, windows: Ranges) => void {
  const before = new Int32Array(view.order.length + 1);
  for (let p = 0; p < view.order.length; p++) before[p + 1] = before[p]! + tile[view.order[p]!]!;
  return (name, { start, end }) => {
    for (let i = 0; i < start.length; i++) {
      if (start[i]! < end[i]! && before[end[i]!]! > before[start[i]!]!) {
        throw new TypeError(`${name} has no states, and a tile is in its window`);
      }
    }
  };
}
