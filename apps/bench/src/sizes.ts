import type { DataSpec } from './data.js';

/** At scale 1. */
export interface Sizes {
  readonly events: number;
  readonly leftRows: number;
  readonly hotShare?: number;
  readonly columns?: DataSpec['columns'];
  readonly seed?: number;
}

/** Days of the quarter that a ladder publishes first. */
export const LADDER_DAYS = 90;

const SEED = 42;
const EVENTS_PER_KEY = 200;

/** Keys scale with the events, so a key's history is as long at any scale. */
export function sized({
  events,
  leftRows,
  hotShare = 0,
  columns,
  seed = SEED,
}: Sizes): (scale: number) => DataSpec {
  return (scale) => ({
    events: Math.max(1, Math.round(events * scale)),
    leftRows: Math.max(1, Math.round(leftRows * scale)),
    keys: Math.max(10, Math.round((events * scale) / EVENTS_PER_KEY)),
    hotShare,
    days: 90,
    seed,
    ...(columns !== undefined && { columns }),
  });
}

/**
 * Keys that are busy every day, such as shops: tiles are for those. A day stays as dense at any scale; a small one has fewer
 * days, but for the quarter and what its windows reach.
 */
export function ladderSpec(scale: number): DataSpec {
  return {
    events: Math.max(1, Math.round(500_000_000 * scale)),
    leftRows: Math.max(1, Math.round(2_000_000 * scale)),
    keys: Math.max(10, Math.round(2_000 * scale)),
    hotShare: 0,
    days: scale < 0.1 ? 2 * LADDER_DAYS + 20 : 730,
    leftDays: LADDER_DAYS + 1,
    seed: SEED,
  };
}

export const STANDARD = { events: 20_000_000, leftRows: 1_000_000 } as const;
export const HOT = { ...STANDARD, hotShare: 0.2 } as const;
