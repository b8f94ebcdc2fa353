import type { Turn } from './phase-clock.js';
import type { Span, TaskRecord, Timeline } from './timeline.js';

/**
 * An event of Chrome's trace format, as chrome://tracing and Perfetto read it. `X` is something that took time, `M` says
 * something of a track, `C` is a number that changes. Times are microseconds since the run began.
 *
 * Source  Trace Event Format, https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
export interface TraceEvent {
  readonly name: string;
  readonly cat?: string;
  readonly ph: 'X' | 'M' | 'C';
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args?: Readonly<Record<string, string | number>>;
}

const PID = 1;
/** Viewers take a thread 0 for the system's idle one. */
const MAIN = 1;

/** The stages on one track, tasks with their phases on one for each worker, what was done beside on another. */
export function* traceEvents(name: string, timeline: Timeline): Generator<TraceEvent> {
  const { startMs, mainThread, stages, beside, ready, tasks, memory } = timeline;
  // Rounded alike, what lies inside another span does so after it too.
  const at = (ms: number) => Math.floor((ms - startMs) * 1000);
  const span = (
    tid: number,
    cat: string,
    { name: of, startMs: from, endMs }: Span,
  ): TraceEvent => ({
    ...{ name: of, cat, ph: 'X', ts: at(from), dur: at(endMs) - at(from), pid: PID, tid },
  });
  const tids = new Map([[mainThread, MAIN]]);
  for (const { thread } of [...ready, ...tasks])
    if (!tids.has(thread)) tids.set(thread, MAIN + tids.size);
  const besideTid = MAIN + tids.size;

  yield meta('process_name', MAIN, { name });
  yield meta('thread_name', MAIN, { name: tids.size === 1 ? 'run and its tasks' : 'run' });
  for (const tid of tids.values())
    if (tid !== MAIN) yield meta('thread_name', tid, { name: `worker ${tid - MAIN}` });
  if (beside.length > 0) yield meta('thread_name', besideTid, { name: 'beside' });
  for (const tid of [...tids.values(), ...(beside.length > 0 ? [besideTid] : [])])
    yield meta('thread_sort_index', tid, { sort_index: tid });

  for (const stage of stages) yield span(MAIN, 'stage', stage);
  for (const one of beside) yield span(besideTid, 'beside', one);
  for (const { thread, ...one } of ready)
    yield span(tids.get(thread)!, 'start', { name: 'start', ...one });
  for (const task of tasks) {
    const tid = tids.get(task.thread)!;
    yield { ...span(tid, task.type, task), args: argsOf(task) };
    for (const turn of turnsOf(task)) yield span(tid, 'phase', turn);
  }
  for (const { atMs, bytes } of memory)
    yield { name: 'memory', ph: 'C', ts: at(atMs), pid: PID, tid: MAIN, args: { bytes } };
}

function meta(name: string, tid: number, args: NonNullable<TraceEvent['args']>): TraceEvent {
  return { name, ph: 'M', ts: 0, pid: PID, tid, args };
}

function turnsOf({ startMs, turns }: TaskRecord): Span[] {
  let from = startMs;
  // A single phase says no more than the task.
  return (turns === null || turns.length < 2 ? [] : turns).map(({ phase, endMs }: Turn) => {
    const one = { name: phase, startMs: from, endMs };
    from = endMs;
    return one;
  });
}

function argsOf(task: TaskRecord): Record<string, string | number> {
  const { rows, fileBytes, outputBytes, readBytes, writtenBytes, phasesMs } = task;
  const phases = Object.entries(phasesMs).map(([phase, ms]) => [
    `${phase} ms`,
    Math.round(ms * 1000) / 1000,
  ]);
  return {
    rows,
    'read bytes': readBytes + fileBytes,
    'written bytes': writtenBytes + outputBytes,
    ...Object.fromEntries(phases),
  };
}
