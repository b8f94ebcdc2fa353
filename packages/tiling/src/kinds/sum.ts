import { bigintReader } from '../physical.js';
import { addCounts, f64, type Kernel, type RowLane, sizes } from './kernel.js';
import { mergeSums, sumRuns } from './sum-runs.js';

/** Sums of floats, and of decimals too wide for 128 bits. */
export const sum: Kernel = {
  fromRows(lane) {
    const n = f64(sizes(lane));
    if (lane.type?.kind !== 'decimal') return { n, terms: sumRuns(lane.doubles(), lane.start) };
    const { values, start } = integerTerms(lane);
    return { n, terms: sumRuns(values, start) };
  },
  fromStates: (lane) => ({
    n: addCounts(lane.column('n'), lane),
    terms: mergeSums(lane.column('terms'), lane),
  }),
};

/** Doubles that add up to each unscaled integer. */
function integerTerms({ values, items, start }: RowLane) {
  if (values === null) throw new TypeError('a sum without an input');
  const read = bigintReader(values);
  const terms: number[] = [];
  const starts = new Int32Array(start.length);
  for (let g = 0; g + 1 < start.length; g++) {
    for (let i = start[g]!; i < start[g + 1]!; i++) {
      for (let rest = read(items[i]!); rest !== 0n; ) {
        const term = Number(rest);
        terms.push(term);
        rest -= BigInt(term);
      }
    }
    starts[g + 1] = terms.length;
  }
  return { values: Float64Array.from(terms), start: starts };
}
