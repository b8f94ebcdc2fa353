import { addToExpansion, roundExpansion } from '@tessera/algebra';
import type { Ranges } from '../order/ranges.js';
import type { ExactSum, PrefixSum, TermSum } from './exact-sum.js';

/** Reads the exact sums of ranges that never step back. */
export interface SumReader {
  /** Doubles whose sum is that of the range last sought; valid until the next call. */
  readonly parts: number[];
  readonly seek: (start: number, end: number) => void;
}

export function sumReader(sum: ExactSum): SumReader {
  return sum.kind === 'prefix' ? prefixReader(sum) : termReader(sum);
}

function prefixReader({ prefixes, segments }: PrefixSum): SumReader {
  const parts: number[] = [];
  const first = segments.start;
  let segment = 0;
  return {
    parts,
    seek: (start, end) => {
      parts.length = 0;
      if (start >= end) return;
      while (first[segment + 1]! <= start) segment++;
      for (const prefix of prefixes) {
        const part = prefix[end + segment]! - prefix[start + segment]!;
        if (part !== 0) parts.push(part);
      }
    },
  };
}

/** Adds what enters and takes away what leaves, each exactly. */
function termReader({ terms }: TermSum): SumReader {
  const parts: number[] = [];
  let from = 0;
  let to = 0;
  return {
    parts,
    seek: (start, end) => {
      if (start >= to) {
        parts.length = 0;
        from = start;
        to = start;
      }
      for (; to < end; to++) for (const term of terms) addToExpansion(parts, term[to]!);
      for (; from < start; from++) for (const term of terms) addToExpansion(parts, -term[from]!);
    },
  };
}

/**
 * The exact sum of every range, rounded once to nearest; an empty range and a sum beyond a double are NaN.
 */
export function roundedSums(sum: ExactSum, ranges: Ranges): Float64Array {
  if (sum.kind === 'prefix' && sum.prefixes.length > 0 && sum.prefixes.length <= 2) {
    return shortSums(sum, ranges);
  }
  const { start, end } = ranges;
  const n = start.length;
  const out = new Float64Array(n);
  const reader = sumReader(sum);
  for (let i = 0; i < n; i++) {
    if (start[i]! >= end[i]!) {
      out[i] = Number.NaN;
      continue;
    }
    reader.seek(start[i]!, end[i]!);
    const rounded = roundExpansion(reader.parts);
    out[i] = Number.isFinite(rounded) ? rounded : Number.NaN;
  }
  return out;
}

/** One or two parts: their sum in doubles is the rounded sum. */
function shortSums({ prefixes, segments }: PrefixSum, { start, end }: Ranges): Float64Array {
  const n = start.length;
  const out = new Float64Array(n);
  const first = segments.start;
  const a = prefixes[0]!;
  const b = prefixes[1];
  let segment = 0;
  for (let i = 0; i < n; i++) {
    let s = start[i]!;
    let e = end[i]!;
    if (s >= e) {
      out[i] = Number.NaN;
      continue;
    }
    while (first[segment + 1]! <= s) segment++;
    s += segment;
    e += segment;
    const high = a[e]! - a[s]!;
    out[i] = b === undefined ? high : high + (b[e]! - b[s]!);
  }
  return out;
}
