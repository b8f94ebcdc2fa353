import type { Batch, Column } from '@tessera/columnar';
import { type FeatureSpec, type SweepInput, sweep } from '@tessera/pitjoin';
import { median } from './figures.js';
import type { OperationName, WindowedFeature } from './windowed.js';

const OPERATION: Partial<Readonly<Record<OperationName, FeatureSpec['operation']>>> = {
  count: 'COUNT',
  sum: 'SUM',
  average: 'AVERAGE',
  min: 'MIN',
  max: 'MAX',
};

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `7d` in milliseconds. */
export const windowMs = (window: string) =>
  Number(window.slice(0, -1)) * (UNIT_MS[window.slice(-1)] ?? Number.NaN);

/** Events and left rows of one key, in time order. */
export interface OneKey {
  readonly eventMs: Float64Array;
  readonly amounts: Float64Array;
  readonly queryMs: Float64Array;
}

/** What the sweep is asked for doubles of one key. */
export function sweepInput(
  { eventMs, amounts, queryMs }: OneKey,
  features: readonly Pick<WindowedFeature, 'name' | 'operation' | 'window'>[],
  tail: FeatureSpec['tail'],
): SweepInput {
  return {
    events: batch(eventMs.length, {
      timeMs: { kind: 'f64', values: eventMs },
      x: { kind: 'f64', values: amounts },
    }),
    left: batch(queryMs.length, { q: { kind: 'f64', values: queryMs } }),
    features: features.map(({ name, operation, window }) => {
      const found = OPERATION[operation];
      if (found === undefined) throw new Error(`${name}: the kernel is not measured with it`);
      return {
        name,
        operation: found,
        inputType: { kind: 'double' },
        input: 'x',
        outputType: { kind: found === 'COUNT' ? 'int64' : 'double' },
        windowMs: windowMs(window),
        tail,
        query: 'q',
        empty: 'zero',
      };
    }),
    strict: false,
  };
}

/** All rows of key 0. */
function batch(rows: number, columns: Readonly<Record<string, Column>>): Batch {
  return { rows, columns: { code: { kind: 'code', values: new Int32Array(rows) }, ...columns } };
}

export interface KernelTimes {
  /** Before V8 has compiled anything. */
  readonly firstMs: number;
  readonly medianMs: number;
  readonly leastMs: number;
}

/** Sort and sweep in this process, again and again; from finished columns to finished columns. */
export function timeSweep(input: SweepInput, runs: number): KernelTimes {
  const [firstMs = Number.NaN, ...later] = Array.from({ length: runs + 1 }, () => {
    const start = performance.now();
    const { problem } = sweep(input);
    if (problem !== null) throw new Error(problem.detail);
    return performance.now() - start;
  });
  return { firstMs, medianMs: median(later), leastMs: Math.min(...later) };
}
