import { DAY_MS, HOUR_MS, MINUTE_MS } from './day.js';
import { TesseraError } from './errors.js';

/** Where a window begins: on its hop's grid (S2.2), or to the millisecond (S2.3). */
export type Tail = 'sawtooth' | 'exact';

const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** The finest hop, and so the shortest sawtooth window (S2.5). */
export const MIN_SAWTOOTH_MS = 5 * MINUTE_MS;

/**
 * A window's length in ms, from `'30m'`, `'1h'`, `'7d'`.
 *
 * Throws BAD_WINDOW unless it is a positive whole number of m, h or d (S2.5).
 */
export function parseWindow(text: string): number {
  const match = /^([1-9]\d*)([mhd])$/.exec(text);
  const ms = match ? Number(match[1]) * (UNIT_MS[match[2]!] ?? Number.NaN) : Number.NaN;
  if (!Number.isSafeInteger(ms)) {
    throw new TesseraError('BAD_WINDOW', {
      window: String(text),
      reason: match ? 'is longer than time goes' : 'is not a length of time',
    });
  }
  return ms;
}

/** The grid on which a sawtooth window begins (S2.2): 1 day from 12 d, 1 hour from 12 h, else 5 minutes. */
export function hopMs(windowMs: number): number {
  if (windowMs >= 12 * DAY_MS) return DAY_MS;
  if (windowMs >= 12 * HOUR_MS) return HOUR_MS;
  return MIN_SAWTOOTH_MS;
}

/**
 * The first instant that counts for a query (inclusive): S2.2, S2.3; -Infinity when unbounded (S2.4).
 *
 * Units    ms since epoch, UTC; floor also for negatives.
 */
export function windowStartMs(queryMs: number, windowMs: number | null, tail: Tail): number {
  if (windowMs === null) return Number.NEGATIVE_INFINITY;
  const start = queryMs - windowMs;
  if (tail === 'exact') return start;
  const hop = hopMs(windowMs);
  // The remainder is exact where a quotient of large times would be rounded.
  const past = start % hop;
  return past < 0 ? start - past - hop : start - past;
}
