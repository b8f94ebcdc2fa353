/**
 * Keys as they lie in a vector: 1 or 2 words of 32 bits for an integer, 4 for a string of at most 12 bytes (its length, and
 * its bytes with zeros behind them).
 */
export type KeyWidth = 1 | 2 | 4;

/** Longer strings do not fit the words of a key. */
export const LONGEST_KEY_BYTES = 12;

/**
 * Codes of keys.
 *
 * Open addressing over one typed array, 16 bytes a slot with the key itself: a look-up touches one line of memory. A join
 * table of rows and pointers touches three, which is most of what a join costs once it outgrows a core's cache.
 */
export interface KeyTable {
  readonly keys: number;
  /**
   * Code of every row's key, -1 for one that is not there.
   *
   * Shapes   words: `rows` × width, row by row; a string's length may be above 12; codes: at least `rows`
   */
  find(words: Int32Array, rows: number, codes: Int32Array): void;
}

/** Bytes that a table of so many keys takes. */
export function keyTableBytes(keys: number): number {
  return SLOT_BYTES * slotsFor(keys) + keys;
}

/** Three words and the code + 1; 0 = free. */
const SLOT_WORDS = 4;
const SLOT_BYTES = 4 * SLOT_WORDS;

/** Of the slots, at most: the denser the table, the more of it lies in a core's cache, and neighbours are of one line. */
const LOAD = 0.8;

function slotsFor(keys: number): number {
  let slots = 16;
  while (slots * LOAD < keys) slots *= 2;
  return slots;
}

/**
 * @param words `keys` × width; no key twice, no string above 12 bytes
 * @param codes 0 … keys - 1 in any order
 *
 * Returns  null when two strings differ in nothing but zeros behind them
 */
export function keyTable(words: Int32Array, codes: Int32Array, width: KeyWidth): KeyTable | null {
  const keys = codes.length;
  const slots = new Int32Array(SLOT_WORDS * slotsFor(keys));
  const mask = slots.length / SLOT_WORDS - 1;
  const lengths = new Uint8Array(keys);
  // The length of a string stands apart: it is looked at where all else is equal.
  const first = width === 4 ? 1 : 0;
  for (let k = 0; k < keys; k++) {
    const at = k * width + first;
    const a = words[at]!;
    const b = width === 1 ? 0 : words[at + 1]!;
    const c = width === 4 ? words[at + 2]! : 0;
    let slot = hashOf(a, b, c) & mask;
    for (; slots[SLOT_WORDS * slot + 3] !== 0; slot = (slot + 1) & mask) {
      const other = SLOT_WORDS * slot;
      if (slots[other] === a && slots[other + 1] === b && slots[other + 2] === c) return null;
    }
    slots.set([a, b, c, codes[k]! + 1], SLOT_WORDS * slot);
    if (width === 4) lengths[codes[k]!] = words[k * width]!;
  }
  const findIn = width === 1 ? findNarrow : width === 2 ? findWide : findStrings;
  return { keys, find: (wanted, rows, found) => findIn({ slots, lengths }, wanted, rows, found) };
}

interface Table {
  readonly slots: Int32Array;
  /** Of strings, by code. */
  readonly lengths: Uint8Array;
}

// A loop for each width: the look-up is all that it does.

function findNarrow({ slots }: Table, wanted: Int32Array, rows: number, found: Int32Array): void {
  for (let i = 0; i < rows; i++) found[i] = codeOf(slots, wanted[i]!, 0, 0);
}

function findWide({ slots }: Table, wanted: Int32Array, rows: number, found: Int32Array): void {
  for (let i = 0; i < rows; i++) found[i] = codeOf(slots, wanted[2 * i]!, wanted[2 * i + 1]!, 0);
}

function findStrings(
  { slots, lengths }: Table,
  wanted: Int32Array,
  rows: number,
  found: Int32Array,
): void {
  for (let i = 0; i < rows; i++) {
    const at = 4 * i;
    const length = wanted[at]!;
    // The words of a longer string are a prefix and a pointer.
    const code =
      length > LONGEST_KEY_BYTES
        ? -1
        : codeOf(slots, wanted[at + 1]!, wanted[at + 2]!, wanted[at + 3]!);
    // Zeros behind a string are no bytes of it.
    found[i] = code >= 0 && lengths[code] !== length ? -1 : code;
  }
}

function codeOf(slots: Int32Array, a: number, b: number, c: number): number {
  const mask = slots.length / SLOT_WORDS - 1;
  for (let slot = hashOf(a, b, c) & mask; ; slot = (slot + 1) & mask) {
    const at = SLOT_WORDS * slot;
    const code = slots[at + 3]!;
    if (code === 0) return -1;
    if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c) return code - 1;
  }
}

/** Source: the finaliser of MurmurHash3 (32 bits), a word after the other. */
function hashOf(a: number, b: number, c: number): number {
  let h = Math.imul(a ^ (a >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ b ^ (h >>> 13), 0xc2b2ae35);
  h = Math.imul(h ^ c ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
