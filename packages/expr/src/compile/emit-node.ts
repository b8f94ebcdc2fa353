import { emitArithmetic } from './emit-arithmetic.js';
import { emitCase, emitCoalesce } from './emit-branches.js';
import { emitCall, emitCast } from './emit-calls.js';
import {
  emitAndOr,
  emitComparison,
  emitIn,
  emitIsNull,
  emitLike,
  emitNot,
  isComparison,
} from './emit-logic.js';
import type { Emitter } from './emitter.js';
import type { Node } from './graph.js';

/** Statements that compute a node from its arguments, which were emitted before. */
export function emitNode(emitter: Emitter, node: Node): void {
  const { op } = node;
  if (isComparison(op)) {
    emitComparison(emitter, node, op);
    return;
  }
  switch (op) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      emitArithmetic(emitter, node);
      break;
    case 'and':
    case 'or':
      emitAndOr(emitter, node);
      break;
    case 'not':
      emitNot(emitter, node);
      break;
    case 'is_null':
      emitIsNull(emitter, node);
      break;
    case 'in':
      emitIn(emitter, node);
      break;
    case 'like':
      emitLike(emitter, node);
      break;
    case 'case':
      emitCase(emitter, node);
      break;
    case 'coalesce':
      emitCoalesce(emitter, node);
      break;
    case 'cast':
      emitCast(emitter, node);
      break;
    case 'call':
      emitCall(emitter, node);
      break;
    default:
      throw new Error(`${op} is not computed`);
  }
}
