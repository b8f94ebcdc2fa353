import type { RunResult } from '@tessera/engine';
import type { StageTime } from './stages.js';

/** What the plan of a run of ours foretold, and what the run then counted and took by its own account. */
export interface Foretold {
  readonly rows: number;
  /** Of source files and of tiles. */
  readonly bytes: number;
  readonly seconds: Both;
  readonly peakBytes: Both;
  /** How each part of the join was computed, as its plan calls it: `prices raw`. */
  readonly routes: readonly string[];
  /** By stage. */
  readonly stages: Readonly<Record<string, Both & { readonly cpuSeconds: number }>>;
}

export interface Both {
  readonly estimate: number;
  readonly actual: number;
}

/**
 * Compare a run with its plan.
 *
 * Throws   Error when other rows or bytes were read than it said; seconds and memory are nobody's fault
 */
export function foretold(
  { plan, counters, elapsedMs, peakBytes }: RunResult,
  times: Readonly<Record<string, StageTime>>,
): Foretold {
  const { estimate } = plan;
  if (estimate === null) throw new Error(`${plan.name}: nothing was foretold`);
  const told = [estimate.rows, estimate.bytes, estimate.tileBytes ?? counters.tileBytesRead];
  const read = [counters.rowsScanned, counters.bytesRead, counters.tileBytesRead];
  if (told.some((value, i) => value !== read[i]))
    throw new Error(
      `${plan.name}: the plan said rows, bytes and bytes of tiles ${told.join(', ')}; read were ${read.join(', ')}`,
    );
  const names = new Set([...Object.keys(estimate.stages), ...Object.keys(times)]);
  const stageOf: Readonly<Record<string, number>> = estimate.stages;
  return {
    rows: counters.rowsScanned,
    bytes: counters.bytesRead + counters.tileBytesRead,
    seconds: { estimate: estimate.seconds, actual: elapsedMs / 1000 },
    peakBytes: { estimate: estimate.peakBytes, actual: peakBytes },
    routes: plan.parts.map(({ name, route }) => `${name} ${route}`),
    stages: Object.fromEntries(
      [...names].map((name) => {
        const { seconds = 0, cpuSeconds = 0 } = times[name] ?? {};
        return [name, { estimate: stageOf[name] ?? 0, actual: seconds, cpuSeconds }];
      }),
    ),
  };
}

const MARK = 'foretold ';

/** For whoever started this process. */
export function printForetold(told: Foretold): void {
  console.log(MARK + JSON.stringify(told));
}

/** Reads what `printForetold` printed; null if there is none. */
export function readForetold(output: string): Foretold | null {
  const line = output.split('\n').find((one) => one.startsWith(MARK));
  return line === undefined ? null : (JSON.parse(line.slice(MARK.length)) as Foretold);
}

export const ratioOf = ({ estimate, actual }: Both): number => estimate / actual;
