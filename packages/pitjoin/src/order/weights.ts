/** How many values each entry of a lane stands for; a lane without weights has one per entry. */
export interface EntryWeights {
  /** Per entry; 0 where an entry only carries further terms of the one before. */
  readonly of: Int32Array | Float64Array;
  /** Of all entries before each, M + 1 of them: exact, being integers below 2^53. */
  readonly before: Float64Array;
}

/** 32-bit weights where every sum of them fits, so that kernels count in the arrays that they count entries in. */
export function entryWeights(weights: Float64Array): EntryWeights {
  const before = new Float64Array(weights.length + 1);
  for (let j = 0; j < weights.length; j++) before[j + 1] = before[j]! + weights[j]!;
  const of = before[weights.length]! < 2 ** 31 ? new Int32Array(weights) : weights;
  return { of, before };
}

/** Array to count values in. */
export function counters(weights: EntryWeights | null, size: number): Int32Array | Float64Array {
  return weights === null || weights.of instanceof Int32Array
    ? new Int32Array(size)
    : new Float64Array(size);
}

/** Values in one range. */
export function countIn(weights: EntryWeights | null, start: number, end: number): number {
  return weights === null ? end - start : weights.before[end]! - weights.before[start]!;
}
