import { type DataType, dayOf } from '@tessera/api';
import type { Batch, Column } from '@tessera/columnar';
import { type SweepOutput, sweep } from '@tessera/pitjoin';
import { effectiveQueryMs, type QueryPlan } from '@tessera/planner';
import { collectIfTight } from '../collect-garbage.js';
import type { TaskContext } from './context.js';
import { emptyColumn } from './empty-column.js';
import { pieceWriter } from './pieces.js';
import { readSections } from './read-sections.js';
import type { SweepResult } from './result.js';
import { countInfinite, eventRowsOf, leftRowsOf, planSlices, type Slice } from './slices.js';
import type { SweepTask } from './task.js';
import { numbers } from './typed.js';

function queryLane(
  timeMs: Float64Array,
  query: QueryPlan,
  missingDays: ReadonlySet<number>,
): Column {
  const values = new Float64Array(timeMs.length);
  for (let i = 0; i < values.length; i++) {
    const t = timeMs[i]!;
    if (Number.isNaN(t)) values[i] = t;
    else {
      const q = effectiveQueryMs(t, query);
      values[i] = missingDays.size > 0 && missingDays.has(dayOf(q) - 1) ? Number.NaN : q;
    }
  }
  return { kind: 'f64', values };
}

/** Events of a source that has no file in range. */
function noEvents(task: SweepTask): Batch {
  const columns: Record<string, Column> = {
    code: { kind: 'code', values: new Int32Array(0) },
    t: { kind: 'f64', values: new Float64Array(0) },
  };
  for (const lane of task.lanes) {
    // Sketch slots of strings are numbers.
    const slots: DataType =
      lane.type.kind === 'list'
        ? { kind: 'list', element: { kind: 'double' } }
        : { kind: 'double' };
    columns[lane.name] = emptyColumn(lane.read.how === 'hll' ? slots : lane.type);
  }
  return { rows: 0, columns };
}

/** Events of the bucket, or of a slice of it. */
function readEvents(context: TaskContext, task: SweepTask, slice: Slice | null): Batch {
  if (slice === null) {
    return task.events.length === 0 ? noEvents(task) : readSections(context.exchange, task.events);
  }
  const inTime = task.events.filter(
    ({ minMs, maxMs }) => maxMs >= slice.eventsStartMs && minMs < slice.eventsEndMs,
  );
  if (inTime.length === 0) return noEvents(task);
  return readSections(context.exchange, inTime, slice.events, eventRowsOf(task, slice));
}

function readLeft(context: TaskContext, task: SweepTask, slice: Slice | null): Batch {
  if (slice === null) return readSections(context.exchange, task.left);
  return readSections(context.exchange, task.left, slice.left, leftRowsOf(task, slice));
}

function sweepOnce(
  context: TaskContext,
  task: SweepTask,
  left: Batch,
  slice: Slice | null,
): SweepOutput {
  const events = readEvents(context, task, slice);
  const { t, ...lanes } = events.columns;
  if (!t) throw new Error('events without a time lane');
  const columns: Record<string, Column> = { timeMs: t };
  for (const [name, column] of Object.entries(lanes)) columns[name] = column;
  if (task.tie !== null && lanes[task.tie]) columns.tie = lanes[task.tie]!;
  const timeMs = numbers(left, 't');
  const leftColumns: Record<string, Column> = { code: left.columns.code! };
  const missingDays = new Set(task.missingDays);
  for (const query of task.queries) leftColumns[query.name] = queryLane(timeMs, query, missingDays);
  return sweep(
    {
      events: { rows: events.rows, columns },
      left: { rows: left.rows, columns: leftColumns },
      features: task.features,
      strict: task.strict,
    },
    () => {
      collectIfTight(context.memory.tightBytes);
      return context.cancelled();
    },
  );
}

interface Counts {
  events: number;
  leftRows: number;
  readonly infinite: Record<string, number>;
  readonly tooManyDistinct: Record<string, number>;
}

/** One bucket: sort, sweep, and hand the columns back per left partition. One too large for its memory goes in slices. */
export function runSweep(context: TaskContext, task: SweepTask): SweepResult {
  if (task.left.length === 0) return { counts: noCounts(), problem: null, slices: 0, pieces: [] };
  const slices = planSlices(context.exchange, task, context.memory.taskBytes);
  const infinite = slices === null ? null : countInfinite(context.exchange, task);
  const pieces = pieceWriter(context.exchange, task);
  const counts = noCounts();
  for (const slice of slices ?? [null]) {
    if (context.cancelled()) throw new Error('cancelled');
    const left = readLeft(context, task, slice);
    const swept = sweepOnce(context, task, left, slice);
    counts.events += swept.counts.events;
    counts.leftRows += swept.counts.leftRows;
    addCounts(counts.tooManyDistinct, swept.counts.tooManyDistinct);
    // Slices see an event more than once, or not at all.
    addCounts(counts.infinite, infinite === null ? swept.counts.infinite : {});
    if (swept.problem) return { counts, problem: swept.problem, slices: 0, pieces: [] };
    pieces.add(left, swept.columns);
  }
  addCounts(counts.infinite, infinite ?? {});
  return { counts, problem: null, slices: slices?.length ?? 1, pieces: pieces.written };
}

const noCounts = (): Counts => ({ events: 0, leftRows: 0, infinite: {}, tooManyDistinct: {} });

function addCounts(to: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, n] of Object.entries(more)) to[name] = (to[name] ?? 0) + n;
}
