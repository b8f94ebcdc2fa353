import { type Arena, openArena } from '@tessera/columnar';
import { KERNELS } from './generated/kernels.js';

/** The functions of `assembly/`; addresses are bytes of the arena. */
export interface Kernels {
  gatherDoubles(from: number, items: number, count: number, out: number): void;
  greatestMagnitude(term: number, count: number): number;
  isOnGrid(term: number, count: number, rounder: number): number;
  onePrefix(term: number, starts: number, segments: number, rounder: number, out: number): void;
  twoPrefixes(
    term: number,
    starts: number,
    segments: number,
    first: number,
    second: number,
    outFirst: number,
    outSecond: number,
  ): number;
  windowEdges(
    times: number,
    groupCode: number,
    groupStart: number,
    groups: number,
    instants: number,
    keyCode: number,
    keyStart: number,
    keys: number,
    edges: number,
  ): void;
  extremeEntries(
    values: number,
    sign: number,
    ends: number,
    rows: number,
    starts: number,
    outs: number,
    windows: number,
    places: number,
    fresh: number,
    entries: number,
    stacked: number,
  ): void;
}

/**
 * A kernel in WebAssembly where an arena is open and has room, else its twin in JavaScript: the same values, the same
 * order of additions.
 *
 * @param fast gets null when there is no room
 */
export function inArena<T>(fast: (arena: Arena, kernels: Kernels) => T | null, slow: () => T): T {
  const arena = openArena();
  if (arena === null || !arena.hasMemory) return slow();
  return fast(arena, arena.kernels<Kernels>(KERNELS)) ?? slow();
}
