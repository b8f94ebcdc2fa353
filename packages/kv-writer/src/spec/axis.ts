import { DAY_MS, dayOf, hopMs, windowStartMs } from '@tessera/api';
import { queryInstant } from './query-instant.js';
import type { ServedStates } from './served-unit.js';

/**
 * How time is cut into pieces, so that every window of every instant that is answered is a run of whole pieces:
 *
 *   breaks[0]        breaks[1]      …   breaks[n - 1]        headMs              knownMs
 *      │    piece 0     │    piece 1  …  │    piece n - 1      │ n │ n+1 │ n+2 │ …  │
 *
 * Pieces before `headMs` reach from one possible start of a window to the next. From `headMs` on, the first instant that is
 * asked for, a window may end at any ms, so each ms is a piece. What is not lagged has no events there.
 */
export interface Axis {
  /** Ascending; the first is -Infinity where a window is unbounded. */
  readonly breaks: Float64Array;
  readonly headMs: number;
  readonly knownMs: number;
}

/** Instants that are asked for: all from the first to the last, or, of snapshots, a few midnights. */
interface Instants {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly isContinuous: boolean;
}

/**
 * @param day the partition of entities, null where a part has none
 *
 * Cost   O(windows × hops in two days)
 */
export function axisOf(part: ServedStates, axis: number, day: number | null): Axis {
  const windows = part.axes[axis]?.windowsMs;
  if (windows === undefined) throw new RangeError(`no axis ${axis}`);
  return day === null
    ? cut(windows, instantsOf(part), part.knownMs)
    : cut(windows, oneInstant((day + 1) * DAY_MS), (day + 1) * DAY_MS);
}

function oneInstant(ms: number): Instants {
  return { firstMs: ms, lastMs: ms, isContinuous: false };
}

function instantsOf(part: ServedStates): Instants {
  const { lagMs, firstMs, lastMs, snapshot } = part;
  return {
    firstMs: queryInstant(part, firstMs + lagMs),
    lastMs: queryInstant(part, lastMs + lagMs),
    isContinuous: !snapshot,
  };
}

function cut(
  windows: readonly (number | null)[],
  { firstMs, lastMs, isContinuous }: Instants,
  knownMs: number,
): Axis {
  const headMs = isContinuous ? Math.min(firstMs, knownMs) : knownMs;
  const breaks = new Set<number>();
  const add = (ms: number) => {
    if (ms < headMs) breaks.add(ms);
  };
  const midnights: number[] = [];
  if (!isContinuous) {
    for (let day = dayOf(firstMs); day <= dayOf(lastMs); day++) midnights.push(day * DAY_MS);
    // Between two instants that are asked for a window may end.
    for (const at of midnights) add(at);
  }
  for (const windowMs of windows) {
    if (windowMs === null) {
      breaks.add(Number.NEGATIVE_INFINITY);
      continue;
    }
    const start = (queryMs: number) => windowStartMs(queryMs, windowMs, 'sawtooth');
    if (isContinuous)
      for (let at = start(firstMs); at <= start(lastMs) && at < headMs; at += hopMs(windowMs))
        add(at);
    else for (const at of midnights) add(start(at));
  }
  return { breaks: Float64Array.from(breaks).sort(), headMs, knownMs };
}

/** The piece that an instant lies in; -1 before the first and from `knownMs` on. */
export function pieceAt({ breaks, headMs, knownMs }: Axis, ms: number): number {
  if (ms >= knownMs) return -1;
  if (ms >= headMs) return breaks.length + (ms - headMs);
  return lastAtMost(breaks, ms);
}

/** The first instant of a piece. */
export function pieceStartMs({ breaks, headMs }: Axis, piece: number): number {
  return piece < breaks.length ? breaks[piece]! : headMs + (piece - breaks.length);
}

/** The instant that ends a piece, exclusive. */
export function pieceEndMs(axis: Axis, piece: number): number {
  const { breaks, headMs } = axis;
  if (piece >= breaks.length) return headMs + (piece - breaks.length) + 1;
  return piece + 1 < breaks.length ? breaks[piece + 1]! : headMs;
}

/** Position of the last element that is at most `ms`, -1 where there is none. */
function lastAtMost(sorted: Float64Array, ms: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
