import type { DataType } from '@tessera/api';
import { nearestDouble } from '../compile/decimal.js';
import type { TypedLiteral } from '../types.js';

/**
 * Stored values that expressions see as one: decimals of many digits as their nearest double, ns as their µs. A comparison of
 * what is seen with a literal is one of what is stored with these bounds, which DuckDB prunes files and row groups by.
 */
export interface StoredValues {
  /** First stored value that is not below the literal, and the first above it: SQL, or where all there are lie. */
  readonly first: Bound;
  readonly beyond: Bound;
}

/** `least`: no stored value is below; `none`: every one is. */
export type Bound = 'least' | 'none' | { readonly sql: string };

/** Digits below 2^53, which a double holds, by a power of ten, which it holds too: values differ where their doubles do. */
export const EXACT_DIGITS = 15;

/** Bounds of the values of a column that are seen as the literal; undefined where values are seen as they are stored. */
export function storedValues(
  declared: DataType,
  { literal }: TypedLiteral,
): StoredValues | undefined {
  if (declared.kind === 'timestamp_ns') {
    const us = BigInt(literal as string);
    return { first: instantBound(us * 1000n), beyond: instantBound((us + 1n) * 1000n) };
  }
  if (declared.kind !== 'decimal' || declared.precision <= EXACT_DIGITS) return undefined;
  const value = literal as number;
  return {
    first: decimalBound(declared, (one) => one >= value),
    beyond: decimalBound(declared, (one) => one > value),
  };
}

/** What is seen of a column may differ from what is stored. */
export function isSeenOtherwise(declared: DataType): boolean {
  if (declared.kind === 'decimal') return declared.precision > EXACT_DIGITS;
  return declared.kind === 'timestamp_ns';
}

const MOST_NS = 2n ** 63n - 1n;

function instantBound(ns: bigint): Bound {
  if (ns > MOST_NS) return 'none';
  return ns <= -MOST_NS ? 'least' : { sql: `make_timestamp_ns(CAST(${ns} AS BIGINT))` };
}

/** The least decimal whose double passes; doubles grow with the decimals they are nearest to. */
function decimalBound(
  { precision, scale }: DataType & { readonly kind: 'decimal' },
  passes: (value: number) => boolean,
): Bound {
  const most = 10n ** BigInt(precision) - 1n;
  let [low, high] = [-most, most + 1n];
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (passes(nearestDouble(middle, scale))) high = middle;
    else low = middle + 1n;
  }
  if (low > most) return 'none';
  if (low === -most) return 'least';
  return { sql: `CAST('${decimalText(low, scale)}' AS DECIMAL(${precision},${scale}))` };
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-scale)}`;
}
