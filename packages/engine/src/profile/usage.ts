/** What the whole process used; of a stage, all that did beside its tasks is among it. */
export interface Usage {
  /** Of all threads. */
  readonly userMs: number;
  readonly systemMs: number;
  /** Pages of memory touched for the first time, and those that had to be read from a disk. */
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** Times that a thread waited, and that it was made to. */
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  /** What went to disks, not to the system's cache alone. */
  readonly diskReadBytes: number;
  readonly diskWrittenBytes: number;
}

export const NO_USAGE: Usage = {
  userMs: 0,
  systemMs: 0,
  minorFaults: 0,
  majorFaults: 0,
  voluntarySwitches: 0,
  involuntarySwitches: 0,
  diskReadBytes: 0,
  diskWrittenBytes: 0,
};

/** The kernel counts blocks of so many bytes. */
const BLOCK_BYTES = 512;

/** Since the process began. */
export function usageNow(): Usage {
  const now = process.resourceUsage();
  return {
    userMs: now.userCPUTime / 1000,
    systemMs: now.systemCPUTime / 1000,
    minorFaults: now.minorPageFault,
    majorFaults: now.majorPageFault,
    voluntarySwitches: now.voluntaryContextSwitches,
    involuntarySwitches: now.involuntaryContextSwitches,
    diskReadBytes: now.fsRead * BLOCK_BYTES,
    diskWrittenBytes: now.fsWrite * BLOCK_BYTES,
  };
}

/** `to` and what was used between `from` and `now`. */
export function addUsage(to: Usage, from: Usage, now: Usage): Usage {
  const names = Object.keys(NO_USAGE) as (keyof Usage)[];
  const sums = names.map((name) => [name, to[name] + now[name] - from[name]] as const);
  return { ...NO_USAGE, ...Object.fromEntries(sums) };
}
