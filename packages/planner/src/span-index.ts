import type { Run } from './runs.js';

/** First and last instant of something, both inclusive; infinite where not known. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Positions of the spans that meet [start, end). */
export type SpansIn = (start: number, end: number) => Run[];

/**
 * Find spans by time, in whatever order they lie; null meets nothing.
 *
 *               1                       each node knows the least and greatest first and last of what is below it:
 *         2           3                 all of a node meets the range, or nothing of it does, or its halves decide
 *      4     5     6     7
 *
 * Returns  runs, ascending and apart
 * Cost     O(n) to build; a range takes O(log n) for each run it finds, where spans lie about in the order of time
 */
export function indexSpans(spans: readonly (Span | null)[]): SpansIn {
  let width = 1;
  while (width < spans.length) width *= 2;
  const nodes = (value: number) => new Float64Array(2 * width).fill(value);
  const [leastFirst, greatestFirst] = [nodes(Infinity), nodes(-Infinity)];
  const [leastLast, greatestLast] = [nodes(Infinity), nodes(-Infinity)];
  for (const [idx, span] of spans.entries()) {
    leastFirst[width + idx] = greatestFirst[width + idx] = span?.first ?? Infinity;
    leastLast[width + idx] = greatestLast[width + idx] = span?.last ?? -Infinity;
  }
  for (let node = width - 1; node > 0; node--) {
    const [a, b] = [2 * node, 2 * node + 1];
    leastFirst[node] = Math.min(leastFirst[a]!, leastFirst[b]!);
    greatestFirst[node] = Math.max(greatestFirst[a]!, greatestFirst[b]!);
    leastLast[node] = Math.min(leastLast[a]!, leastLast[b]!);
    greatestLast[node] = Math.max(greatestLast[a]!, greatestLast[b]!);
  }
  return (start, end) => {
    const found: [number, number][] = [];
    const visit = (node: number, from: number, count: number): void => {
      if (leastFirst[node]! >= end || greatestLast[node]! < start) return;
      const isWhole = greatestFirst[node]! < end && leastLast[node]! >= start;
      if (count === 1 || isWhole) {
        const length = Math.min(count, spans.length - from);
        const before = found.at(-1);
        if (before !== undefined && before[0] + before[1] === from) before[1] += length;
        else found.push([from, length]);
        return;
      }
      visit(2 * node, from, count / 2);
      visit(2 * node + 1, from + count / 2, count / 2);
    };
    if (spans.length > 0) visit(1, 0, width);
    return found;
  };
}
