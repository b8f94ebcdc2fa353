/**
 * What was loaded, in numbers that do not depend on its order. The checksum is a sum over entries of a hash of key and value
 * (four lanes of 32 bits, made from two): damage, a lost entry, one too many, or two values at each other's keys change it.
 * It is no defence against somebody who means harm.
 */
export interface Tally {
  entries: number;
  bytes: number;
  readonly lanes: Uint32Array;
}

export function newTally(): Tally {
  return { entries: 0, bytes: 0, lanes: new Uint32Array(4) };
}

let bytes = new Uint8Array(4096);
let words = new Uint32Array(bytes.buffer);

/** Cost  about 1 ns a byte; nothing is allocated. */
export function addEntry(tally: Tally, key: Uint8Array, value: Uint8Array): void {
  // Words, lest bytes are read one by one.
  const valueWord = (key.length + 3) >>> 2;
  const size = valueWord + ((value.length + 3) >>> 2);
  if (words.length < size) grow(size);
  bytes.set(key, 0);
  bytes.set(value, 4 * valueWord);
  addWords(tally, words, 0, key.length, words, valueWord, value.length);
}

/** The same of a key and a value that stand at whole words; lengths are in bytes, and what stands behind them does not count. */
export function addWords(
  tally: Tally,
  keyWords: Uint32Array,
  keyWord: number,
  keyLength: number,
  valueWords: Uint32Array,
  valueWord: number,
  valueLength: number,
): void {
  let a = 0x9747b28c ^ keyLength;
  let b = 0x5bd1e995 ^ valueLength;
  for (let side = 0; side < 2; side++) {
    const from = side === 0 ? keyWords : valueWords;
    const length = side === 0 ? keyLength : valueLength;
    let at = side === 0 ? keyWord : valueWord;
    const end = at + (length >>> 2);
    for (; at < end; at++) {
      const word = from[at]!;
      a = Math.imul(a ^ word, 0x9e3779b1);
      a = (a << 13) | (a >>> 19);
      b = Math.imul(b + word, 0x85ebca6b) ^ a;
      b = (b << 17) | (b >>> 15);
    }
    const rest = length & 3;
    if (rest === 0) continue;
    const word = from[at]! & (0xffffffff >>> (32 - 8 * rest));
    a = Math.imul(a ^ word, 0x9e3779b1);
    a = (a << 13) | (a >>> 19);
    b = Math.imul(b + word, 0x85ebca6b) ^ a;
    b = (b << 17) | (b >>> 15);
  }
  const { lanes } = tally;
  lanes[0] = lanes[0]! + mixed(a);
  lanes[1] = lanes[1]! + mixed(b);
  lanes[2] = lanes[2]! + mixed(a ^ ((b << 11) | (b >>> 21)));
  lanes[3] = lanes[3]! + mixed(b + Math.imul(a, 0x9e3779b1));
  tally.entries++;
  tally.bytes += keyLength + valueLength;
}

/** 32 hexadecimal digits. */
export function checksumOf(tally: Tally): string {
  return Array.from(tally.lanes, (lane) => lane.toString(16).padStart(8, '0')).join('');
}

/** A tally to go on with, from what was kept of it. */
export function tallyFrom(entries: number, bytesLoaded: number, checksum: string): Tally {
  const lanes = Uint32Array.from({ length: 4 }, (_, i) =>
    Number.parseInt(checksum.slice(8 * i, 8 * i + 8), 16),
  );
  return { entries, bytes: bytesLoaded, lanes };
}

/** Murmur3's finish: every bit of the hash depends on every bit of it. */
function mixed(hash: number): number {
  let x = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

function grow(size: number): void {
  bytes = new Uint8Array(8 * size);
  words = new Uint32Array(bytes.buffer);
}
