import { powerTerm, productTerm } from '@tessera/algebra';
import type { Column } from '@tessera/columnar';
import { addCounts, f64, type Kernel, type NamedColumns, type RowLane, sizes } from './kernel.js';
import { mergeSums, sumRuns } from './sum-runs.js';

const POWERS = [1, 2, 3, 4] as const;

/** Power sums. A value whose highest power overflows is counted, and is in none of the sums (S5.2). */
export const moments: Kernel = {
  fromRows(lane, { powers = 2 }) {
    const x = lane.doubles();
    const term = new Float64Array(2);
    const terms = POWERS.slice(0, powers).map(() => new Float64Array(2 * x.length));
    const marks = new Uint8Array(x.length);
    for (let i = 0; i < x.length; i++) {
      if (!powerTerm(x[i]!, powers, term)) {
        marks[i] = 1;
        continue;
      }
      for (let k = 0; k < powers; k++) {
        powerTerm(x[i]!, POWERS[k]!, term);
        terms[k]![2 * i] = term[0]!;
        terms[k]![2 * i + 1] = term[1]!;
      }
    }
    const sums: Record<string, Column> = {};
    terms.forEach((values, k) => {
      sums[`s${k + 1}`] = sumPairs(values, lane);
    });
    return { n: f64(sizes(lane)), overflows: countMarks(marks, lane), ...sums };
  },
  fromStates(lane, { powers = 2 }) {
    const sums: Record<string, Column> = {};
    for (let k = 1; k <= powers; k++) sums[`s${k}`] = mergeSums(lane.column(`s${k}`), lane);
    return {
      n: addCounts(lane.column('n'), lane),
      overflows: addCounts(lane.column('overflows'), lane),
      ...sums,
    };
  },
};

/** Σwx and Σw. A pair whose product overflows is counted, and is in neither. */
export const wsum: Kernel = {
  fromRows(lane): NamedColumns {
    const x = lane.doubles();
    const { weights, rows } = lane;
    if (weights === null) throw new TypeError('a weighted sum without weights');
    const term = new Float64Array(2);
    const products = new Float64Array(2 * x.length);
    const kept = new Float64Array(x.length);
    const marks = new Uint8Array(x.length);
    for (let i = 0; i < x.length; i++) {
      const w = weights[rows[i]!]!;
      if (productTerm(x[i]!, w, term)) {
        products[2 * i] = term[0]!;
        products[2 * i + 1] = term[1]!;
        kept[i] = w;
      } else marks[i] = 1;
    }
    return {
      n: f64(sizes(lane)),
      overflows: countMarks(marks, lane),
      weighted: sumPairs(products, lane),
      weights: sumRuns(kept, lane.start),
    };
  },
  fromStates: (lane) => ({
    n: addCounts(lane.column('n'), lane),
    overflows: addCounts(lane.column('overflows'), lane),
    weighted: mergeSums(lane.column('weighted'), lane),
    weights: mergeSums(lane.column('weights'), lane),
  }),
};

function sumPairs(values: Float64Array, { start }: RowLane): Column {
  return sumRuns(
    values,
    start.map((position) => 2 * position),
  );
}

function countMarks(marks: Uint8Array, { start }: RowLane): Column {
  const out = new Float64Array(start.length - 1);
  for (let g = 0; g < out.length; g++) {
    for (let i = start[g]!; i < start[g + 1]!; i++) out[g]! += marks[i]!;
  }
  return f64(out);
}
