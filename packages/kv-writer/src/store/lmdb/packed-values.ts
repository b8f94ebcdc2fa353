/** Of values that are copied together; larger ones have memory of their own. */
const TOGETHER_BYTES = 65_536;

const together = new Uint8Array(TOGETHER_BYTES);

/**
 * Copies of values that are good for a moment each: many in one piece of memory, since a small one of its own is dearer to
 * make and to give free than what is in it.
 *
 * @param valueAt called once for each key, in their order
 */
export function packedValues(
  keys: readonly Uint8Array[],
  valueAt: (key: Uint8Array) => Uint8Array | null,
): (Uint8Array | null)[] {
  const values = new Array<Uint8Array | null>(keys.length).fill(null);
  const lengths = new Int32Array(keys.length).fill(-1);
  let first = 0;
  let used = 0;
  const share = (end: number) => {
    const { buffer } = together.slice(0, used);
    for (let at = 0; first < end; first++) {
      const length = lengths[first]!;
      if (length < 0) continue;
      values[first] = new Uint8Array(buffer, at, length);
      at += length;
    }
    used = 0;
  };
  for (let idx = 0; idx < keys.length; idx++) {
    const value = valueAt(keys[idx]!);
    if (value === null) continue;
    const { byteLength } = value;
    if (byteLength > TOGETHER_BYTES) {
      values[idx] = Uint8Array.from(value);
      continue;
    }
    if (used + byteLength > TOGETHER_BYTES) share(idx);
    together.set(value, used);
    lengths[idx] = byteLength;
    used += byteLength;
  }
  share(keys.length);
  return values;
}
