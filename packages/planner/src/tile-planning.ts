import type { SourceFacts, TileFacts } from './facts.js';
import type { PlannedTiles } from './plan-options.js';
import type { Timeline } from './timeline.js';

export interface TilePlanning {
  readonly source: SourceFacts;
  /** Files that the windows reach. */
  readonly fileIdx: readonly number[];
  readonly timeline: Timeline | null;
  readonly facts: TileFacts;
  /** Of the scan's features; null = unbounded. */
  readonly longestWindowMs: number | null;
  readonly policy: PlannedTiles;
}

/** Whether tiles that are missing are built. */
export function builds(policy: PlannedTiles): boolean {
  return policy === 'build' || policy === 'always';
}

/** Whether tiles are read where they do not pay. */
export function takesAll(policy: PlannedTiles): boolean {
  return policy === 'always' || policy === 'present';
}
