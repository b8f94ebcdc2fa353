import { TesseraError } from '@tessera/api';
import type { Level } from './hops.js';
import { type StateColumns, stateFields } from './state-columns.js';

/**
 * States of cells of time: one row per key and cell that any event falls in, sorted by (code, startMs), no pair twice.
 */
export interface Cells {
  readonly rows: number;
  /** Dense key code. */
  readonly code: Int32Array;
  /** What stands for the cell: of tiles the start of their hop, ms since epoch, UTC. */
  readonly startMs: Float64Array;
  /** Events in the tile, whether or not any state sees them. */
  readonly n: Float64Array;
  /** Aligned with the rows; one per family. */
  readonly states: readonly StateColumns[];
}

/** Tiles of one level: cells are its hops. */
export interface Tiles extends Cells {
  readonly level: Level;
}

/** The states of one family. Throws INTERNAL when the tiles have none. */
export function stateOfTiles(tiles: Cells, hash: string): StateColumns {
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
