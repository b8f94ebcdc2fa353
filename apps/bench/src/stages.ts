import type { Progress } from '@tessera/engine';

/** What a stage of a run took. */
export interface StageTime {
  readonly seconds: number;
  /** User and system time of all threads. */
  readonly cpuSeconds: number;
}

/** Watches a run of this process; `start` is what lies between the plan and the first stage. */
export function watchStages() {
  const times = new Map<string, StageTime>();
  let stage = 'plan';
  let last = now();
  /** When something was last heard of the stage. */
  let heard = last;
  const until = (name: string, at: Instant) => {
    const before = times.get(name) ?? { seconds: 0, cpuSeconds: 0 };
    times.set(name, {
      seconds: before.seconds + at.seconds - last.seconds,
      cpuSeconds: before.cpuSeconds + at.cpuSeconds - last.cpuSeconds,
    });
    last = at;
  };
  return {
    onPlan: () => {
      until(stage, now());
      stage = 'start';
    },
    onProgress: ({ stage: name, tasksDone }: Progress) => {
      heard = now();
      if (name === stage || tasksDone > 0) return;
      until(stage, heard);
      stage = name;
    },
    /** To be called as the run ends: what follows the last task is `publish`. */
    end: (): Record<string, StageTime> => {
      if (heard.seconds > last.seconds) until(stage, heard);
      until('publish', now());
      return Object.fromEntries(times);
    },
  };
}

type Instant = StageTime;

function now(): Instant {
  const { user, system } = process.cpuUsage();
  return { seconds: performance.now() / 1000, cpuSeconds: (user + system) / 1e6 };
}
