/** Strings of a `code` column: UTF-8 bytes by code. An array of strings that was written from stays as it is. */
export type StringDictionary = { get(code: number): Uint8Array } | readonly string[];

/** DuckDB's string_t: length, then the bytes themselves up to this many, else a prefix and a pointer. */
export const INLINE_BYTES = 12;

/** Of the long strings of a dictionary so many bytes are kept: long texts are held by whoever gave them, outside any budget. */
export const KEPT_BYTES = 8 * 1024 ** 2;

/** Strings as they are written: each is encoded once, when it is first asked for, as long as there is room. */
export interface EncodedStrings {
  /**
   * Four words for each code, of which those of `code` are there: its length in bytes, and where that is at most
   * `INLINE_BYTES` the bytes with zeros behind them.
   */
  slotsWith(code: number): Int32Array;
  /** Bytes of a string that is longer; null for others. */
  long(code: number): Uint8Array | null;
}

/** What was made of arrays that are still there: columns of many partitions have one dictionary. */
const known = new WeakMap<readonly string[], EncodedStrings>();

export function encodedStrings(dictionary: StringDictionary): EncodedStrings {
  if (!isArray(dictionary)) return encoded((code) => dictionary.get(code));
  const found = known.get(dictionary);
  if (found !== undefined) return found;
  const made = encoded((code) => encoder.encode(dictionary[code]), dictionary.length);
  known.set(dictionary, made);
  return made;
}

const isArray = (dictionary: StringDictionary): dictionary is readonly string[] =>
  Array.isArray(dictionary);

const encoder = new TextEncoder();
/** Length of a string that nobody has asked for. */
const UNKNOWN = -1;
/** Place of a long string that is encoded each time. */
const NOT_KEPT = -1;

function encoded(bytesOf: (code: number) => Uint8Array, codes = 64): EncodedStrings {
  let slots = emptySlots(codes);
  /** Where bytes of long strings begin in `heap`: by the second word of a slot. */
  let heap = new Uint8Array(0);
  let used = 0;
  const encode = (code: number) => {
    if (code * 4 >= slots.length) slots = grownSlots(slots, code + 1);
    const bytes = bytesOf(code);
    slots[code * 4] = bytes.length;
    if (bytes.length <= INLINE_BYTES) {
      new Uint8Array(slots.buffer, code * 16 + 4, INLINE_BYTES).set(bytes);
      return;
    }
    if (used + bytes.length > KEPT_BYTES) {
      slots[code * 4 + 1] = NOT_KEPT;
      return;
    }
    if (used + bytes.length > heap.length) {
      const wanted = Math.max(1024, (used + bytes.length) * 2);
      const larger = new Uint8Array(Math.min(wanted, KEPT_BYTES));
      larger.set(heap);
      heap = larger;
    }
    slots[code * 4 + 1] = used;
    heap.set(bytes, used);
    used += bytes.length;
  };
  return {
    slotsWith(code) {
      if (code * 4 >= slots.length || slots[code * 4] === UNKNOWN) encode(code);
      return slots;
    },
    long(code) {
      const length = slots[code * 4]!;
      if (length <= INLINE_BYTES) return null;
      const at = slots[code * 4 + 1]!;
      if (at === NOT_KEPT) return bytesOf(code);
      return heap.subarray(at, at + length);
    },
  };
}

function emptySlots(codes: number): Int32Array {
  const slots = new Int32Array(codes * 4);
  for (let at = 0; at < slots.length; at += 4) slots[at] = UNKNOWN;
  return slots;
}

function grownSlots(slots: Int32Array, codes: number): Int32Array {
  const larger = emptySlots(Math.max(codes, slots.length / 2));
  larger.set(slots);
  return larger;
}
