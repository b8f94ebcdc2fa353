import { AddressSpaceError, growTo, kernelsOf, MOST_KERNEL_BYTES, newMemory } from './wasm.js';

type Values = Float64Array | Int32Array | Uint8Array;

/**
 * Arrays that kernels in WebAssembly reach without a copy, made and forgotten together: no array of its own for each, which
 * the system would give zeroed and page by page, and take back.
 */
export interface Arena {
  /** Where there is no memory for it nothing fits, and there are no kernels. */
  readonly hasMemory: boolean;
  /** Arrays for as long as the arena is open; what is in them is not defined. Null when there is no room. */
  doubles(length: number): Float64Array | null;
  integers(length: number): Int32Array | null;
  /** What is made in it is forgotten at its end; what it returns must lie elsewhere. */
  scoped<T>(what: () => T): T;
  /** Where an array of the arena lies; 0 for one of elsewhere. */
  heldAt(values: Values): number;
  /** Where an array lies; one of elsewhere is copied here. 0 when there is no room. */
  addressOf(values: Values): number;
  /** The functions of a module, over the arena. */
  kernels<Functions>(code: string): Functions;
}

/** At address 0 there is never an array. */
const FIRST = 1024;

interface Held {
  readonly memory: WebAssembly.Memory;
  readonly kernels: Map<string, unknown>;
}

/** A thread's own. */
let held: Held | null = null;
let open: Arena | null = null;

/** The arena that is open in this thread; null = none, and kernels do without. */
export function openArena(): Arena | null {
  return open;
}

/**
 * Does something with an arena of so many bytes; with the one that is open, if one is. What it returns must lie elsewhere.
 *
 * Shapes   `what` is synchronous: an arena is a thread's own
 */
export function withArena<T>(bytes: number, what: (arena: Arena) => T): T {
  const outer = open;
  if (outer !== null) return outer.scoped(() => what(outer));
  try {
    held ??= { memory: newMemory(FIRST), kernels: new Map() };
    growTo(held.memory, Math.min(MOST_KERNEL_BYTES, FIRST + bytes));
  } catch (cause) {
    // What it is for works without, if slower.
    if (!(cause instanceof AddressSpaceError)) throw cause;
  }
  open = held === null ? FULL : arenaOver(held);
  try {
    return what(open);
  } finally {
    open = null;
  }
}

/** Where there is no memory for one. */
const FULL: Arena = {
  hasMemory: false,
  doubles: () => null,
  integers: () => null,
  scoped: (what) => what(),
  heldAt: () => 0,
  addressOf: () => 0,
  kernels: () => {
    throw new Error('an arena without memory');
  },
};

/** The arena's memory is for the garbage collector, unless it is open. */
export function dropArena(): void {
  held = null;
}

function arenaOver({ memory, kernels }: Held): Arena {
  const { buffer } = memory;
  let next = FIRST;
  const take = (bytes: number): number => {
    const at = next;
    if (at + bytes > buffer.byteLength) return 0;
    // Lengths of 0 have addresses of their own as well.
    next = Math.min(buffer.byteLength, at + Math.max(64, Math.ceil(bytes / 64) * 64));
    return at;
  };
  return {
    hasMemory: true,
    doubles(length) {
      const at = take(8 * length);
      return at === 0 ? null : new Float64Array(buffer, at, length);
    },
    integers(length) {
      const at = take(4 * length);
      return at === 0 ? null : new Int32Array(buffer, at, length);
    },
    scoped(what) {
      const before = next;
      try {
        return what();
      } finally {
        next = before;
      }
    },
    heldAt: (values) => (values.buffer === buffer ? values.byteOffset : 0),
    addressOf(values) {
      if (values.buffer === buffer) return values.byteOffset;
      const at = take(values.byteLength);
      if (at === 0) return 0;
      if (values instanceof Float64Array) new Float64Array(buffer, at, values.length).set(values);
      else if (values instanceof Int32Array) new Int32Array(buffer, at, values.length).set(values);
      else new Uint8Array(buffer, at, values.length).set(values);
      return at;
    },
    kernels<Functions>(code: string) {
      let functions = kernels.get(code);
      if (functions === undefined) {
        functions = kernelsOf<Functions>(code, memory);
        kernels.set(code, functions);
      }
      return functions as Functions;
    },
  };
}
