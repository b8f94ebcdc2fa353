import { powerTerm, productTerm } from '@tessera/algebra';

/** Terms of an exact sum, with those that overflow a double counted apart (S5.2). */
export interface Terms {
  readonly high: Float64Array;
  readonly low: Float64Array;
  /** Overflows before each entry, M + 1 of them; null = none. */
  readonly overflows: Int32Array | null;
}

/** x^k of every entry. */
export function powerTerms(values: Float64Array, k: 2 | 3 | 4): Terms {
  return makeTerms(values.length, (i, out) => powerTerm(values[i]!, k, out));
}

/** x·w of every entry. */
export function productTerms(values: Float64Array, weights: Float64Array): Terms {
  return makeTerms(values.length, (i, out) => productTerm(values[i]!, weights[i]!, out));
}

function makeTerms(n: number, term: (entry: number, out: Float64Array) => boolean): Terms {
  const high = new Float64Array(n);
  const low = new Float64Array(n);
  const pair = new Float64Array(2);
  let overflows: Int32Array | null = null;
  for (let i = 0; i < n; i++) {
    if (term(i, pair)) {
      high[i] = pair[0]!;
      low[i] = pair[1]!;
    } else {
      overflows ??= new Int32Array(n + 1);
      overflows[i + 1] = 1;
    }
  }
  if (overflows !== null) for (let i = 0; i < n; i++) overflows[i + 1]! += overflows[i]!;
  return { high, low, overflows };
}

/** Whether a term inside the range overflowed. */
export function overflowed(overflows: Int32Array | null, start: number, end: number): boolean {
  return overflows !== null && overflows[end]! > overflows[start]!;
}
