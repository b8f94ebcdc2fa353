/** WebAssembly's own unit of memory. */
const UNIT_BYTES = 65_536;
/** All that 32 bits can name, but for one unit. */
export const MOST_KERNEL_BYTES = 65_535 * UNIT_BYTES;

const compiled = new Map<string, WebAssembly.Module>();

/**
 * Kernels in WebAssembly over a memory. V8 compiles them as they are, once in a thread; the same loops in JavaScript are
 * compiled anew for every kind of array they meet, and run slowly until then.
 *
 * @param code module in base64, as `scripts/kernels.mjs` writes it
 *
 * Returns  its functions by their names in `assembly/`; addresses are bytes of the memory
 */
export function kernelsOf<Functions>(code: string, memory: WebAssembly.Memory): Functions {
  let module = compiled.get(code);
  if (module === undefined) {
    module = new WebAssembly.Module(Buffer.from(code, 'base64'));
    compiled.set(code, module);
  }
  return new WebAssembly.Instance(module, { env: { memory } }).exports as Functions;
}

/** The process may not name so much memory; how much it has is another matter. */
export class AddressSpaceError extends Error {
  override readonly name = 'AddressSpaceError';

  constructor(
    readonly bytes: number,
    cause: unknown,
  ) {
    super(`no addresses for ${bytes} bytes`, { cause });
  }
}

/**
 * What is never touched takes no memory; addresses V8 takes 10 GB of, so that it need not check any.
 *
 * Throws   AddressSpaceError
 */
export function newMemory(bytes: number): WebAssembly.Memory {
  return named(bytes, () => new WebAssembly.Memory({ initial: Math.ceil(bytes / UNIT_BYTES) }));
}

/**
 * Makes a memory at least so large. Views of it are of no use afterwards.
 *
 * Throws   AddressSpaceError
 */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) named(bytes, () => memory.grow(Math.ceil(missing / UNIT_BYTES)));
}

function named<T>(bytes: number, take: () => T): T {
  try {
    return take();
  } catch (cause) {
    throw cause instanceof RangeError ? new AddressSpaceError(bytes, cause) : cause;
  }
}

let spare: WebAssembly.Memory | null = null;

/**
 * As `newMemory`, what somebody gave back if there is any: to touch memory for the first time costs more than to write to
 * it. What is in it is not defined.
 */
export function borrowMemory(bytes: number): WebAssembly.Memory {
  const found = spare;
  spare = null;
  if (found === null) return newMemory(bytes);
  growTo(found, bytes);
  return found;
}

/** The next to borrow takes it over. */
export function giveBackMemory(memory: WebAssembly.Memory): void {
  spare = memory;
}

/** What was given back is for the garbage collector. */
export function dropSpareMemory(): void {
  spare = null;
}

/** Hands out addresses one behind the other, each at a line of a core's cache. */
export function addresses(from = 1024): (bytes: number) => number {
  let next = from;
  return (bytes) => {
    const at = next;
    next += Math.ceil(bytes / 64) * 64;
    return at;
  };
}
