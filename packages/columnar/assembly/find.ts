// Keys in a table of open addressing: a slot has three words of the key and its code + 1 (0 = free).

const LONGEST_KEY_BYTES: u32 = 12;

/** Source: the finaliser of MurmurHash3 (32 bits), a word after the other. */
// @ts-expect-error: decorators of AssemblyScript
@inline
function hashOf(a: u32, b: u32, c: u32): u32 {
  let h: u32 = (a ^ (a >>> 16)) * 0x85ebca6b;
  h = (h ^ b ^ (h >>> 13)) * 0xc2b2ae35;
  h = (h ^ c ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  return h ^ (h >>> 16);
}

/** Code of a key, -1 for one that is not there. */
// @ts-expect-error: decorators of AssemblyScript
@inline
function codeOf(slots: usize, mask: u32, a: u32, b: u32, c: u32): i32 {
  let slot = hashOf(a, b, c) & mask;
  while (true) {
    const at = slots + ((<usize>slot) << 4);
    const code = load<i32>(at, 12);
    if (code == 0) return -1;
    if (load<u32>(at) == a && load<u32>(at, 4) == b && load<u32>(at, 8) == c) return code - 1;
    slot = (slot + 1) & mask;
  }
}

/**
 * Put keys into a table.
 *
 * @param width   words of a key in `words`: 1, 2, or 4 with a string's length first
 * @param lengths of strings, by code
 *
 * Returns  0 when two strings differ in nothing but zeros behind them, else 1
 */
export function addKeys(
  slots: usize,
  mask: u32,
  lengths: usize,
  words: usize,
  width: u32,
  codes: usize,
  keys: u32,
): i32 {
  const first: usize = width == 4 ? 4 : 0;
  for (let k: u32 = 0; k < keys; k++) {
    const key = words + (<usize>(k * width) << 2);
    const a = load<u32>(key + first);
    const b: u32 = width == 1 ? 0 : load<u32>(key + first, 4);
    const c: u32 = width == 4 ? load<u32>(key + first, 8) : 0;
    const code = load<i32>(codes + ((<usize>k) << 2));
    let at: usize = 0;
    for (let slot = hashOf(a, b, c) & mask; ; slot = (slot + 1) & mask) {
      at = slots + ((<usize>slot) << 4);
      if (load<i32>(at, 12) == 0) break;
      if (load<u32>(at) == a && load<u32>(at, 4) == b && load<u32>(at, 8) == c) return 0;
    }
    store<u32>(at, a);
    store<u32>(at, b, 4);
    store<u32>(at, c, 8);
    store<i32>(at, code + 1, 12);
    if (width == 4) store<u8>(lengths + code, <u8>load<u32>(key));
  }
  return 1;
}

// A loop for each width: the look-up is all that it does.

export function findNarrow(slots: usize, mask: u32, words: usize, rows: u32, codes: usize): void {
  for (let i: u32 = 0; i < rows; i++) {
    const at = (<usize>i) << 2;
    store<i32>(codes + at, codeOf(slots, mask, load<u32>(words + at), 0, 0));
  }
}

export function findWide(slots: usize, mask: u32, words: usize, rows: u32, codes: usize): void {
  for (let i: u32 = 0; i < rows; i++) {
    const at = words + ((<usize>i) << 3);
    const code = codeOf(slots, mask, load<u32>(at), load<u32>(at, 4), 0);
    store<i32>(codes + ((<usize>i) << 2), code);
  }
}

export function findStrings(
  slots: usize,
  mask: u32,
  lengths: usize,
  words: usize,
  rows: u32,
  codes: usize,
): void {
  for (let i: u32 = 0; i < rows; i++) {
    const at = words + ((<usize>i) << 4);
    const length = load<u32>(at);
    let code: i32 = -1;
    // The words of a longer string are a prefix and a pointer.
    if (length <= LONGEST_KEY_BYTES) {
      code = codeOf(slots, mask, load<u32>(at, 4), load<u32>(at, 8), load<u32>(at, 12));
      // Zeros behind a string are no bytes of it.
      if (code >= 0 && <u32>load<u8>(lengths + code) != length) code = -1;
    }
    store<i32>(codes + ((<usize>i) << 2), code);
  }
}
