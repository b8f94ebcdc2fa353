import { windowStartMs } from '@tessera/api';
import { type Batch, bucketOfCode } from '@tessera/columnar';
import { effectiveQueryMs, eventBytes, leftBytes } from '@tessera/planner';
import type { Exchange } from '../exchange.js';
import { eachBatch } from './read-sections.js';

import type { SweepTask } from './task.js';
import { codes, numbers } from './typed.js';

/**
 * A part of a bucket that is swept at once: left rows of some keys and of some time, and the events that their windows
 * hold. Slices of one bucket hold each left row once; an event comes again with every slice whose windows reach back to it.
 */
export interface Slice {
  /** Half-open range of sub-buckets; rows without a key are in the first. */
  readonly firstSub: number;
  readonly endSub: number;
  /** Half-open range of the left rows' times; rows without a time are in the slice that starts at -∞. */
  readonly startMs: number;
  readonly endMs: number;
  /** Half-open range of the events' times. */
  readonly eventsStartMs: number;
  readonly eventsEndMs: number;
  /** At most this many. */
  readonly events: number;
  readonly left: number;
}

/** A bucket's keys in finer buckets. */
const SUBS = 256;
/** Steps of time in which a key's rows are counted. */
const BINS = 4096;
/** What comes before the left rows by more than this is counted in the first step. */
const FAR_BACK_MS = 50 * 366 * 86_400_000;

/** The sub-bucket of a key inside its bucket: as even as the buckets themselves. */
export function subOfCode(code: number, bucket: number, buckets: number): number {
  return code < 0 ? 0 : (bucketOfCode(code, buckets * SUBS) - bucket) / buckets;
}

/**
 * Cut a bucket so that one slice fits the budget: first by key, then, for a key that is too large by itself, by
 * the time of its left rows.
 *
 * Returns  null when the bucket fits as it is. A slice is larger than the budget only where a single window is.
 */
export function planSlices(
  exchange: Exchange,
  task: SweepTask,
  budgetBytes: number,
): Slice[] | null {
  const events = task.events.reduce((n, section) => n + section.rows, 0);
  const left = task.left.reduce((n, section) => n + section.rows, 0);
  const perEvent = eventBytes(task.lanes);
  const perLeft = leftBytes(task.features, task.queries.length);
  if (events * perEvent + left * perLeft <= budgetBytes) return null;

  const eventsOf = countSubs(exchange, task, task.events);
  const leftOf = countSubs(exchange, task, task.left);
  const bytesOf = (sub: number) => eventsOf[sub]! * perEvent + leftOf[sub]! * perLeft;
  const slices: Slice[] = [];
  for (let first = 0; first < SUBS; ) {
    let end = first + 1;
    let bytes = bytesOf(first);
    while (end < SUBS && bytes + bytesOf(end) <= budgetBytes) bytes += bytesOf(end++);
    let leftRows = 0;
    let eventRows = 0;
    for (let sub = first; sub < end; sub++) {
      leftRows += leftOf[sub]!;
      eventRows += eventsOf[sub]!;
    }
    if (leftRows > 0) {
      if (bytes > budgetBytes) slices.push(...cutByTime(exchange, task, first, budgetBytes));
      else {
        slices.push({
          firstSub: first,
          endSub: end,
          startMs: Number.NEGATIVE_INFINITY,
          endMs: Number.POSITIVE_INFINITY,
          eventsStartMs: Number.NEGATIVE_INFINITY,
          eventsEndMs: Number.POSITIVE_INFINITY,
          events: eventRows,
          left: leftRows,
        });
      }
    }
    first = end;
  }
  return slices;
}

function countSubs(exchange: Exchange, task: SweepTask, sections: SweepTask['events']): Int32Array {
  const counts = new Int32Array(SUBS);
  for (const batch of eachBatch(exchange, sections)) {
    for (const code of codes(batch, 'code'))
      counts[subOfCode(code, task.bucket, task.buckets)]! += 1;
  }
  return counts;
}

/** Rows of one sub-bucket per step of time. */
function histogram(
  exchange: Exchange,
  task: SweepTask,
  sections: SweepTask['events'],
  sub: number,
  binOf: (ms: number) => number,
): Int32Array {
  const counts = new Int32Array(BINS);
  for (const batch of eachBatch(exchange, sections)) {
    const code = codes(batch, 'code');
    const t = numbers(batch, 't');
    for (let i = 0; i < code.length; i++) {
      if (subOfCode(code[i]!, task.bucket, task.buckets) !== sub) continue;
      counts[Number.isNaN(t[i]!) ? 0 : binOf(t[i]!)]! += 1;
    }
  }
  return counts;
}

function cutByTime(exchange: Exchange, task: SweepTask, sub: number, budgetBytes: number): Slice[] {
  const timed = task.left.filter((section) => section.minMs <= section.maxMs);
  const firstLeftMs = Math.min(...timed.map((section) => section.minMs));
  const lastMs = Math.max(...timed.map((section) => section.maxMs));
  const firstMs = Math.max(
    Math.min(firstLeftMs, ...task.events.map((section) => section.minMs)),
    firstLeftMs - FAR_BACK_MS,
  );
  const whole = (rows: { events: number; left: number }): Slice => ({
    firstSub: sub,
    endSub: sub + 1,
    startMs: Number.NEGATIVE_INFINITY,
    endMs: Number.POSITIVE_INFINITY,
    eventsStartMs: Number.NEGATIVE_INFINITY,
    eventsEndMs: Number.POSITIVE_INFINITY,
    ...rows,
  });
  const stepMs = Math.max(1, Math.ceil((lastMs - firstMs + 1) / BINS));
  const binOf = (ms: number) =>
    Math.min(BINS - 1, Math.max(0, Math.floor((ms - firstMs) / stepMs)));
  if (!Number.isFinite(stepMs)) return [whole({ events: 0, left: rowsOf(task.left) })];

  const eventsBefore = runningSum(histogram(exchange, task, task.events, sub, binOf));
  const leftBefore = runningSum(histogram(exchange, task, task.left, sub, binOf));
  const startOf = (bin: number) =>
    bin === 0
      ? Number.NEGATIVE_INFINITY
      : bin >= BINS
        ? Number.POSITIVE_INFINITY
        : firstMs + bin * stepMs;
  const sliceOf = (first: number, end: number): Slice => {
    const span = eventSpan(task, startOf(first), startOf(end));
    const from = Number.isFinite(span.startMs) ? binOf(span.startMs) : 0;
    const to = Number.isFinite(span.endMs) ? binOf(span.endMs) + 1 : BINS;
    return {
      firstSub: sub,
      endSub: sub + 1,
      startMs: startOf(first),
      endMs: startOf(end),
      eventsStartMs: span.startMs,
      eventsEndMs: span.endMs,
      events: Math.max(0, eventsBefore[to]! - eventsBefore[from]!),
      left: leftBefore[end]! - leftBefore[first]!,
    };
  };
  const perEvent = eventBytes(task.lanes);
  const perLeft = leftBytes(task.features, task.queries.length);
  const bytesOf = (slice: Slice) => slice.events * perEvent + slice.left * perLeft;

  const slices: Slice[] = [];
  for (let first = 0; first < BINS; ) {
    let slice = sliceOf(first, first + 1);
    // What every slice from here on reads again must not outweigh what it gains, however large the window.
    const most = Math.max(budgetBytes, 1.5 * bytesOf(slice));
    let end = first + 1;
    while (end < BINS) {
      const next = sliceOf(first, end + 1);
      if (bytesOf(next) > most) break;
      slice = next;
      end++;
    }
    if (slice.left > 0) slices.push(slice);
    first = end;
  }
  return slices;
}

const rowsOf = (sections: SweepTask['left']) => sections.reduce((n, { rows }) => n + rows, 0);

function runningSum(counts: Int32Array): Float64Array {
  const before = new Float64Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) before[i + 1] = before[i]! + counts[i]!;
  return before;
}

/** Events that some window of some feature holds for left rows of the given time. Bounds never fall as times grow. */
function eventSpan(
  task: SweepTask,
  startMs: number,
  endMs: number,
): { startMs: number; endMs: number } {
  const queries = new Map(task.queries.map((query) => [query.name, query]));
  let from = Number.POSITIVE_INFINITY;
  for (const { query: name, windowMs, tail } of task.features) {
    const query = queries.get(name);
    if (query === undefined || windowMs === null || !Number.isFinite(startMs)) {
      from = Number.NEGATIVE_INFINITY;
      break;
    }
    from = Math.min(from, windowStartMs(effectiveQueryMs(startMs, query), windowMs, tail));
  }
  let to = Number.NEGATIVE_INFINITY;
  for (const query of task.queries) {
    to = Math.max(to, Number.isFinite(endMs) ? effectiveQueryMs(endMs, query) : endMs);
  }
  return { startMs: from, endMs: to };
}

/** Rows of a left block that belong to the slice. */
export function leftRowsOf(task: SweepTask, slice: Slice): (batch: Batch) => Int32Array {
  const firstInTime = slice.startMs === Number.NEGATIVE_INFINITY;
  return rowsWhere(task, slice, (ms) =>
    Number.isNaN(ms) ? firstInTime : ms >= slice.startMs && ms < slice.endMs,
  );
}

/** Rows of a block of events that the slice's windows may hold. */
export function eventRowsOf(task: SweepTask, slice: Slice): (batch: Batch) => Int32Array {
  return rowsWhere(task, slice, (ms) => ms >= slice.eventsStartMs && ms < slice.eventsEndMs);
}

function rowsWhere(
  task: SweepTask,
  { firstSub, endSub }: Slice,
  inTime: (ms: number) => boolean,
): (batch: Batch) => Int32Array {
  return (batch) => {
    const code = codes(batch, 'code');
    const t = numbers(batch, 't');
    const rows = new Int32Array(code.length);
    let n = 0;
    for (let i = 0; i < code.length; i++) {
      if (!inTime(t[i]!)) continue;
      const sub = subOfCode(code[i]!, task.bucket, task.buckets);
      if (sub >= firstSub && sub < endSub) rows[n++] = i;
    }
    return rows.subarray(0, n);
  };
}

/** Infinite numbers per lane, each once. */
export function countInfinite(exchange: Exchange, task: SweepTask): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const batch of eachBatch(exchange, task.events)) {
    for (const { name } of task.lanes) {
      const column = batch.columns[name];
      const values = column?.kind === 'list' ? column.child : column;
      if (values?.kind !== 'f64') continue;
      let found = 0;
      for (const value of values.values) if (Math.abs(value) === Number.POSITIVE_INFINITY) found++;
      if (found > 0) counts[name] = (counts[name] ?? 0) + found;
    }
  }
  return counts;
}
