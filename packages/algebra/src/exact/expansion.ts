import { addBinary, type Binary, doubleToBinary, roundBinary } from './binary.js';

/**
 * An exact sum as a list of doubles: non-overlapping, of increasing magnitude, no zeros; empty is 0.
 *
 * Many lists have one value. The *canonical* one is produced from the top: each component is the rest of the sum, rounded
 * to nearest (ties to even). So the last element is the correctly rounded sum, and equal values have equal lists.
 *
 * A sum beyond the range of a double is `[…low, k, Infinity]`, the value `low + k · 2^1024` with `low` in
 * [-2^1023, 2^1023): opaque to callers, understood by every function here, and short however far the sum strays.
 *
 * Source   Shewchuk, Adaptive Precision Floating-Point Arithmetic (1997), GROW-EXPANSION and COMPRESS.
 */
export type Expansion = number[];

/** Below this magnitude (2^1000) no intermediate of the float paths can overflow. */
const SAFE = 2 ** 1000;
/** A list this long is compressed, so that fragments of few bits cannot pile up. */
const LONG = 8;

/** e += x, exactly, in place. Throws RangeError when x is NaN or ±Infinity; e is then unchanged. */
export function addToExpansion(e: Expansion, x: number): void {
  const length = e.length;
  if (!(Math.abs(x) < SAFE) || (length > 0 && !(Math.abs(e[length - 1]!) < SAFE))) {
    addExtreme(e, x);
    return;
  }
  if (length === 0) {
    if (x !== 0) e.push(x);
    return;
  }
  if (length === 1) {
    const a = e[0]!;
    const sum = a + x;
    const part = sum - a;
    const error = a - (sum - part) + (x - part);
    if (error !== 0) {
      e[0] = error;
      e.push(sum);
    } else if (sum !== 0) e[0] = sum;
    else e.pop();
    return;
  }
  if (length === 2) {
    addToPair(e, x);
    return;
  }
  let carry = x;
  let kept = 0;
  for (let i = 0; i < length; i++) {
    const a = e[i]!;
    const sum = carry + a;
    const part = sum - carry;
    const error = carry - (sum - part) + (a - part);
    if (error !== 0) kept = keep(e, kept, error);
    carry = sum;
  }
  if (carry !== 0) kept = keep(e, kept, carry);
  while (e.length > kept) e.pop();
  if (kept > LONG) replace(e, canonicalExpansion(e));
}

/**
 * Stores the next component, or adds it to the one before where that is exact: neighbours of few bits become one, and the
 * list stays as short as its value allows, nearly always.
 */
function keep(e: Expansion, kept: number, component: number): number {
  if (kept > 0) {
    const below = e[kept - 1]!;
    const both = component + below;
    if (both - component === below) {
      e[kept - 1] = both;
      return kept;
    }
  }
  e[kept] = component;
  return kept + 1;
}

/** The loop above, for two components. */
function addToPair(e: Expansion, x: number): void {
  const a = e[0]!;
  const b = e[1]!;
  const low = x + a;
  const lowPart = low - x;
  const error0 = x - (low - lowPart) + (a - lowPart);
  const high = low + b;
  const highPart = high - low;
  const error1 = low - (high - highPart) + (b - highPart);
  if (error1 !== 0) {
    const both = error1 + error0;
    e[1] = high;
    if (both - error1 === error0) e[0] = both;
    else {
      e[0] = error0;
      e[1] = error1;
      e.push(high);
    }
    return;
  }
  let kept = 0;
  if (error0 !== 0) e[kept++] = error0;
  if (high !== 0) kept = keep(e, kept, high);
  while (e.length > kept) e.pop();
}

/** e += other, exactly, in place; `other` is unchanged and may be any list of doubles, non-overlapping or not. */
export function mergeExpansion(e: Expansion, other: ArrayLike<number>): void {
  if (isBeyondDouble(other, other.length)) {
    replace(e, binaryToExpansion(addBinary(expansionToBinary(e), expansionToBinary(other))));
    return;
  }
  for (let i = 0; i < other.length; i++) addToExpansion(e, other[i]!);
}

/** A fresh list: the one canonical form of the value. `e` may be any list of doubles, in any order. */
export function canonicalExpansion(e: ArrayLike<number>): Expansion {
  if (e.length === 0) return [];
  if (e.length === 1) return e[0] === 0 ? [] : [e[0]!];
  if (!allSafe(e, e.length)) return binaryToExpansion(expansionToBinary(e));
  if (e.length === 2) {
    const a = e[0]!;
    const b = e[1]!;
    const sum = a + b;
    const part = sum - a;
    const error = a - (sum - part) + (b - part);
    if (error !== 0) return [error, sum];
    return sum === 0 ? [] : [sum];
  }
  const count = distil(e, e.length);
  const packed = compress(count);
  return isRounded(packed, packed.length) ? packed : binaryToExpansion(expansionToBinary(packed));
}

/**
 * The sum of any finite doubles (they may overlap), correctly rounded to nearest, ties to even. ±Infinity beyond the range
 * of a double; an intermediate overflow does not matter. Zero is +0.
 *
 * `length` limits the list to its first elements.
 */
export function roundExpansion(e: ArrayLike<number>, length: number = e.length): number {
  if (length === 0) return 0;
  if (length === 1) return e[0]! + 0;
  if (length === 2 && Number.isFinite(e[1]!)) return e[0]! + e[1]! + 0;
  if (!allSafe(e, length)) return roundBinary(expansionToBinary(e, length));
  return roundDistilled(distil(e, length));
}

/** The exact integer a list of integral doubles adds up to. Throws RangeError when the sum is not an integer. */
export function expansionToBigInt(e: ArrayLike<number>): bigint {
  const { mantissa, exponent } = expansionToBinary(e);
  if (exponent >= 0) return mantissa << BigInt(exponent);
  const whole = mantissa >> BigInt(-exponent);
  if (whole << BigInt(-exponent) !== mantissa) throw new RangeError('the sum is not an integer');
  return whole;
}

/** The canonical expansion of an integer; throws RangeError beyond 2^1077. */
export function bigintToExpansion(value: bigint): Expansion {
  return binaryToExpansion({ mantissa: value, exponent: 0 });
}

/**
 * The two leading doubles of a sum, `out[at]` and `out[at + 1]`: together within 2^-104 of it, relatively, and the first is
 * the second's sum with it, rounded. Returns false when the list holds a value of 2^1000 or more.
 */
export function leadingPair(e: ArrayLike<number>, out: Float64Array, at: number): boolean {
  out[at] = 0;
  out[at + 1] = 0;
  if (!allSafe(e, e.length)) return false;
  if (e.length === 1) {
    out[at] = e[0]!;
    return true;
  }
  if (e.length === 2) {
    const a = e[0]!;
    const b = e[1]!;
    const both = a + b;
    const part = both - a;
    out[at] = both;
    out[at + 1] = a - (both - part) + (b - part);
    return true;
  }
  let i = distil(e, e.length) - 1;
  if (i < 0) return true;
  // A non-overlapping list may lead with components of few bits: add from the top until two full ones are had.
  const first = addDown(i);
  i = resumeAt;
  if (i < 0) {
    out[at] = first;
    return true;
  }
  const second = addDown(i);
  const sum = first + second;
  out[at] = sum;
  out[at + 1] = second - (sum - first);
  return true;
}

/** Whether the sum of any doubles below 2^1000 is exactly 0. */
export function isZeroSum(e: ArrayLike<number>, length: number): boolean {
  return distil(e, length) === 0;
}

/** The exact value of any list of doubles. */
export function expansionToBinary(e: ArrayLike<number>, length: number = e.length): Binary {
  let total: Binary = { mantissa: 0n, exponent: 0 };
  let end = length;
  if (isBeyondDouble(e, length)) {
    end -= 2;
    total = { mantissa: BigInt(e[end]!), exponent: 1024 };
  }
  for (let i = 0; i < end; i++) total = addBinary(total, doubleToBinary(e[i]!));
  return total;
}

/**
 * The canonical expansion of an exact value, which must be a multiple of 2^-1074 and below 2^1077, as every sum of doubles
 * is that can be counted.
 */
export function binaryToExpansion(value: Binary): Expansion {
  const tail: number[] = [];
  let rest = value;
  if (!Number.isFinite(roundBinary(value))) {
    // value ≥ 2^1024 - 2^970 in magnitude, so its exponent may still be negative: bring it to a common scale.
    const scale = Math.min(value.exponent, 0);
    const mantissa = value.mantissa << BigInt(value.exponent - scale);
    const unit = BigInt(1024 - scale);
    const times = (mantissa + (1n << (unit - 1n))) >> unit;
    if (!Number.isSafeInteger(Number(times))) throw new RangeError('beyond 2^1077');
    tail.push(Infinity, Number(times));
    rest = { mantissa: mantissa - (times << unit), exponent: scale };
  }
  while (rest.mantissa !== 0n) {
    const component = roundBinary(rest);
    if (component === 0) throw new RangeError('not a sum of doubles');
    tail.push(component);
    rest = addBinary(rest, doubleToBinary(-component));
  }
  return tail.reverse();
}

function isBeyondDouble(e: ArrayLike<number>, length: number): boolean {
  return length >= 2 && e[length - 1] === Infinity;
}

function addExtreme(e: Expansion, x: number): void {
  replace(e, binaryToExpansion(addBinary(expansionToBinary(e), doubleToBinary(x))));
}

function replace(e: Expansion, by: Expansion): void {
  for (let i = 0; i < by.length; i++) e[i] = by[i]!;
  while (e.length > by.length) e.pop();
}

function allSafe(e: ArrayLike<number>, length: number): boolean {
  for (let i = 0; i < length; i++) if (!(Math.abs(e[i]!) < SAFE)) return false;
  return true;
}

/** Workspace of one call; nothing below keeps it between calls. */
let parts = new Float64Array(64);

/** Writes a non-overlapping list of equal value into `parts`; returns its length. */
function distil(e: ArrayLike<number>, length: number): number {
  if (parts.length < length + 1) parts = new Float64Array(2 * length);
  let count = 0;
  for (let k = 0; k < length; k++) {
    let carry = e[k]!;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const a = parts[i]!;
      const sum = carry + a;
      const part = sum - carry;
      const error = carry - (sum - part) + (a - part);
      if (error !== 0) parts[kept++] = error;
      carry = sum;
    }
    if (carry !== 0) parts[kept++] = carry;
    count = kept;
  }
  return count;
}

/**
 * Rounds the non-overlapping list in `parts`. What is below the first error can change the result only when that error is
 * exactly half a unit: then the sign of the next component decides (Hettinger's correction in Python's fsum).
 */
function roundDistilled(count: number): number {
  if (count === 0) return 0;
  let i = count - 1;
  let high = parts[i]!;
  let low = 0;
  while (i > 0) {
    const x = high;
    const y = parts[--i]!;
    high = x + y;
    low = y - (high - x);
    if (low !== 0) break;
  }
  if (i > 0 && low < 0 === parts[i - 1]! < 0 && low !== 0) {
    const twice = low * 2;
    const moved = high + twice;
    if (moved - high === twice) high = moved;
  }
  return high;
}

/** Where `addDown` stopped: the position that holds its remainder, or -1. */
let resumeAt = -1;

/** Adds `parts` downwards from `i` until an addition is inexact; the error replaces that component. */
function addDown(i: number): number {
  let high = parts[i]!;
  for (let j = i - 1; j >= 0; j--) {
    const a = parts[j]!;
    const sum = high + a;
    const error = a - (sum - high);
    high = sum;
    if (error !== 0) {
      parts[j] = error;
      resumeAt = j;
      return high;
    }
  }
  resumeAt = -1;
  return high;
}

/** Shewchuk's COMPRESS of the list in `parts`: few components, the last a close approximation of the whole. */
function compress(count: number): Expansion {
  if (count === 0) return [];
  const down: number[] = [];
  let carry = parts[count - 1]!;
  for (let i = count - 2; i >= 0; i--) {
    const a = parts[i]!;
    const sum = carry + a;
    const error = a - (sum - carry);
    if (error !== 0) {
      down.push(sum);
      carry = error;
    } else carry = sum;
  }
  const up: number[] = [];
  for (let i = down.length - 1; i >= 0; i--) {
    const a = down[i]!;
    const sum = a + carry;
    const error = carry - (sum - a);
    if (error !== 0) up.push(error);
    carry = sum;
  }
  if (carry !== 0) up.push(carry);
  return up;
}

/**
 * Whether a list is known to be in the canonical form of its value: no list that is not. Beyond 2^1000, and where two doubles
 * lie equally near, it may say false of one that is.
 */
export function isKnownCanonical(e: ArrayLike<number>, length: number): boolean {
  for (let i = 0; i < length; i++) if (e[i] === 0) return false;
  return allSafe(e, length) && isRounded(e, length);
}

/**
 * Whether each component is the rest of the sum rounded to nearest. The rest below component i lies between e[i-1] and its
 * neighbour in the direction of e[i-2]; when both round back to e[i], by monotony so does everything between.
 */
function isRounded(e: ArrayLike<number>, length: number): boolean {
  for (let i = length - 1; i > 0; i--) {
    const upper = e[i]!;
    const next = e[i - 1]!;
    if (upper + next !== upper) return false;
    if (i > 1) {
      const below = e[i - 2]!;
      if (next + below !== next) return false;
      // At least one unit of `next` further in that direction.
      const step = Math.abs(next) * 2 ** -52 + Number.MIN_VALUE;
      if (upper + (next + (below < 0 ? -step : step)) !== upper) return false;
    }
  }
  return true;
}
