import { allowedCells, type Cell } from './cells.js';
import { random } from './prng.js';

/** Every allowed cell, in one shuffled order that never changes. */
export const CELLS: readonly Cell[] = random(20240310).shuffle(allowedCells());
/** With the random ones, three to eight features a case. */
const SCHEDULED_PER_CASE = 5;

/** Every eighth seed makes a case that may be empty or without answers: it gets cells at random, not by schedule. */
const DEGENERATE_EVERY = 8;

/** How many consecutive seeds, from 0, visit every cell of `allowedCells()` once. */
export const SEEDS_PER_ROUND = Math.ceil(
  ((CELLS.length / SCHEDULED_PER_CASE) * DEGENERATE_EVERY) / (DEGENERATE_EVERY - 1),
);

export function isDegenerate(seed: number): boolean {
  return seed % DEGENERATE_EVERY === DEGENERATE_EVERY - 1;
}

/** The cells that a seed must contain; consecutive seeds walk through all of them in a fixed shuffled order. */
export function scheduledCells(seed: number): Cell[] {
  const turn = Math.abs(seed) - Math.floor(Math.abs(seed) / DEGENERATE_EVERY);
  return Array.from(
    { length: SCHEDULED_PER_CASE },
    (_, i) => CELLS[(turn * SCHEDULED_PER_CASE + i) % CELLS.length]!,
  );
}
