import { type Column, gather, isNull, rowCompare } from '@tessera/columnar';
import type { Kernel } from './kernel.js';

export const min: Kernel = extreme(-1);
export const max: Kernel = extreme(1);

function extreme(sign: 1 | -1): Kernel {
  return {
    fromRows({ values, items, start, doubles }) {
      if (values === null) throw new TypeError('an extreme without an input');
      if (values.kind === 'f64') return { value: extremeOfRuns(doubles(), start, sign) };
      return { value: gather(values, winners(values, items, start, sign)) };
    },
    fromStates({ order, start, column }) {
      const values = column('value');
      const present = order.filter((row) => !isNull(values, row));
      if (present.length === order.length) {
        return { value: gather(values, winners(values, order, start, sign)) };
      }
      const starts = new Int32Array(start.length);
      for (let g = 0, at = 0; g + 1 < start.length; g++) {
        for (let p = start[g]!; p < start[g + 1]!; p++) if (!isNull(values, order[p]!)) at++;
        starts[g + 1] = at;
      }
      return { value: gather(values, winners(values, present, starts, sign)) };
    },
  };
}

/** The greatest (1) or least (-1) number of each run; NaN where it is empty. */
function extremeOfRuns(values: Float64Array, start: Int32Array, sign: 1 | -1): Column {
  const out = new Float64Array(start.length - 1);
  fillExtremes(values, start, sign, out);
  return { kind: 'f64', values: out };
}

function fillExtremes(
  values: Float64Array,
  start: Int32Array,
  sign: 1 | -1,
  out: Float64Array,
): void {
  for (let g = 0; g < out.length; g++) {
    const end = start[g + 1]!;
    let best = start[g]! === end ? Number.NaN : values[start[g]!]!;
    for (let i = start[g]! + 1; i < end; i++) {
      const v = values[i]!;
      if (sign === 1 ? v > best : v < best) best = v;
    }
    out[g] = best;
  }
}

/** The item with the greatest (1) or least (-1) value of each group; -1 where a group is empty. No member is null. */
function winners(column: Column, items: Int32Array, start: Int32Array, sign: 1 | -1): Int32Array {
  const out = new Int32Array(start.length - 1).fill(-1);
  if (column.kind === 'f64' || column.kind === 'code') {
    const { values } = column;
    for (let g = 0; g < out.length; g++) {
      const end = start[g + 1]!;
      if (start[g]! === end) continue;
      let best = items[start[g]!]!;
      let bestValue = values[best]!;
      for (let i = start[g]! + 1; i < end; i++) {
        const v = values[items[i]!]!;
        if (sign === 1 ? v > bestValue : v < bestValue) {
          best = items[i]!;
          bestValue = v;
        }
      }
      out[g] = best;
    }
    return out;
  }
  const compare = rowCompare(column);
  for (let g = 0; g < out.length; g++) {
    for (let i = start[g]!; i < start[g + 1]!; i++) {
      const best = out[g]!;
      if (best < 0 || sign * compare(items[i]!, best) > 0) out[g] = items[i]!;
    }
  }
  return out;
}
