/** Values appended one by one. */
export interface Growable<A> {
  readonly push: (value: number) => void;
  readonly length: () => number;
  /** The values so far, a copy of the right size. */
  readonly take: () => A;
}

export function int32Growable(capacity = 1024): Growable<Int32Array> {
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

export function float64Growable(capacity = 1024): Growable<Float64Array> {
  let values = new Float64Array(capacity);
  let length = 0;
  return {
    push: (value) => {
      if (length === values.length) {
        const wider = new Float64Array(2 * length);
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
