import { isListKind, type Value, type ValueKind } from './kind.js';

export type Compare = (a: Value, b: Value) => number;

/**
 * Order by Unicode code point, which is the order of the UTF-8 bytes (S5.5). JavaScript's `<` compares UTF-16 units, where
 * a surrogate (a code point above U+FFFF) sorts below U+E000 … U+FFFF.
 */
export function compareStrings(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointOrder(x) - codePointOrder(y);
  }
  return a.length - b.length;
}

function codePointOrder(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function compareOrdered(a: Value, b: Value): number {
  // Both sides have one scalar kind, so the comparison is the language's own.
  const x = a as number;
  const y = b as number;
  return x < y ? -1 : x > y ? 1 : 0;
}

/**
 * The canonical order of a kind (S5.4): numbers numerically, strings by code point, false before true, lists element by
 * element with null elements first and a prefix before its extension. Equals the byte order of `encodeCanonical`.
 */
export function compareValues(kind: ValueKind): Compare {
  if (kind === 'string') return (a, b) => compareStrings(a as string, b as string);
  if (!isListKind(kind)) return compareOrdered;
  const compareElement = compareValues(kind.list);
  return (a, b) => compareLists(a as readonly Value[], b as readonly Value[], compareElement);
}

function compareLists(a: readonly Value[], b: readonly Value[], compare: Compare): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x === null || y === null) {
      if (x !== y) return x === null ? -1 : 1;
      continue;
    }
    const order = compare(x, y);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
