import { parseNanos } from './time.js';
import type { Expression, Row, SourceSpec, Value } from './types.js';
import { typeOf, unscaled } from './values.js';

/** Something that can be compared: numbers of every type meet as exact fractions, texts as bytes, times as instants. */
type Comparable =
  | { readonly kind: 'number'; readonly num: bigint; readonly den: bigint }
  | { readonly kind: 'double'; readonly x: number }
  | { readonly kind: 'boolean'; readonly x: boolean }
  | { readonly kind: 'text'; readonly x: string }
  | { readonly kind: 'time'; readonly nanos: bigint };

/** Three-valued truth of a predicate on one row whose values are already normalised (S4.4). */
export function truth(source: SourceSpec, predicate: Expression, row: Row): boolean | null {
  switch (predicate.op) {
    case 'and':
    case 'or': {
      const decides = predicate.op === 'or';
      const parts = predicate.args.map((arg) => truth(source, arg, row));
      if (parts.includes(decides)) return decides;
      return parts.includes(null) ? null : !decides;
    }
    case 'not': {
      const inner = truth(source, predicate.arg, row);
      return inner === null ? null : !inner;
    }
    case 'is_null':
      return operand(source, predicate.operand, row) === null;
    case 'column':
      return (row[predicate.column] ?? null) as boolean | null;
    case 'in': {
      const left = operand(source, predicate.operand, row);
      if (left === null) return null;
      const parts = predicate.values.map((value) => {
        const right = operand(source, value, row);
        return right === null ? null : order(left, right) === 0;
      });
      if (parts.includes(true)) return true;
      return parts.includes(null) ? null : false;
    }
    case 'sql':
      throw new Error('the oracle does not read SQL');
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const left = operand(source, predicate.left, row);
      const right = operand(source, predicate.right, row);
      if (left === null || right === null) return null;
      return holds(predicate.op, order(left, right));
    }
    default:
      throw new Error(`the oracle does not read ${predicate.op}`);
  }
}

function holds(op: '=' | '<>' | '<' | '<=' | '>' | '>=', c: number): boolean {
  switch (op) {
    case '=':
      return c === 0;
    case '<>':
      return c !== 0;
    case '<':
      return c < 0;
    case '<=':
      return c <= 0;
    case '>':
      return c > 0;
    case '>=':
      return c >= 0;
  }
}

function operand(source: SourceSpec, spec: Expression, row: Row): Comparable | null {
  if (spec.op === 'literal') return fromLiteral(spec.literal);
  if (spec.op !== 'column') throw new Error(`the oracle compares no ${spec.op}`);
  const value = row[spec.column] ?? null;
  if (value === null) return null;
  const type = typeOf(source, spec.column);
  switch (type.kind) {
    case 'decimal':
      return {
        kind: 'number',
        num: unscaled(String(value), type.scale),
        den: 10n ** BigInt(type.scale),
      };
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return { kind: 'time', nanos: parseNanos(String(value)) };
    default:
      return fromLiteral(value);
  }
}

function fromLiteral(value: Value): Comparable | null {
  if (value === null) return null;
  if (typeof value === 'bigint') return { kind: 'number', num: value, den: 1n };
  if (typeof value === 'boolean') return { kind: 'boolean', x: value };
  if (typeof value === 'string') return { kind: 'text', x: value };
  if (typeof value !== 'number') throw new Error('lists are not compared');
  return Number.isSafeInteger(value)
    ? { kind: 'number', num: BigInt(value), den: 1n }
    : { kind: 'double', x: value };
}

function order(a: Comparable, b: Comparable): number {
  if (a.kind === 'time' || b.kind === 'time') {
    const x = instant(a);
    const y = instant(b);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a.kind === 'text' && b.kind === 'text')
    return Buffer.compare(Buffer.from(a.x), Buffer.from(b.x));
  if (a.kind === 'boolean' && b.kind === 'boolean') return Number(a.x) - Number(b.x);
  if (a.kind === 'number' && b.kind === 'number') {
    const d = a.num * b.den - b.num * a.den;
    return d < 0n ? -1 : d > 0n ? 1 : 0;
  }
  // A double beside an integer: both are exactly comparable in JavaScript. Decimals meet whole literals only.
  const x = loose(a);
  const y = loose(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

function instant(c: Comparable): bigint {
  if (c.kind === 'time') return c.nanos;
  if (c.kind === 'text') return parseNanos(c.x);
  throw new Error(`a time is not compared with a ${c.kind}`);
}

function loose(c: Comparable): number | bigint {
  if (c.kind === 'double') return c.x;
  if (c.kind === 'number' && c.den === 1n) return c.num;
  throw new Error(`not comparable: ${c.kind}`);
}
