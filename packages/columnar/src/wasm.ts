import { KERNELS } from './generated/kernels.js';

/** The functions of `assembly/`, by their names; addresses are bytes of the memory they were opened with. */
export interface KernelFunctions {
  addKeys(
    slots: number,
    mask: number,
    words: number,
    width: number,
    codes: number,
    keys: number,
  ): number;
  findNarrow: Find;
  findWide: Find;
  findStrings: Find;
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
}

type Find = (slots: number, mask: number, words: number, rows: number, codes: number) => void;

type Scatter = (
  from: number,
  places: number,
  rows: number,
  pages: number,
  lane: number,
  pageBytes: number,
  pageShift: number,
) => void;

export interface Kernels {
  readonly functions: KernelFunctions;
  readonly memory: WebAssembly.Memory;
}

/** WebAssembly's own unit of memory. */
const PAGE_BYTES = 65_536;
/** All that 32 bits can name. */
export const MOST_KERNEL_BYTES = 65_535 * PAGE_BYTES;

let compiled: WebAssembly.Module | null = null;

/**
 * Kernels in WebAssembly with memory of their own. V8 compiles them as they are, once in a thread; the same loops in
 * JavaScript are compiled anew for every kind of array they meet, and run slowly until then.
 *
 * Throws   RangeError where the machine has not so much address space
 */
export function openKernels(bytes: number): Kernels {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNELS, 'base64'));
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { functions: exports as unknown as KernelFunctions, memory };
}

let spare: Kernels | null = null;

/**
 * As `openKernels`, in memory that somebody gave back, if there is any: to touch memory for the first time costs more than
 * to write to it. What is in it is not defined.
 */
export function borrowKernels(bytes: number): Kernels {
  const found = spare;
  spare = null;
  if (found === null) return openKernels(bytes);
  growTo(found, bytes);
  return found;
}

/** The next to borrow takes it over. */
export function giveBackKernels(kernels: Kernels): void {
  spare = kernels;
}

/** What was given back is for the garbage collector. */
export function dropSpareKernels(): void {
  spare = null;
}

/** Makes the memory at least so large. Views of it are of no use afterwards. */
export function growTo({ memory }: Kernels, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
}

/** Hands out addresses one behind the other, each at a line of a core's cache. */
export function addresses(from = 1024): (bytes: number) => number {
  let next = from;
  return (bytes) => {
    const at = next;
    next += (bytes + 63) & ~63;
    return at;
  };
}
