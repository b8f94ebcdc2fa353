import { floorDiv, parseInstantNs } from '@tessera/api';
import type { Instant } from '../options.js';

const NS_PER_MS = 1_000_000n;
/** What a Date can be. */
const MOST_MS = 8_640_000_000_000_000;

/** Epoch ms, finer texts floored; null for what is no instant. */
export function readInstant(at: Instant): number | null {
  const ms = at instanceof Date ? at.getTime() : typeof at === 'string' ? msOfText(at) : at;
  return Number.isInteger(ms) && Math.abs(ms) <= MOST_MS ? ms + 0 : null;
}

function msOfText(text: string): number {
  const ns = parseInstantNs(text);
  return ns === null ? Number.NaN : Number(floorDiv(ns, NS_PER_MS));
}
