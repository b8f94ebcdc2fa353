import type { Task } from '../tasks/task.js';

/**
 * What a worker does; each of its moments is of one phase.
 *
 *   start    its thread and its DuckDB begin
 *   scan     DuckDB reads, filters, joins; results that are taken whole are copied out
 *   scatter  rows that come as DuckDB makes them: copied out, keys looked up, put into buckets
 *   read     blocks of earlier tasks are read back and put in order
 *   sort     rows are sorted by key and time
 *   sweep    windows move over them
 *   derive   derived columns are computed
 *   merge    rows become tiles, tiles coarser ones
 *   write    blocks, tables and files are written
 *   collect  garbage, where memory is tight
 *   wait     no task, or a pause before one is tried again
 */
export const PHASES = [
  'start',
  'scan',
  'scatter',
  'read',
  'sort',
  'sweep',
  'derive',
  'merge',
  'write',
  'collect',
  'wait',
] as const;

export type Phase = (typeof PHASES)[number];

/** Milliseconds by phase; of those that there were. */
export type PhaseTimes = Readonly<Partial<Record<Phase, number>>>;

/** What a task begins with, and goes back to from everything else. */
const FIRST: Readonly<Record<Task['type'], Phase>> = {
  keys: 'scan',
  dictionary: 'scan',
  'build-tiles': 'scan',
  'merge-tiles': 'merge',
  left: 'scan',
  scatter: 'scan',
  'read-tiles': 'scan',
  slices: 'read',
  sweep: 'read',
  assemble: 'read',
  'assemble-few': 'read',
  'encode-states': 'scan',
  'encode-rows': 'scan',
};

export function firstPhase({ type }: Task): Phase {
  return FIRST[type];
}
