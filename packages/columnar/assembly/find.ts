// Keys in a table of open addressing. A slot has three words of the key, and a word of its code + 1 and, of a string, its
// length; 0 = free.

const LONGEST_KEY_BYTES: u32 = 12;
/** A length takes four bits. */
const LENGTH_BITS: u32 = 4;
const LENGTH_MASK: u32 = 15;

/** So many rows are in a core's first cache together, with a line of the table for each. */
const GROUP: u32 = 256;

/** Source: the finaliser of MurmurHash3 (32 bits), a word after the other. */
function hashOf(a: u32, b: u32, c: u32): u32 {
  let h: u32 = (a ^ (a >>> 16)) * 0x85ebca6b;
  h = (h ^ b ^ (h >>> 13)) * 0xc2b2ae35;
  h = (h ^ c ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  return h ^ (h >>> 16);
}

/**
 * Code of a key, -1 for one that is not there.
 *
 * @param length of a string, 0 of a number: zeros behind a string are no bytes of it
 */
function codeFrom(slot: u32, slots: usize, mask: u32, a: u32, b: u32, c: u32, length: u32): i32 {
  while (true) {
    const at = slots + ((<usize>slot) << 4);
    const word = load<u32>(at, 12);
    if (word === 0) return -1;
    if (load<u32>(at) === a && load<u32>(at, 4) === b && load<u32>(at, 8) === c)
      return (word & LENGTH_MASK) === length ? <i32>((word >>> LENGTH_BITS) - 1) : -1;
    slot = (slot + 1) & mask;
  }
}

/**
 * Put keys into a table.
 *
 * @param width words of a key in `words`: 1, 2, or 4 with a string's length first
 *
 * Returns  0 when two strings differ in nothing but zeros behind them, else 1
 */
export function addKeys(
  slots: usize,
  mask: u32,
  words: usize,
  width: u32,
  codes: usize,
  keys: u32,
): i32 {
  const first: usize = width === 4 ? 4 : 0;
  for (let k: u32 = 0; k < keys; k++) {
    const key = words + ((<usize>(k * width)) << 2);
    const a = load<u32>(key + first);
    const b: u32 = width === 1 ? 0 : load<u32>(key + first, 4);
    const c: u32 = width === 4 ? load<u32>(key + first, 8) : 0;
    let slot = hashOf(a, b, c) & mask;
    let at = slots + ((<usize>slot) << 4);
    while (load<u32>(at, 12) !== 0) {
      if (load<u32>(at) === a && load<u32>(at, 4) === b && load<u32>(at, 8) === c) return 0;
      slot = (slot + 1) & mask;
      at = slots + ((<usize>slot) << 4);
    }
    const length: u32 = width === 4 ? load<u32>(key) : 0;
    store<u32>(at, a);
    store<u32>(at, b, 4);
    store<u32>(at, c, 8);
    store<u32>(at, ((load<u32>(codes + ((<usize>k) << 2)) + 1) << LENGTH_BITS) | length, 12);
  }
  return 1;
}

// A loop for each width, and two passes: the first asks memory for the slots of a group's rows, all at once, where one that
// compares would wait for each.

export function findNarrow(slots: usize, mask: u32, words: usize, rows: u32, codes: usize): u32 {
  let touched: u32 = 0;
  for (let from: u32 = 0; from < rows; from += GROUP) {
    const until = min(rows, from + GROUP);
    for (let i = from; i < until; i++) {
      const slot = hashOf(load<u32>(words + ((<usize>i) << 2)), 0, 0) & mask;
      touched |= load<u32>(slots + ((<usize>slot) << 4), 12);
      store<u32>(codes + ((<usize>i) << 2), slot);
    }
    for (let i = from; i < until; i++) {
      const to = codes + ((<usize>i) << 2);
      const a = load<u32>(words + ((<usize>i) << 2));
      store<i32>(to, codeFrom(load<u32>(to), slots, mask, a, 0, 0, 0));
    }
  }
  return touched;
}

export function findWide(slots: usize, mask: u32, words: usize, rows: u32, codes: usize): u32 {
  let touched: u32 = 0;
  for (let from: u32 = 0; from < rows; from += GROUP) {
    const until = min(rows, from + GROUP);
    for (let i = from; i < until; i++) {
      const at = words + ((<usize>i) << 3);
      const slot = hashOf(load<u32>(at), load<u32>(at, 4), 0) & mask;
      touched |= load<u32>(slots + ((<usize>slot) << 4), 12);
      store<u32>(codes + ((<usize>i) << 2), slot);
    }
    for (let i = from; i < until; i++) {
      const at = words + ((<usize>i) << 3);
      const to = codes + ((<usize>i) << 2);
      const slot = load<u32>(to);
      store<i32>(to, codeFrom(slot, slots, mask, load<u32>(at), load<u32>(at, 4), 0, 0));
    }
  }
  return touched;
}

export function findStrings(slots: usize, mask: u32, words: usize, rows: u32, codes: usize): u32 {
  let touched: u32 = 0;
  for (let from: u32 = 0; from < rows; from += GROUP) {
    const until = min(rows, from + GROUP);
    for (let i = from; i < until; i++) {
      const at = words + ((<usize>i) << 4);
      const slot = hashOf(load<u32>(at, 4), load<u32>(at, 8), load<u32>(at, 12)) & mask;
      touched |= load<u32>(slots + ((<usize>slot) << 4), 12);
      store<u32>(codes + ((<usize>i) << 2), slot);
    }
    for (let i = from; i < until; i++) {
      const at = words + ((<usize>i) << 4);
      const to = codes + ((<usize>i) << 2);
      const length = load<u32>(at);
      const a = load<u32>(at, 4);
      const b = load<u32>(at, 8);
      const c = load<u32>(at, 12);
      // The words of a longer string are a prefix and a pointer.
      const isKnown = length <= LONGEST_KEY_BYTES;
      const slot = load<u32>(to);
      store<i32>(to, isKnown ? codeFrom(slot, slots, mask, a, b, c, length) : -1);
    }
  }
  return touched;
}
