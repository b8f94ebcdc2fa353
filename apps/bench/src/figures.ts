import type { Entry } from './contest.js';
import { type Foretold, ratioOf } from './foretold.js';
import type { Measured } from './measure.js';
import type { Told } from './told.js';

/** Whole bytes. */
const middle = (values: readonly number[]) => Math.round(median(values));

/** Median, least and greatest of several runs, and the most they used. */
export interface Figures {
  readonly seconds: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly peakBytes: number | null;
  readonly cpuSeconds: number | null;
  readonly readBytes: number | null;
  readonly diskReadBytes: number | null;
  /** Of the run whose ratio of seconds is in the middle; null where nothing was foretold. */
  readonly foretold: Foretold | null;
  /** Median of each figure that it measured inside itself. */
  readonly told: Told | null;
}

export function figures(runs: readonly Measured[]): Figures | null {
  if (runs.length === 0) return null;
  const seconds = runs.map((run) => run.seconds);
  const of = (pick: (run: Measured) => number | null, reduce: (values: number[]) => number) => {
    const values = runs.map(pick).filter((value) => value !== null);
    return values.length === 0 ? null : reduce(values);
  };
  return {
    seconds: median(seconds),
    minSeconds: Math.min(...seconds),
    maxSeconds: Math.max(...seconds),
    peakBytes: of(
      (run) => run.peakBytes,
      (values) => Math.max(...values),
    ),
    cpuSeconds: of((run) => run.cpuSeconds, median),
    readBytes: of((run) => run.readBytes, middle),
    diskReadBytes: of((run) => run.diskReadBytes, middle),
    foretold: middleOf(runs.flatMap((run) => run.foretold ?? [])),
    told: mediansOf(runs.map((run) => run.told).filter((one) => one !== undefined)),
  };
}

function mediansOf(told: readonly Told[]): Told | null {
  const [first] = told;
  if (first === undefined) return null;
  return Object.fromEntries(
    Object.keys(first).map((name) => [name, median(told.map((one) => one[name] ?? Number.NaN))]),
  );
}

function middleOf(told: readonly Foretold[]): Foretold | null {
  const sorted = [...told].sort((a, b) => ratioOf(a.seconds) - ratioOf(b.seconds));
  return sorted[sorted.length >> 1] ?? null;
}

export function figuresOf({ outcome }: Entry): Figures | null {
  return outcome.kind === 'measured' ? figures(outcome.runs) : null;
}

/** Of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
