// Keys in a table of open addressing, four to a line of a core's cache: their first words, their second, their third, and
// words of their code + 1 and, of a string, its length; 0 = free. A line is filled from its front; what does not fit in it
// goes to the next one with room.

const LINE_SHIFT: u32 = 6;
const LONGEST_KEY_BYTES: u32 = 12;
/** A length takes four bits. */
const LENGTH_BITS: u32 = 4;
const LENGTH_MASK: u32 = 15;

/** So many rows are in a core's first cache together, with a line of the table for each. */
const GROUP: u32 = 256;

const GOLDEN: u64 = ((<u64>0x9e3779b9) << 32) | 0x7f4a7c15;
const FIRST: u64 = ((<u64>0xff51afd7) << 32) | 0xed558ccd;
const SECOND: u64 = ((<u64>0xc4ceb9fe) << 32) | 0x1a85ec53;

/**
 * Line that a key belongs to. Source: the finaliser of MurmurHash3 (64 bits) without its last step, which no line depends
 * on, and its first, which the multiplications make up for; the range by multiplication (Lemire, 2018).
 */
function lineOf(ab: u64, c: u32, lines: u32): u32 {
  let h = (ab ^ (<u64>c * GOLDEN)) * FIRST;
  h = (h ^ (h >>> 33)) * SECOND;
  return <u32>(((h >>> 32) * <u64>lines) >>> 32);
}

function addressOf(table: usize, line: u32): usize {
  return table + ((<usize>line) << LINE_SHIFT);
}

/** Keys of a line that are so, a bit for each; free places are zeros too, and behind all keys. */
function alike(at: usize, a: u32, b: u32, c: u32): i32 {
  return i32x4.bitmask(
    v128.and(
      v128.and(
        i32x4.eq(v128.load(at), i32x4.splat(a)),
        i32x4.eq(v128.load(at, 16), i32x4.splat(b)),
      ),
      i32x4.eq(v128.load(at, 32), i32x4.splat(c)),
    ),
  );
}

function wordAt(at: usize, place: u32): usize {
  return at + 48 + ((<usize>place) << 2);
}

/**
 * Code of a key, -1 for one that is not there.
 *
 * @param length of a string, 0 of a number: zeros behind a string are no bytes of it
 */
function codeFrom(line: u32, table: usize, lines: u32, a: u32, b: u32, c: u32, length: u32): i32 {
  while (true) {
    const at = addressOf(table, line);
    const found = alike(at, a, b, c);
    if (found !== 0) {
      const word = load<u32>(wordAt(at, ctz(found)));
      // Of a free place -1 too.
      return (word & LENGTH_MASK) === length ? <i32>((word >>> LENGTH_BITS) - 1) : -1;
    }
    if (load<u32>(wordAt(at, 3)) === 0) return -1;
    if (++line === lines) line = 0;
  }
}

/** Words of a key as it lies in a vector: a number's one or two, or a string's length and its bytes. */
function firstOf<Key>(key: usize): u32 {
  return sizeof<Key>() === 16 ? load<u32>(key, 4) : load<u32>(key);
}

function secondOf<Key>(key: usize): u32 {
  if (sizeof<Key>() === 16) return load<u32>(key, 8);
  return sizeof<Key>() === 8 ? load<u32>(key, 4) : 0;
}

function thirdOf<Key>(key: usize): u32 {
  return sizeof<Key>() === 16 ? load<u32>(key, 12) : 0;
}

function lengthOf<Key>(key: usize): u32 {
  return sizeof<Key>() === 16 ? load<u32>(key) : 0;
}

function lineAt<Key>(key: usize, lines: u32): u32 {
  const ab = <u64>firstOf<Key>(key) | ((<u64>secondOf<Key>(key)) << 32);
  return lineOf(ab, thirdOf<Key>(key), lines);
}

/**
 * Put keys into a table: memory is asked for the lines of a group first, as by `find`.
 *
 * Returns  0 when two strings differ in nothing but zeros behind them, else any other
 */
function add<Key>(table: usize, lines: u32, words: usize, codes: usize, keys: u32): u32 {
  let touched: u32 = 1;
  for (let from: u32 = 0; from < keys; from += GROUP) {
    const until = min(keys, from + GROUP);
    for (let k = from; k < until; k++)
      touched |= load<u32>(addressOf(table, lineAt<Key>(words + <usize>k * sizeof<Key>(), lines)));
    for (let k = from; k < until; k++) {
      const key = words + <usize>k * sizeof<Key>();
      const code = load<u32>(codes + ((<usize>k) << 2));
      if (!addKey<Key>(table, lines, key, code)) return 0;
    }
  }
  return touched;
}

function addKey<Key>(table: usize, lines: u32, key: usize, code: u32): bool {
  const a = firstOf<Key>(key);
  const b = secondOf<Key>(key);
  const c = thirdOf<Key>(key);
  let line = lineAt<Key>(key, lines);
  while (true) {
    const at = addressOf(table, line);
    const found = alike(at, a, b, c);
    if (found !== 0 && load<u32>(wordAt(at, ctz(found))) !== 0) return false;
    for (let place: u32 = 0; place < 4; place++) {
      if (load<u32>(wordAt(at, place)) !== 0) continue;
      const to = at + ((<usize>place) << 2);
      store<u32>(to, a);
      store<u32>(to, b, 16);
      store<u32>(to, c, 32);
      store<u32>(to, ((code + 1) << LENGTH_BITS) | lengthOf<Key>(key), 48);
      return true;
    }
    if (++line === lines) line = 0;
  }
}

export function addNarrow(table: usize, lines: u32, words: usize, codes: usize, keys: u32): u32 {
  return add<u32>(table, lines, words, codes, keys);
}

export function addWide(table: usize, lines: u32, words: usize, codes: usize, keys: u32): u32 {
  return add<u64>(table, lines, words, codes, keys);
}

export function addStrings(table: usize, lines: u32, words: usize, codes: usize, keys: u32): u32 {
  return add<v128>(table, lines, words, codes, keys);
}

/** Nothing but loads: so a core has as many of them under way as it can. */
function touch(table: usize, places: usize, rows: u32): u32 {
  let touched: u32 = 0;
  for (let i: u32 = 0; i < rows; i++)
    touched |= load<u32>(addressOf(table, load<u32>(places + ((<usize>i) << 2))));
  return touched;
}

/**
 * Three passes: lines are found; memory is asked for those of a group's rows, all at once, where a loop that compares would
 * wait for each; keys are compared.
 */
function find<Key>(table: usize, lines: u32, words: usize, rows: u32, codes: usize): u32 {
  let touched: u32 = 0;
  for (let from: u32 = 0; from < rows; from += GROUP) {
    const count = min(rows - from, GROUP);
    const keys = words + <usize>from * sizeof<Key>();
    const places = codes + ((<usize>from) << 2);
    for (let i: u32 = 0; i < count; i++) {
      const key = keys + <usize>i * sizeof<Key>();
      store<u32>(places + ((<usize>i) << 2), lineAt<Key>(key, lines));
    }
    touched |= touch(table, places, count);
    for (let i: u32 = 0; i < count; i++) {
      const key = keys + <usize>i * sizeof<Key>();
      const to = places + ((<usize>i) << 2);
      const length = lengthOf<Key>(key);
      const a = firstOf<Key>(key);
      const b = secondOf<Key>(key);
      const c = thirdOf<Key>(key);
      const code = codeFrom(load<u32>(to), table, lines, a, b, c, length);
      // The words of a longer string are a prefix and a pointer.
      store<i32>(to, length <= LONGEST_KEY_BYTES ? code : -1);
    }
  }
  return touched;
}

export function findNarrow(table: usize, lines: u32, words: usize, rows: u32, codes: usize): u32 {
  return find<u32>(table, lines, words, rows, codes);
}

export function findWide(table: usize, lines: u32, words: usize, rows: u32, codes: usize): u32 {
  return find<u64>(table, lines, words, rows, codes);
}

export function findStrings(table: usize, lines: u32, words: usize, rows: u32, codes: usize): u32 {
  return find<v128>(table, lines, words, rows, codes);
}
