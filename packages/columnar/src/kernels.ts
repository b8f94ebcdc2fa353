import { KERNELS, SIMD_KERNELS } from './generated/kernels.js';
import { kernelsOf } from './wasm.js';

/** The functions of `assembly/index.ts`. */
export interface Kernels {
  placeRows(
    codes: number,
    rows: number,
    buckets: number,
    codesPerBucket: number,
    dropsUnknown: boolean,
    ends: number,
    firsts: number,
    counts: number,
    places: number,
    pages: number,
    pageBytes: number,
    pageShift: number,
    free: number,
  ): number;
  scatter32: Scatter;
  scatter64: Scatter;
  scatter128: Scatter;
  countRows(codes: number, times: number, rows: number, cursor: number): number;
  occurringCodes(cursor: number, codes: number, keyCode: number, keyStart: number): number;
  placeByCode(
    codes: number,
    times: number,
    rows: number,
    cursor: number,
    order: number,
    sorted: number,
  ): void;
  firstFalling(sorted: number, keyStart: number, from: number, keys: number): number;
}

/** The functions of `assembly/simd.ts`. */
export interface SimdKernels {
  addNarrow: Add;
  addWide: Add;
  addStrings: Add;
  findNarrow: Find;
  findWide: Find;
  findStrings: Find;
}

type Add = (table: number, lines: number, words: number, codes: number, keys: number) => number;

type Find = (table: number, lines: number, words: number, rows: number, codes: number) => void;

type Scatter = (
  from: number,
  places: number,
  rows: number,
  pages: number,
  lane: number,
  pageBytes: number,
  pageShift: number,
) => void;

export function columnarKernels(memory: WebAssembly.Memory): Kernels {
  return kernelsOf<Kernels>(KERNELS, memory);
}

let simd: boolean | null = null;

/** Not on an x64 processor without SSE4.1, which is what some virtual machines show of a newer one. */
export function hasSimd(): boolean {
  simd ??= WebAssembly.validate(Buffer.from(SIMD_KERNELS, 'base64'));
  return simd;
}

/** Throws  where there is no SIMD */
export function simdKernels(memory: WebAssembly.Memory): SimdKernels {
  return kernelsOf<SimdKernels>(SIMD_KERNELS, memory);
}
