import { MAX_DEPTH, MAX_PARTS } from './limits.js';
import type { Expression } from './tree.js';
import { partsOf } from './walk.js';

interface Measure {
  readonly depth: number;
  readonly parts: number;
}

const LEAF: Measure = { depth: 0, parts: 1 };

/**
 * Depth and size of trees as they are put together, each node measured once, though many may hold it.
 *
 * Returns  a function that says why a new node, whose parts were measured before it, is too large; undefined when it is not.
 */
export function measurer(): (node: Expression) => string | undefined {
  const known = new Map<Expression, Measure>();
  return (node) => {
    const inner = partsOf(node);
    if (inner.length === 0) return undefined;
    let [depth, parts] = [0, 1];
    for (const part of inner) {
      const own = known.get(part) ?? LEAF;
      depth = Math.max(depth, own.depth);
      parts += own.parts;
    }
    known.set(node, { depth: depth + 1, parts });
    if (depth >= MAX_DEPTH) return `nests deeper than ${MAX_DEPTH} levels`;
    if (parts > MAX_PARTS) return `has more than ${MAX_PARTS} parts`;
    return undefined;
  };
}
