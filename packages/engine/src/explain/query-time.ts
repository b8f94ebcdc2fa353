import {
  DAY_MS,
  dayOf,
  formatDay,
  hopMs,
  type OutputColumn,
  type PartSpec,
  parseWindow,
  windowStartMs,
} from '@tessera/api';
import { effectiveQueryMs } from '@tessera/planner';
import type { QueryTime, WindowBounds } from './explanation.js';
import { instantText } from './instant.js';

/** The instants that decide which rows count, in epoch ms. */
export interface Bounds {
  readonly effectiveMs: number;
  /** -Infinity: no limit. */
  readonly startMs: number;
}

type Step = QueryTime['steps'][number];

/** S2.6 step by step: lag, then snapshot, then inclusive. */
export function queryTime(part: PartSpec, askedMs: number): QueryTime & { effectiveMs: number } {
  const steps: Step[] = [];
  let ms = askedMs;
  const step = (name: Step['step'], next: number) => {
    ms = next;
    steps.push({ step: name, at: instantText(ms) });
  };
  const snapshot = part.groupBy.accuracy === 'snapshot' || part.groupBy.source.kind === 'entities';
  // Of a label the lag is its window, and backwards (S2.7).
  if (part.lagMs !== 0) step(part.ahead === undefined ? 'lag' : 'ahead', ms - part.lagMs);
  if (snapshot) step('snapshot', dayOf(ms) * DAY_MS);
  if (part.at === 'inclusive') step('inclusive', ms + 1);
  const query = { lagMs: part.lagMs, snapshot, inclusive: part.at === 'inclusive' };
  const effectiveMs = effectiveQueryMs(askedMs, query);
  return {
    asked: instantText(askedMs),
    steps,
    effective: instantText(effectiveMs),
    effectiveMs,
  };
}

/** Windows see rows by their time; a passed-through row, and one whose source has no time, has none to be seen by. */
export function isTimeless({ groupBy }: PartSpec): boolean {
  const { source } = groupBy;
  const passThrough = groupBy.aggregations.length === 0;
  return source.kind === 'entities' && (passThrough || source.time === undefined);
}

export function windowBounds(
  part: PartSpec,
  column: OutputColumn,
  effectiveMs: number,
): { readonly shown: WindowBounds | null; readonly bounds: Bounds } {
  const aggregation = part.groupBy.aggregations[column.aggregationIdx];
  const tail = aggregation?.tail ?? part.groupBy.tail;
  const windowMs = column.window === null ? null : parseWindow(column.window);
  const startMs = windowStartMs(effectiveMs, windowMs, tail);
  const bounds = { effectiveMs, startMs };
  if (isTimeless(part)) return { shown: null, bounds };
  return {
    bounds,
    shown: {
      window: column.window,
      tail: windowMs === null ? null : tail,
      hopMs: windowMs === null || tail === 'exact' ? null : hopMs(windowMs),
      start: windowMs === null ? null : instantText(startMs),
      end: instantText(effectiveMs),
    },
  };
}

/** S3.2: the partition of an entity that is read; null over events and for a static source. */
export function snapshotDay({ groupBy, lagMs }: PartSpec, askedMs: number): string | null {
  const { source } = groupBy;
  if (source.kind !== 'entities' || source.static === true) return null;
  return formatDay(dayOf(askedMs - lagMs) - 1);
}
