import type { Arena } from '@tessera/columnar';
import { inArena } from '../wasm.js';
import type { Segments } from './segments.js';

/**
 * Exact range sums of doubles from prefix sums (S5.2).
 *
 * A value is cut into parts that are multiples of falling grids g1 > g2 > …:
 *
 *   value   ·················································  any double
 *   part 1  ██████████████████                                 multiple of g1
 *   part 2                    ██████████████████               multiple of g2
 *   part 3                                      ███████████    multiple of g3, and nothing left
 *
 * Each grid is chosen so that all entries of a segment together stay below 2^53 grid units: every prefix sum of parts,
 * and every difference of two, is then exact in a double, so eviction loses nothing. Amounts of money need two grids.
 */
export interface PrefixSum {
  readonly kind: 'prefix';
  readonly segments: Segments;
  /** Per grid: entry j of segment s is summed before position j + s; each segment restarts at 0 and has one slot more. */
  readonly prefixes: readonly Float64Array[];
}

/** Values too far apart for a few grids are summed as they come. */
export interface TermSum {
  readonly kind: 'terms';
  readonly terms: readonly Float64Array[];
}

export type ExactSum = PrefixSum | TermSum;

const MOST_GRIDS = 10;

/** @param terms finite doubles, M per array; an entry's value is the sum of its terms */
export function exactSum(terms: readonly Float64Array[], segments: Segments): ExactSum {
  return prefixSum(terms, segments) ?? { kind: 'terms', terms };
}

function prefixSum(terms: readonly Float64Array[], segments: Segments): PrefixSum | null {
  const prefixes: Float64Array[] = [];
  const greatest = maxMagnitude(terms);
  if (greatest === 0) return { kind: 'prefix', segments, prefixes };
  const countBits = Math.ceil(Math.log2(segments.capacity * terms.length)) + 1;
  let exponent = exponentAbove(greatest);
  if (exponent + countBits > 1020) return null;

  let rest = terms;
  for (;;) {
    const first = gridBelow(exponent, countBits);
    const second = gridBelow(first - 1, countBits);
    if (isOnGrid(rest, first)) {
      prefixes.push(onePrefix(rest, segments, first));
      return { kind: 'prefix', segments, prefixes };
    }
    if (prefixes.length + 2 > MOST_GRIDS) return null;
    const step = twoPrefixes(rest, segments, first, second);
    prefixes.push(...step.prefixes);
    if (step.rest === null) return { kind: 'prefix', segments, prefixes };
    rest = step.rest;
    exponent = second - 1;
  }
}

function maxMagnitude(terms: readonly Float64Array[]): number {
  let greatest = 0;
  for (const term of terms) greatest = Math.max(greatest, greatestOf(term));
  return greatest;
}

function greatestOf(term: Float64Array): number {
  return inArena(
    (arena, kernels) => {
      const at = arena.heldAt(term);
      return at === 0 ? null : kernels.greatestMagnitude(at, term.length);
    },
    () => {
      let greatest = 0;
      for (let i = 0; i < term.length; i++) {
        const v = Math.abs(term[i]!);
        if (v > greatest) greatest = v;
      }
      return greatest;
    },
  );
}

/** The least e with x < 2^e. */
function exponentAbove(x: number): number {
  let e = Math.max(Math.floor(Math.log2(x)) - 1, -1074);
  while (2 ** e <= x) e++;
  return e;
}

/** Exponent of the grid on which 2^countBits entries below 2^exponent add up exactly. */
function gridBelow(exponent: number, countBits: number): number {
  return Math.max(exponent + countBits - 53, -1074);
}

/** Adding and taking away this rounds to the nearest multiple of 2^grid. */
function rounder(grid: number): number {
  return 1.5 * 2 ** 52 * 2 ** grid;
}

function isOnGrid(terms: readonly Float64Array[], grid: number): boolean {
  const r = rounder(grid);
  return terms.every((term) =>
    inArena(
      (arena, kernels) => {
        const at = arena.heldAt(term);
        return at === 0 ? null : kernels.isOnGrid(at, term.length, r) === 1;
      },
      () => term.every((v) => v + r - r === v),
    ),
  );
}

function onePrefix(terms: readonly Float64Array[], segments: Segments, grid: number): Float64Array {
  const r = rounder(grid);
  return inArena(
    (arena, kernels) => {
      const out = arena.doubles(slotsOf(segments))?.fill(0);
      if (out === undefined) return null;
      return inTurn(arena, terms, segments, (term, starts, count) => {
        kernels.onePrefix(term, starts, count, r, out.byteOffset);
      })
        ? out
        : null;
    },
    () => {
      const out = new Float64Array(slotsOf(segments));
      const { start } = segments;
      for (const term of terms) {
        for (let s = 0; s + 1 < start.length; s++) {
          let sum = 0;
          let to = start[s]! + s;
          for (let j = start[s]!; j < start[s + 1]!; j++) {
            const v = term[j]!;
            sum += v + r - r;
            out[++to]! += sum;
          }
        }
      }
      return out;
    },
  );
}

/** Places of prefixes: an entry's, and one more for each segment. */
function slotsOf({ start }: Segments): number {
  return start[start.length - 1]! + start.length - 1;
}

/** Calls a kernel for each term in turn; false = there is no room for one of them. */
function inTurn(
  arena: Arena,
  terms: readonly Float64Array[],
  { start }: Segments,
  kernel: (term: number, starts: number, segments: number) => void,
): boolean {
  return terms.every((term) =>
    arena.scoped(() => {
      const [at, starts] = [arena.addressOf(term), arena.addressOf(start)];
      if (at === 0 || starts === 0) return false;
      kernel(at, starts, start.length - 1);
      return true;
    }),
  );
}

interface TwoGrids {
  readonly prefixes: Float64Array[];
  /** What is left of the terms, null when nothing. */
  readonly rest: Float64Array[] | null;
}

/** Two grids in one pass, since two are what most lanes need. */
function twoPrefixes(
  terms: readonly Float64Array[],
  segments: Segments,
  firstGrid: number,
  secondGrid: number,
): TwoGrids {
  const r1 = rounder(firstGrid);
  const r2 = rounder(secondGrid);
  const { prefixes, left } = inArena(
    (arena, kernels) => {
      const a = arena.doubles(slotsOf(segments))?.fill(0);
      const b = arena.doubles(slotsOf(segments))?.fill(0);
      if (a === undefined || b === undefined) return null;
      let left = false;
      const done = inTurn(arena, terms, segments, (term, starts, count) => {
        const [first, second] = [a.byteOffset, b.byteOffset];
        if (kernels.twoPrefixes(term, starts, count, r1, r2, first, second) === 1) left = true;
      });
      return done ? { prefixes: [a, b], left } : null;
    },
    () => twoPrefixesHere(terms, segments, r1, r2),
  );
  return { prefixes, rest: left ? terms.map((term) => restOf(term, r1, r2)) : null };
}

function twoPrefixesHere(
  terms: readonly Float64Array[],
  segments: Segments,
  r1: number,
  r2: number,
): { readonly prefixes: Float64Array[]; readonly left: boolean } {
  const { start } = segments;
  const a = new Float64Array(slotsOf(segments));
  const b = new Float64Array(slotsOf(segments));
  let left = false;
  for (const term of terms) {
    for (let s = 0; s + 1 < start.length; s++) {
      let sumA = 0;
      let sumB = 0;
      let to = start[s]! + s;
      for (let j = start[s]!; j < start[s + 1]!; j++) {
        const v = term[j]!;
        const p1 = v + r1 - r1;
        const v2 = v - p1;
        const p2 = v2 + r2 - r2;
        if (v2 !== p2) left = true;
        sumA += p1;
        sumB += p2;
        to++;
        a[to]! += sumA;
        b[to]! += sumB;
      }
    }
  }
  return { prefixes: [a, b], left };
}

/** What is left of the terms once both grids have had their part. */
function restOf(term: Float64Array, r1: number, r2: number): Float64Array {
  const out = new Float64Array(term.length);
  for (let j = 0; j < term.length; j++) {
    const v = term[j]!;
    const v2 = v - (v + r1 - r1);
    out[j] = v2 - (v2 + r2 - r2);
  }
  return out;
}
