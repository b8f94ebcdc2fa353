import { DAY_MS, windowStartMs } from '@tessera/api';
import { type Batch, bucketOfCode } from '@tessera/columnar';
import { effectiveQueryMs, eventBytes, leftBytes } from '@tessera/planner';
import type { Exchange } from '../exchange.js';
import type { TaskContext } from './context.js';
import { eachBatch } from './read-sections.js';
import type { InfiniteByLane, SlicesResult } from './result.js';
import type { ScanSweep, Section, Slice, SlicesTask, SweepTask } from './task.js';
import { codes, numbers } from './typed.js';

/** A bucket's keys in finer buckets. */
const SUBS = 256;
/** Steps of time in which a key's rows are counted. */
const BINS = 4096;
/** What comes before the left rows by more than this is counted in the first step. */
const FAR_BACK_MS = 50 * 366 * DAY_MS;

/** The sub-bucket of a key inside its bucket: as even as the buckets themselves. */
export function subOfCode(code: number, bucket: number, buckets: number): number {
  return code < 0 ? 0 : (bucketOfCode(code, buckets * SUBS) - bucket) / buckets;
}

/** Bytes that a bucket, or a slice of it, takes while it is swept: events of one scan at a time, and columns of all. */
export function sweepBytes(task: SweepTask): number {
  const { slice, left, others } = task;
  const scans = [task, ...others];
  const eventsBytes = scans.map(
    (scan) => (slice?.events ?? rowsOf(eventsOf(scan))) * bytesPerEvent(scan),
  );
  const features = scans.flatMap((scan) => scan.features);
  const queries = scans.reduce((sum, scan) => sum + scan.queries.length, 0);
  return Math.max(...eventsBytes) + (slice?.left ?? rowsOf(left)) * leftBytes(features, queries);
}

/** Blocks of events, and of tiles that stand for others. */
const eventsOf = ({ events, tiles }: ScanSweep): Section[] => [...events, ...tiles];

/** Bytes of an event or a tile, on average. A tile is as large as its block says, as read and as what kernels make of it. */
function bytesPerEvent({ events, tiles, lanes }: ScanSweep): number {
  const perEvent = eventBytes(lanes);
  if (tiles.length === 0) return perEvent;
  const [rows, tileRows] = [rowsOf(events), rowsOf(tiles)];
  const tileBytes = 3 * tiles.reduce((sum, { length }) => sum + length, 0);
  return (rows * perEvent + tileRows * perEvent + tileBytes) / (rows + tileRows);
}

/**
 * Cut a bucket so that one slice fits the budget: first by key, then, for a key that is too large by itself, by
 * the time of its left rows.
 *
 * Returns  slices in the order of keys, then of time. One is larger than the budget only where a single window is.
 */
function planSlices(exchange: Exchange, task: SweepTask, budgetBytes: number): Slice[] {
  const perEvent = bytesPerEvent(task);
  const perLeft = leftBytes(task.features, task.queries.length);
  const eventsIn = countSubs(exchange, task, eventsOf(task));
  const leftOf = countSubs(exchange, task, task.left);
  const bytesOf = (sub: number) => eventsIn[sub]! * perEvent + leftOf[sub]! * perLeft;
  const slices: Slice[] = [];
  for (let first = 0; first < SUBS; ) {
    let end = first + 1;
    let bytes = bytesOf(first);
    while (end < SUBS && bytes + bytesOf(end) <= budgetBytes) bytes += bytesOf(end++);
    let leftRows = 0;
    let eventRows = 0;
    for (let sub = first; sub < end; sub++) {
      leftRows += leftOf[sub]!;
      eventRows += eventsIn[sub]!;
    }
    if (leftRows > 0) {
      if (bytes > budgetBytes) slices.push(...cutByTime(exchange, task, first, budgetBytes));
      else {
        slices.push({
          firstSub: first,
          endSub: end,
          startMs: null,
          endMs: null,
          eventsStartMs: null,
          eventsEndMs: null,
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
    Math.min(firstLeftMs, ...eventsOf(task).map((section) => section.minMs)),
    firstLeftMs - FAR_BACK_MS,
  );
  const whole = (rows: { events: number; left: number }): Slice => ({
    firstSub: sub,
    endSub: sub + 1,
    startMs: null,
    endMs: null,
    eventsStartMs: null,
    eventsEndMs: null,
    ...rows,
  });
  const stepMs = Math.max(1, Math.ceil((lastMs - firstMs + 1) / BINS));
  const binOf = (ms: number) =>
    Math.min(BINS - 1, Math.max(0, Math.floor((ms - firstMs) / stepMs)));
  if (!Number.isFinite(stepMs)) return [whole({ events: 0, left: rowsOf(task.left) })];

  const eventsBefore = runningSum(histogram(exchange, task, eventsOf(task), sub, binOf));
  const leftBefore = runningSum(histogram(exchange, task, task.left, sub, binOf));
  const startOf = (bin: number) => (bin === 0 ? null : firstMs + bin * stepMs);
  const endOf = (bin: number) => (bin === BINS ? null : firstMs + bin * stepMs);
  const sliceOf = (first: number, end: number): Slice => {
    const span = eventSpan(task, startOf(first), endOf(end));
    const from = span.startMs === null ? 0 : binOf(span.startMs);
    const to = span.endMs === null ? BINS : binOf(span.endMs) + 1;
    return {
      firstSub: sub,
      endSub: sub + 1,
      startMs: startOf(first),
      endMs: endOf(end),
      eventsStartMs: span.startMs,
      eventsEndMs: span.endMs,
      events: Math.max(0, eventsBefore[to]! - eventsBefore[from]!),
      left: leftBefore[end]! - leftBefore[first]!,
    };
  };
  const perEvent = bytesPerEvent(task);
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
  startMs: number | null,
  endMs: number | null,
): { startMs: number | null; endMs: number | null } {
  const queries = new Map(task.queries.map((query) => [query.name, query]));
  let from: number | null = Number.POSITIVE_INFINITY;
  for (const { query: name, windowMs, tail } of task.features) {
    const query = queries.get(name);
    if (query === undefined || windowMs === null || startMs === null) {
      from = null;
      break;
    }
    from = Math.min(from, windowStartMs(effectiveQueryMs(startMs, query), windowMs, tail));
  }
  if (endMs === null) return { startMs: from, endMs: null };
  const ends = task.queries.map((query) => effectiveQueryMs(endMs, query));
  return { startMs: from, endMs: Math.max(...ends) };
}

const isIn = (ms: number, startMs: number | null, endMs: number | null) =>
  (startMs === null || ms >= startMs) && (endMs === null || ms < endMs);

/** Rows of a left block that belong to the slice. */
export function leftRowsOf(task: SweepTask, slice: Slice): (batch: Batch) => Int32Array {
  const { startMs, endMs } = slice;
  return rowsWhere(task, slice, (ms) =>
    Number.isNaN(ms) ? startMs === null : isIn(ms, startMs, endMs),
  );
}

/** Rows of a block of events that the slice's windows may hold. */
export function eventRowsOf(task: SweepTask, slice: Slice): (batch: Batch) => Int32Array {
  const { eventsStartMs, eventsEndMs } = slice;
  return rowsWhere(task, slice, (ms) => isIn(ms, eventsStartMs, eventsEndMs));
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

/** Blocks of events that may hold some of the slice's. */
export function eventSectionsOf(sections: readonly Section[], slice: Slice): Section[] {
  const { eventsStartMs, eventsEndMs } = slice;
  return sections.filter(
    ({ minMs, maxMs }) =>
      (eventsStartMs === null || maxMs >= eventsStartMs) &&
      (eventsEndMs === null || minMs < eventsEndMs),
  );
}

/** Slices of a bucket, and what is counted over all of it because slices see an event more than once or not at all. */
export function runSlices(context: TaskContext, { of }: SlicesTask): SlicesResult {
  return {
    slices: planSlices(context.exchange, of, context.memory.taskBytes),
    infinite: countInfinite(context.exchange, of),
  };
}

/** Infinite numbers per lane, each once. */
function countInfinite(exchange: Exchange, task: SweepTask): InfiniteByLane {
  const lanes = new Set(
    task.features.flatMap(({ input, weight, by }) => [input, weight, by?.lane]),
  );
  const counts: Record<string, { count: number; keyCode: number }> = {};
  for (const batch of eachBatch(exchange, task.events)) {
    const code = codes(batch, 'code');
    for (const name of lanes) {
      if (name === null || name === undefined) continue;
      const column = batch.columns[name];
      const values = column?.kind === 'list' ? column.child : column;
      if (values?.kind !== 'f64') continue;
      values.values.forEach((value, at) => {
        if (Math.abs(value) !== Number.POSITIVE_INFINITY) return;
        const row = column?.kind === 'list' ? rowOf(column.offsets, at) : at;
        const found = (counts[name] ??= { count: 0, keyCode: Number.POSITIVE_INFINITY });
        found.count++;
        found.keyCode = Math.min(found.keyCode, code[row]!);
      });
    }
  }
  return counts;
}

/** The row that an element belongs to. */
function rowOf(offsets: Int32Array, element: number): number {
  let row = 0;
  while (offsets[row + 1]! <= element) row++;
  return row;
}
