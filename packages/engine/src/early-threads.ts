import type { RunOptions } from './run-types.js';
import { isLargeWork } from './small-work.js';
import type { Subject } from './subject.js';
import { beginThreads, type Threads } from './threads.js';

/** Threads that load their code while a run is planned. */
export interface EarlyThreads {
  /** The rows of the first source are known. */
  readonly onFirst: (rows: number) => void;
  /** Whoever takes them ends them. */
  readonly take: () => Promise<Threads> | undefined;
  /** Ends those that nobody took. */
  readonly end: () => Promise<void>;
}

/**
 * They begin where it is all but certain that they are needed: nothing is published, all of it is asked for, and the first
 * source is large.
 */
export function earlyThreads(
  workers: number,
  subject: Subject,
  options: RunOptions,
  isPublished: boolean,
): EarlyThreads {
  const { start, end, limit, planOnly, labelsOnly } = options;
  const isPart = [start, end, limit].some((asked) => asked !== undefined);
  const isAllowed =
    workers > 1 && !isPublished && !isPart && !planOnly && !labelsOnly && !subject.tilesOnly;
  let begun: Promise<Threads> | undefined;
  const take = () => {
    const taken = begun;
    begun = undefined;
    return taken;
  };
  return {
    onFirst(rows) {
      if (!isAllowed || !isLargeWork(rows)) return;
      begun = beginThreads(workers);
      // Who takes them is told.
      begun.catch(() => undefined);
    },
    take,
    end: async () => (await take()?.catch(() => undefined))?.end(),
  };
}
