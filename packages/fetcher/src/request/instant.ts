import { parseInstantMs } from '@tessera/api';
import type { Instant } from '../options.js';

/** What a Date can be. */
const MOST_MS = 8_640_000_000_000_000;

/** Epoch ms, finer texts floored; null for what is no instant. */
export function readInstant(at: Instant): number | null {
  const ms = at instanceof Date ? at.getTime() : typeof at === 'string' ? parseInstantMs(at) : at;
  if (ms === null || !Number.isInteger(ms) || Math.abs(ms) > MOST_MS) return null;
  // Not -0.
  return ms + 0;
}
