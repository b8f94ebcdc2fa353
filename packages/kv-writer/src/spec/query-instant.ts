import { DAY_MS, dayOf } from '@tessera/api';
import type { ServedPart } from './served-unit.js';

type Timing = Pick<ServedPart, 'lagMs' | 'inclusive' | 'snapshot'>;

/** The instant whose windows a request at `atMs` reads: lag first, then snapshot (S2.6), then inclusive (S2.1). */
export function queryInstant({ inclusive, snapshot, lagMs }: Timing, atMs: number): number {
  const p = atMs - lagMs;
  const at = snapshot ? dayOf(p) * DAY_MS : p;
  return inclusive ? at + 1 : at;
}

/** The partition of entities that a request at `atMs` reads (S3.2). */
export function snapshotDay({ lagMs }: Pick<Timing, 'lagMs'>, atMs: number): number {
  return dayOf(atMs - lagMs) - 1;
}
