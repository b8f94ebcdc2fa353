/** What is used of it: TypeScript has WebAssembly's types among those of browsers only. */
declare namespace WebAssembly {
  /** Whether a module of these bytes can be made on this processor. */
  function validate(bytes: Uint8Array): boolean;
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    constructor(size: { readonly initial: number });
    readonly buffer: ArrayBuffer;
    /** Throws RangeError when it cannot grow by so many units. */
    grow(units: number): number;
  }
  class Instance {
    constructor(
      module: Module,
      imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>,
    );
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
