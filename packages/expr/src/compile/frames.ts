import type { Node } from './graph.js';

/**
 * A block of statements of generated code. A node is computed in the innermost block that holds all of its uses: once, and
 * only on rows that come there.
 */
export interface Frame {
  readonly parent: Frame | null;
  readonly depth: number;
  readonly lines: string[];
}

export interface Frames {
  readonly root: Frame;
  /** Where a node is computed. */
  of(node: Node): Frame;
  /** Where a node's argument is used. */
  ofArgument(node: Node, at: number): Frame;
  /** How often a node is used, by others or as a result. */
  uses(node: Node): number;
}

function below(parent: Frame): Frame {
  return { parent, depth: parent.depth + 1, lines: [] };
}

function common(a: Frame, b: Frame): Frame {
  let x = a;
  let y = b;
  while (x.depth > y.depth) x = x.parent!;
  while (y.depth > x.depth) y = y.parent!;
  while (x !== y) {
    x = x.parent!;
    y = y.parent!;
  }
  return x;
}

/**
 * The block of each argument of a node, in the node's own block or below it.
 *
 *   case       if₁ is always computed; then₁ in a block; what follows it in a block that holds the rest
 *   coalesce   the first is always computed, each further one in a block within the one before
 */
function argumentFrames(node: Node, own: Frame): Frame[] {
  const frames: Frame[] = [];
  let rest = own;
  if (node.op === 'coalesce') {
    for (const _ of node.args) {
      frames.push(rest);
      rest = below(rest);
    }
  } else {
    for (let at = 0; at + 1 < node.args.length; at += 2) {
      frames.push(rest, below(rest));
      rest = below(rest);
    }
    frames.push(rest);
  }
  return frames;
}

/**
 * @param nodes what is computed or loaded here, arguments first
 * @param leaves those that are loaded
 * @param roots what is needed on every row: results, and what is computed here for elsewhere
 */
export function framesOf(
  nodes: readonly Node[],
  leaves: ReadonlySet<Node>,
  roots: readonly Node[],
): Frames {
  const root: Frame = { parent: null, depth: 0, lines: [] };
  const frames = new Map<Node, Frame>();
  const uses = new Map<Node, number>();
  const branches = new Map<Node, readonly Frame[]>();
  const use = (node: Node, frame: Frame) => {
    const before = frames.get(node);
    frames.set(node, before === undefined ? frame : common(before, frame));
    uses.set(node, (uses.get(node) ?? 0) + 1);
  };
  for (const node of roots) use(node, root);
  for (let at = nodes.length - 1; at >= 0; at--) {
    const node = nodes[at]!;
    const own = frames.get(node);
    if (own === undefined || leaves.has(node)) continue;
    if (node.op === 'case' || node.op === 'coalesce') branches.set(node, argumentFrames(node, own));
    node.args.forEach((arg, idx) => {
      use(arg, branches.get(node)?.[idx] ?? own);
    });
  }
  return {
    root,
    of: (node) => frames.get(node) ?? root,
    ofArgument: (node, at) => branches.get(node)?.[at] ?? frames.get(node) ?? root,
    uses: (node) => uses.get(node) ?? 0,
  };
}
