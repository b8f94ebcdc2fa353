import { DAY_MS, HOUR_MS, hopMs, MIN_SAWTOOTH_MS } from '@tessera/api';

/** The lengths of tiles: the three hops on which sawtooth windows begin (S2.2). */
export const LEVELS = ['5m', '1h', '1d'] as const;
export type Level = (typeof LEVELS)[number];

const LEVEL_MS: Readonly<Record<Level, number>> = {
  '5m': MIN_SAWTOOTH_MS,
  '1h': HOUR_MS,
  '1d': DAY_MS,
};

/** Length of a level's tiles. Each level's length is a multiple of the one before. */
export function levelMs(level: Level): number {
  return LEVEL_MS[level];
}

/** The coarsest level whose tiles a sawtooth window of this length never cuts. */
export function levelOfWindow(windowMs: number): Level {
  const hop = hopMs(windowMs);
  return LEVELS.find((level) => LEVEL_MS[level] === hop) ?? '5m';
}

/** Start of the tile that an instant falls in: floor on the UTC epoch grid, also before 1970. */
export function tileStartMs(ms: number, level: Level): number {
  const length = LEVEL_MS[level];
  // A quotient that is not whole is at least 1/length away from the next whole number, and below 2^53 ms it is rounded by
  // less: the floor is exact, and a tenth of the price of a remainder of doubles. + 0 turns -0 into 0.
  return Math.floor(ms / length) * length + 0;
}
