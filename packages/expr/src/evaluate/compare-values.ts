import type { Value } from '../types.js';

/** Order of two values of one scalar type, neither null: negative, 0 or positive. Strings by their UTF-8 bytes. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

/** UTF-8 byte order is code point order; UTF-16 has surrogates (above U+FFFF) before U+E000 to U+FFFF. */
export function compareText(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x === y) continue;
    const high = (unit: number): number =>
      unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
    return high(x) - high(y);
  }
  return a.length - b.length;
}
