import { roundBinaryQuotient } from '../exact/binary.js';
import {
  addToExpansion,
  type Expansion,
  expansionToBigInt,
  expansionToBinary,
  roundExpansion,
} from '../exact/expansion.js';
import type { Value, ValueKind } from '../values/kind.js';
import type { Problem } from './state.js';

/**
 * How values of a numeric kind are summed exactly. Every kind sums into an expansion, integers and unscaled decimals too:
 * it is wider than any of them, needs no allocation, and a small integer sum is one double.
 */
export interface ExactSum {
  /** e += sign · value. */
  add(e: Expansion, value: Value, sign: 1 | -1): void;
  /** The sum in the type of SUM's output; null where it is not finite. */
  result(e: Expansion): number | bigint | null | Problem;
  /** The sum as a double, rounded once. */
  rounded(e: Expansion): number;
}

const INT64_MAX = 2n ** 63n - 1n;
const DECIMAL_MAX = 10n ** 38n - 1n;

export function exactSum(kind: ValueKind, scale: number): ExactSum {
  switch (kind) {
    case 'number':
      return {
        add: (e, value, sign) => addToExpansion(e, sign * (value as number)),
        result(e) {
          const sum = roundExpansion(e);
          return Number.isFinite(sum) ? sum : null;
        },
        rounded: (e) => roundExpansion(e),
      };
    case 'int':
    case 'boolean':
      return {
        add: (e, value, sign) => addToExpansion(e, sign * Number(value)),
        result: (e) => integerResult(e, -INT64_MAX - 1n, INT64_MAX, 'int64'),
        rounded: (e) => roundExpansion(e),
      };
    case 'bigint':
      return {
        add: addBigInt,
        result: (e) => integerResult(e, -INT64_MAX - 1n, INT64_MAX, 'int64'),
        rounded: (e) => roundExpansion(e),
      };
    case 'decimal': {
      const den = 10n ** BigInt(scale);
      return {
        add: addBigInt,
        result: (e) => integerResult(e, -DECIMAL_MAX, DECIMAL_MAX, `decimal(38,${scale})`),
        rounded: (e) => roundBinaryQuotient(expansionToBinary(e), den),
      };
    }
    default:
      throw new RangeError(`not a numeric kind: ${JSON.stringify(kind)}`);
  }
}

function addBigInt(e: Expansion, value: Value, sign: 1 | -1): void {
  let rest = value as bigint;
  while (rest !== 0n) {
    const component = Number(rest);
    addToExpansion(e, sign * component);
    rest -= BigInt(component);
  }
}

function integerResult(e: Expansion, min: bigint, max: bigint, type: string): bigint | Problem {
  const sum = expansionToBigInt(e);
  return sum >= min && sum <= max
    ? sum
    : { problem: 'SUM_OVERFLOW', detail: `the sum ${sum} is beyond ${type}` };
}
