import type { TaskTimes } from './phase-clock.js';
import type { Ready } from './stage-sums.js';
import type { TaskWork } from './task-work.js';

/** All that is kept of a run to be drawn. Times are those of `clockMs`. */
export interface Timeline {
  readonly startMs: number;
  readonly mainThread: number;
  /** Outer ones before those inside. */
  readonly stages: readonly Span[];
  readonly beside: readonly Span[];
  readonly ready: readonly Ready[];
  readonly tasks: readonly TaskRecord[];
  /** Resident memory of the process. */
  readonly memory: readonly { readonly atMs: number; readonly bytes: number }[];
}

export interface Span {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface TaskRecord extends TaskTimes, TaskWork {
  readonly name: string;
  readonly type: string;
}
