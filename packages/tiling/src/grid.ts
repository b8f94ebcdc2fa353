import { type Level, levelMs, tileStartMs } from './hops.js';

/** How time is cut: each instant lies in one cell, and cells follow one another. */
export interface Grid {
  /** What stands for the cell of an instant: of tiles their start. Ascending in time. */
  readonly cellOf: (ms: number) => number;
  /** The instant that ends the cell of an instant, exclusive. */
  readonly endOf: (ms: number) => number;
}

/** The grid on which tiles of a level lie. */
export function levelGrid(level: Level): Grid {
  const length = levelMs(level);
  return {
    cellOf: (ms) => tileStartMs(ms, level),
    endOf: (ms) => tileStartMs(ms, level) + length,
  };
}
