import type { SumReader } from '../exact/read-sum.js';
import type { Ranges } from '../order/ranges.js';
import { countIn, type EntryWeights } from '../order/weights.js';
import { overflowed } from './powers.js';

/** Sums Σx, Σx² … of a lane, as many as a formula needs, and the terms of each that overflowed. */
export interface PowerSum {
  readonly reader: SumReader;
  readonly overflows: Int32Array | null;
}

/** A formula over exact sums; `sums[k - 1]` is Σx^k. NaN = null. */
export type MomentFormula = (n: number, sums: readonly ArrayLike<number>[]) => number;

/** The formula's value for every range; NaN where it is empty or a term overflowed. */
export function moments(
  powers: readonly PowerSum[],
  { start, end }: Ranges,
  weights: EntryWeights | null,
  formula: MomentFormula,
): Float64Array {
  const out = new Float64Array(start.length);
  const sums = powers.map((p) => p.reader.parts);
  for (let i = 0; i < out.length; i++) {
    const s = start[i]!;
    const e = end[i]!;
    if (i > 0 && s === start[i - 1] && e === end[i - 1]) {
      out[i] = out[i - 1]!;
      continue;
    }
    let lost = s >= e;
    for (const { overflows } of powers) lost ||= overflowed(overflows, s, e);
    if (lost) {
      out[i] = Number.NaN;
      continue;
    }
    for (const { reader } of powers) reader.seek(s, e);
    // A moment that vanishes may come out as -0, which is no value of ours (S4.4).
    out[i] = formula(countIn(weights, s, e), sums) + 0;
  }
  return out;
}
