import type { ExprType } from '../types.js';
import { BAIL, type Emitter, nameOf } from './emitter.js';
import type { Node } from './graph.js';
import { MAX_SAFE } from './representation.js';

export function isDoubleType(type: ExprType): boolean {
  return type.kind === 'double';
}

export function isDoubleArithmetic(node: Node): boolean {
  return node.type.kind === 'double' && ['+', '-', '*', '/', '%'].includes(node.op);
}

/**
 * Whether a double that is not finite, or -0, comes out of the node as one again if it is argument `at`, so that nobody
 * needs to look at it before. Not as a divisor: 1 / ∞ is 0, and should be null.
 */
export function passesOn(node: Node, at: number): boolean {
  return isDoubleArithmetic(node) && (at === 0 || (node.op !== '/' && node.op !== '%'));
}

/** `x + (x - x)`: NaN where x is not finite, 0 where it is -0; no branch. */
export function normalized(x: string): string {
  return `${x} + (${x} - ${x})`;
}

function beyondSafe(x: string): string {
  return `${x} > ${MAX_SAFE} || ${x} < -${MAX_SAFE}`;
}

/** Give the row up where the whole number under this name is not held exactly. Null passes. */
export function checkSafe(emitter: Emitter, node: Node): void {
  const name = nameOf(node);
  emitter.line(node, `if (${beyondSafe(name)}) ${BAIL}`);
}

/** Null where int64 does not reach. V8 knows this form. */
function fitting(value: bigint): bigint | null {
  return BigInt.asIntN(64, value) === value ? value : null;
}

export function emitArithmetic(emitter: Emitter, node: Node): void {
  const left = emitter.argument(node, 0);
  const right = emitter.argument(node, 1);
  const text = `${left} ${node.op} ${right}`;
  if (node.type.kind === 'double') {
    if (emitter.raw.has(node)) {
      emitter.define(node, text);
      return;
    }
    const name = nameOf(node);
    emitter.line(node, `const ${name}x = ${text};`);
    emitter.define(node, normalized(`${name}x`));
    return;
  }
  if (emitter.mode === 'fast') {
    // A product or remainder of whole numbers may be -0. The remainder by zero is NaN, and null.
    emitter.define(node, node.op === '*' || node.op === '%' ? `${text} + 0` : text);
    // Below 2^53 the rounded sum or product is the exact one; from there on it is never rounded to less.
    if (node.op !== '%') checkSafe(emitter, node);
    return;
  }
  const anyNull = `${left} === null || ${right} === null`;
  if (node.op === '%') {
    emitter.define(node, `${anyNull} || ${right} === 0n ? null : ${text}`);
    return;
  }
  emitter.define(node, `${anyNull} ? null : ${emitter.constant(fitting)}(${text})`);
}
