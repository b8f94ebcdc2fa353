import type { Value } from '../types.js';
import { compileKernel, type LaneKinds } from './kernel.js';
import type { Kept, Lane, Store, Table } from './lane.js';
import type { Kernel, Program } from './program.js';
import { type Mode, representationOf } from './representation.js';

/** Fills the stores with a batch's results. `tables` are in the order of the program's lookups. */
export type Runner = (
  lanes: readonly Lane[],
  tables: readonly Table[],
  stores: readonly Store[],
  rows: number,
) => void;

/** Rows that are worked on at a time: what is kept between two functions stays in the cache. */
const CHUNK_ROWS = 4096;

/** After a chunk most of whose rows fast code gave up, it is not tried on that many further chunks. */
const WIDE_CHUNKS = 15;

/** Functions for one combination of lanes. Wide ones are made when the first row needs them. */
interface Kernels {
  readonly fast: readonly Kernel[];
  wide: readonly Kernel[] | null;
}

export function createRunner(program: Program): Runner {
  const byKinds = new Map<string, Kernels>();
  const compile = (mode: Mode, kinds: LaneKinds) =>
    program.segments.map((segment) => compileKernel(program, segment, mode, kinds));
  const kept = { fast: keptArrays(program, 'fast'), wide: keptArrays(program, 'wide') };
  const marks = new Uint8Array(CHUNK_ROWS);
  const marked = new Int32Array(CHUNK_ROWS);

  return (lanes, tables, stores, rows) => {
    const kinds = lanes.map(({ kind }) => kind);
    const key = kinds.join();
    const kernels = byKinds.get(key) ?? { fast: compile('fast', kinds), wide: null };
    byKinds.set(key, kernels);
    const out = [...stores];
    let wideChunks = 0;
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const to = Math.min(rows, from + CHUNK_ROWS);
      let count = 0;
      if (wideChunks > 0) {
        wideChunks--;
        while (count < to - from) marked[count] = count++;
      } else {
        let any = 0;
        for (const kernel of kernels.fast) {
          any |= kernel(lanes, kept.fast, tables, out, marks, from, to);
        }
        if (any === 0) continue;
        for (let at = 0; at < to - from; at++) if (marks[at] === 1) marked[count++] = at;
        marks.fill(0);
        if (count > (to - from) / 2) wideChunks = WIDE_CHUNKS;
      }
      kernels.wide ??= compile('wide', kinds);
      for (const kernel of kernels.wide) kernel(lanes, kept.wide, tables, out, marked, from, count);
    }
  };
}

function keptArrays(program: Program, mode: Mode): Kept[] {
  return [...program.kept.keys()].map(({ type }) =>
    representationOf(type, mode) === 'number'
      ? new Float64Array(CHUNK_ROWS)
      : new Array<Value>(CHUNK_ROWS).fill(null),
  );
}
