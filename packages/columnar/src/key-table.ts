/**
 * Codes of keys. A key is a row of 32-bit words, as many for every key, and two keys are one when all their words are.
 *
 * Open addressing in typed arrays: 4 bytes a slot and the words themselves, so a table of 100,000 short strings lies in a
 * core's own cache, where a table of rows with pointers does not.
 */
export interface KeyTable {
  readonly keys: number;
  /**
   * Code of every row's key, -1 for one that is not there.
   *
   * Shapes   words: `rows` × width, row by row; codes: at least `rows`
   */
  find(words: Int32Array, rows: number, codes: Int32Array): void;
}

/** Bytes that a table of so many keys takes. */
export function keyTableBytes(keys: number, width: number): number {
  return 4 * (keys * (width + 1) + slotsFor(keys));
}

/** At most half of the slots are taken. */
function slotsFor(keys: number): number {
  let slots = 16;
  while (slots < 2 * keys) slots *= 2;
  return slots;
}

/**
 * @param words `codes.length` × width, row by row; no key twice
 * @param codes what `find` answers
 */
export function keyTable(words: Int32Array, codes: Int32Array, width: number): KeyTable {
  const keys = codes.length;
  const size = slotsFor(keys);
  const slots = new Int32Array(size).fill(-1);
  for (let k = 0; k < keys; k++) {
    let slot = hashOf(words, k * width, width) & (size - 1);
    while (slots[slot]! >= 0) slot = (slot + 1) & (size - 1);
    slots[slot] = k;
  }
  return {
    keys,
    find(wanted, rows, found) {
      findAll({ words, codes, slots, width }, wanted, rows, found);
    },
  };
}

interface Table {
  readonly words: Int32Array;
  readonly codes: Int32Array;
  readonly slots: Int32Array;
  readonly width: number;
}

function findAll(
  { words, codes, slots, width }: Table,
  wanted: Int32Array,
  rows: number,
  found: Int32Array,
): void {
  const mask = slots.length - 1;
  for (let i = 0; i < rows; i++) {
    const at = i * width;
    let slot = hashOf(wanted, at, width) & mask;
    let code = -1;
    for (;;) {
      const k = slots[slot]!;
      if (k < 0) break;
      const of = k * width;
      let w = 0;
      while (w < width && words[of + w] === wanted[at + w]) w++;
      if (w === width) {
        code = codes[k]!;
        break;
      }
      slot = (slot + 1) & mask;
    }
    found[i] = code;
  }
}

/** Source: the mixing steps of MurmurHash3 (32 bits). */
function hashOf(words: Int32Array, at: number, width: number): number {
  let h = width;
  for (let w = 0; w < width; w++) {
    let k = Math.imul(words[at + w]!, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
