import { TesseraError } from '@tessera/api';
import type { Level } from './hops.js';
import { type StateColumns, stateFields } from './state-columns.js';

/**
 * Tiles of one level: one row per key and hop that any event falls in, sorted by (code, startMs), no pair twice.
 */
export interface Tiles {
  readonly level: Level;
  readonly rows: number;
  /** Dense key code. */
  readonly code: Int32Array;
  /** Start of the hop, ms since epoch, UTC. */
  readonly startMs: Float64Array;
  /** Events in the tile, whether or not any state sees them. */
  readonly n: Float64Array;
  /** Aligned with the rows; one per family. */
  readonly states: readonly StateColumns[];
}

/** The states of one family. Throws INTERNAL when the tiles have none. */
export function stateOfTiles(tiles: Tiles, hash: string): StateColumns {
  const found = tiles.states.find(({ family }) => family.hash === hash);
  if (found === undefined) {
    throw new TesseraError('INTERNAL', { reason: `tiles have no state ${hash}` });
  }
  return found;
}

/** Columns in the order of `stateFields`, so that equal states are equal objects too. */
export function inFieldOrder({ family, columns }: StateColumns): StateColumns {
  return {
    family,
    columns: Object.fromEntries(
      stateFields(family).map(({ name }) => {
        const column = columns[name];
        if (column === undefined) throw new TypeError(`${family.kind} has no column ${name}`);
        return [name, column];
      }),
    ),
  };
}
