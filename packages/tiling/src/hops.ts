import { DAY_MS, HOUR_MS, hopMs, MIN_SAWTOOTH_MS } from '@tessera/api';

/** The three hops on which sawtooth windows begin (S2.2): their tiles are made of one partition each. */
export const PARTITION_LEVELS = ['5m', '1h', '1d'] as const;
export type PartitionLevel = (typeof PARTITION_LEVELS)[number];

/** Whole days at once: their tiles are made of a block of partitions (`blocks.ts`). */
export const BLOCK_LEVELS = ['8d', '64d'] as const;
export type BlockLevel = (typeof BLOCK_LEVELS)[number];

/** The lengths of tiles, each a multiple of the one before. */
export const LEVELS = [...PARTITION_LEVELS, ...BLOCK_LEVELS] as const;
export type Level = (typeof LEVELS)[number];

const LEVEL_MS: Readonly<Record<Level, number>> = {
  '5m': MIN_SAWTOOTH_MS,
  '1h': HOUR_MS,
  '1d': DAY_MS,
  '8d': 8 * DAY_MS,
  '64d': 64 * DAY_MS,
};

/** Length of a level's tiles. */
export function levelMs(level: Level): number {
  return LEVEL_MS[level];
}

/** The coarsest level whose tiles a sawtooth window of this length never cuts, wherever it begins. */
export function levelOfWindow(windowMs: number): PartitionLevel {
  const hop = hopMs(windowMs);
  return PARTITION_LEVELS.find((level) => LEVEL_MS[level] === hop) ?? '5m';
}

/** Whether tiles of a level belong to a block of partitions rather than to one. */
export function isBlockLevel(level: Level): level is BlockLevel {
  return level === '8d' || level === '64d';
}

/** Start of the tile that an instant falls in: floor on the UTC epoch grid, also before 1970. */
export function tileStartMs(ms: number, level: Level): number {
  const length = LEVEL_MS[level];
  // A quotient that is not whole is at least 1/length away from the next whole number, and below 2^53 ms it is rounded by
  // less: the floor is exact, and a tenth of the price of a remainder of doubles. + 0 turns -0 into 0.
  return Math.floor(ms / length) * length + 0;
}
