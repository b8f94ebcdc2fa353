/** Int32 values appended one by one. */
export interface Int32Growable {
  readonly push: (value: number) => void;
  readonly length: () => number;
  /** The values so far, a copy of the right size. */
  readonly take: () => Int32Array;
}

export function int32Growable(capacity = 1024): Int32Growable {
  let values = new Int32Array(capacity);
  let length = 0;
  return {
    push: (value) => {
      if (length === values.length) {
        const wider = new Int32Array(2 * length);
        wider.set(values);
        values = wider;
      }
      values[length++] = value;
    },
    length: () => length,
    take: () => values.slice(0, length),
  };
}

/** Items of lists, and where each row's begin: what list-valued kernels give. A row without items is null. */
export interface PickedLists {
  readonly offsets: Int32Array;
  readonly entries: Int32Array;
}
