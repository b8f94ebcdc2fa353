import type { Phase } from './phase.js';
import type { TaskTimes } from './phase-clock.js';
import type { ProfileStage, StageProfile } from './run-profile.js';
import type { TaskWork } from './task-work.js';
import { addUsage, NO_USAGE, type Usage } from './usage.js';

interface Time {
  readonly startMs: number;
  readonly endMs: number;
}

/** A thread that was started for a run, until it could take a task. */
export interface Ready extends Time {
  readonly thread: number;
}

/** What is counted of the stages of a run. Times are those of `clockMs`. */
export interface StageSums {
  /** From now on all is of a stage. Returns the one before. */
  enter(stage: ProfileStage, nowMs: number, usage: Usage): ProfileStage;
  /** A stage had tasks, for so many workers at a time. */
  tasksFrom(stage: ProfileStage, time: Time, workers: number): void;
  task(stage: ProfileStage, times: TaskTimes, work: TaskWork): void;
  finish(ready: readonly Ready[]): StageProfile[];
}

type Sums = { -readonly [K in keyof StageProfile]: StageProfile[K] } & {
  readonly spentMs: Map<Phase, number>;
  /** What all workers had. */
  workerMs: number;
  readonly times: Time[];
};

export function stageSums(first: ProfileStage, startMs: number, usage: Usage): StageSums {
  const all = new Map<ProfileStage, Sums>();
  const of = (stage: ProfileStage): Sums => {
    const known = all.get(stage);
    if (known !== undefined) return known;
    const none = { wallMs: 0, tasks: 0, rows: 0, readBytes: 0, writtenBytes: 0, workerMs: 0 };
    const sums = { stage, ...none, phasesMs: {}, usage: NO_USAGE, spentMs: new Map(), times: [] };
    all.set(stage, sums);
    return sums;
  };
  let now = of(first);
  let since = { ms: startMs, usage };
  return {
    enter(stage, nowMs, used) {
      const before = now.stage;
      now.wallMs += nowMs - since.ms;
      now.usage = addUsage(now.usage, since.usage, used);
      now = of(stage);
      since = { ms: nowMs, usage: used };
      return before;
    },
    tasksFrom(stage, time, workers) {
      const sums = of(stage);
      sums.workerMs += workers * (time.endMs - time.startMs);
      sums.times.push({ startMs: time.startMs, endMs: time.endMs });
    },
    task(stage, { phasesMs, readBytes, writtenBytes }, { rows, fileBytes, outputBytes }) {
      const sums = of(stage);
      sums.tasks++;
      sums.rows += rows;
      sums.readBytes += readBytes + fileBytes;
      sums.writtenBytes += writtenBytes + outputBytes;
      // Keys are phases: they were made of them.
      for (const [phase, ms] of Object.entries(phasesMs) as [Phase, number][])
        sums.spentMs.set(phase, (sums.spentMs.get(phase) ?? 0) + ms);
    },
    finish(ready) {
      const rest = all.get('rest');
      const others = [...all.values()].filter((sums) => sums !== rest);
      return [...others, ...(rest ? [rest] : [])].map((sums) => finished(sums, ready));
    },
  };
}

function finished(sums: Sums, ready: readonly Ready[]): StageProfile {
  const { spentMs, workerMs, times, ...told } = sums;
  if (times.length === 0) return told;
  const starting = ready.reduce((ms, one) => ms + overlap(one, times), 0);
  const phasesMs: Partial<Record<Phase, number>> = { ...(starting > 0 && { start: starting }) };
  let busy = starting;
  for (const [phase, ms] of spentMs) {
    phasesMs[phase] = ms;
    busy += ms;
  }
  // Pauses of tasks that were tried again are among what they spent.
  phasesMs.wait = (spentMs.get('wait') ?? 0) + workerMs - busy;
  return { ...told, phasesMs };
}

function overlap(one: Time, times: readonly Time[]): number {
  return times.reduce(
    (ms, { startMs, endMs }) =>
      ms + Math.max(0, Math.min(endMs, one.endMs) - Math.max(startMs, one.startMs)),
    0,
  );
}
