import { clockMs } from './clock.js';
import { PHASES, type Phase, type PhaseTimes } from './phase.js';

/** How long a task took, and with what: plain data of a few hundred bytes, however long it was. */
export interface TaskTimes {
  /** Id of its thread. */
  readonly thread: number;
  /** When the thread could take its first task; null for the thread that runs are called in. */
  readonly readyMs: number | null;
  /** By `clockMs`. */
  readonly startMs: number;
  readonly endMs: number;
  /** Their sum is what the task took. */
  readonly phasesMs: PhaseTimes;
  /** The phases as they followed each other; null where there were too many to keep. */
  readonly turns: readonly Turn[] | null;
  /** Bytes of blocks, as they lie in the exchange. */
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** A phase, from the end of the one before. */
export interface Turn {
  readonly phase: Phase;
  readonly endMs: number;
}

/** Says what a thread is doing, and for how long it did. One task at a time. */
export interface PhaseClock {
  begin(phase: Phase): void;
  /** Returns the phase before: whoever enters one goes back to it. */
  enter(phase: Phase): Phase;
  /** Blocks were read or written. */
  moved(bytes: { readonly read?: number; readonly written?: number }): void;
  end(): TaskTimes;
}

const MOST_TURNS = 24;
/** Looking whether memory is tight, between any two features: no turn of its own. */
const LEAST_COLLECT_MS = 1;

/** @param readyMs when its thread could take tasks, if it was started for them */
export function phaseClock(thread: number, readyMs: number | null = null): PhaseClock {
  let phase: Phase = 'wait';
  let startMs = 0;
  let sinceMs = 0;
  let spent = new Map<Phase, number>();
  let turns: { -readonly [K in keyof Turn]: Turn[K] }[] | null = [];
  let readBytes = 0;
  let writtenBytes = 0;
  const leave = (nowMs: number) => {
    if (nowMs > sinceMs) {
      spent.set(phase, (spent.get(phase) ?? 0) + nowMs - sinceMs);
      const last = turns?.at(-1);
      const isPassedOver = phase === 'collect' && nowMs - sinceMs < LEAST_COLLECT_MS;
      if (last !== undefined && (isPassedOver || last.phase === phase)) last.endMs = nowMs;
      else if (turns?.length === MOST_TURNS) turns = null;
      else turns?.push({ phase, endMs: nowMs });
    }
    sinceMs = nowMs;
  };
  return {
    begin(first) {
      startMs = clockMs();
      sinceMs = startMs;
      spent = new Map();
      turns = [];
      readBytes = 0;
      writtenBytes = 0;
      phase = first;
    },
    enter(next) {
      const before = phase;
      if (next !== before) {
        leave(clockMs());
        phase = next;
      }
      return before;
    },
    moved({ read = 0, written = 0 }) {
      readBytes += read;
      writtenBytes += written;
    },
    end() {
      const endMs = clockMs();
      leave(endMs);
      const phasesMs = Object.fromEntries(
        PHASES.flatMap((name) => (spent.has(name) ? [[name, spent.get(name)]] : [])),
      ) as PhaseTimes;
      return { thread, readyMs, startMs, endMs, phasesMs, turns, readBytes, writtenBytes };
    },
  };
}

/** Whose clock runs. */
interface Timed {
  readonly clock: PhaseClock;
}

/** Do something that is of a phase. */
export function during<T>({ clock }: Timed, phase: Phase, what: () => T): T {
  const before = clock.enter(phase);
  try {
    return what();
  } finally {
    clock.enter(before);
  }
}

/** The same of what is waited for: nothing else may be of the task meanwhile. */
export async function duringAll<T>(
  { clock }: Timed,
  phase: Phase,
  what: () => Promise<T>,
): Promise<T> {
  const before = clock.enter(phase);
  try {
    return await what();
  } finally {
    clock.enter(before);
  }
}
