import type { Node } from './graph.js';

/**
 * A part of the work that becomes one generated function. V8 does not optimise functions beyond 60 KB of bytecode, so large
 * sets of expressions are cut; what a later part needs of an earlier one is kept for a chunk of rows.
 */
export interface Segment {
  /** What is computed or loaded here, arguments first. */
  readonly nodes: readonly Node[];
  /** Nodes that are loaded: columns, what another segment computed, what is looked up. Constants are neither. */
  readonly leaves: ReadonlySet<Node>;
  /** Results that are stored here, by their position. */
  readonly outputs: readonly { readonly idx: number; readonly node: Node }[];
  /** Nodes computed here that later segments load. */
  readonly kept: readonly Node[];
}

/** How much one generated function does. */
export interface SegmentLimits {
  /** Operations, but for a result that needs more alone. */
  readonly nodes: number;
  /** Results: the arrays of many of them push each other out of the cache's few places for one address. */
  readonly outputs: number;
  /** Operations that are never exceeded. */
  readonly most: number;
}

/** Measured: 30 results in one function take 1.7 times as long as in functions of 5 to 10. */
export const SEGMENT_LIMITS: SegmentLimits = { nodes: 100, outputs: 6, most: 1500 };

interface Draft {
  readonly made: Node[];
  readonly outputs: { idx: number; node: Node }[];
}

/**
 * @param lookedUp nodes that need not be computed
 */
export function segmentsOf(
  roots: readonly Node[],
  lookedUp: ReadonlySet<Node>,
  limits: SegmentLimits = SEGMENT_LIMITS,
): Segment[] {
  const placed = new Map<Node, Draft>();
  const drafts: Draft[] = [];
  let open: Draft = { made: [], outputs: [] };
  const close = () => {
    if (open.made.length > 0 || open.outputs.length > 0) drafts.push(open);
    open = { made: [], outputs: [] };
  };
  const computed = (node: Node) => node.args.length > 0 && !lookedUp.has(node);
  roots.forEach((root, idx) => {
    const fresh = newNodes(root, (node) => computed(node) && !placed.has(node));
    const isFull = open.outputs.length >= limits.outputs;
    if (isFull || (open.made.length > 0 && open.made.length + fresh.length > limits.nodes)) close();
    for (const node of fresh) {
      if (open.made.length >= limits.most) close();
      placed.set(node, open);
      open.made.push(node);
    }
    open.outputs.push({ idx, node: root });
  });
  close();

  const kept = new Map<Draft, Set<Node>>(drafts.map((draft) => [draft, new Set()]));
  const loads = drafts.map((draft) => {
    const leaves = new Set<Node>();
    const load = (node: Node) => {
      const from = placed.get(node);
      if (from === draft || node.op === 'constant') return;
      leaves.add(node);
      if (from !== undefined) kept.get(from)!.add(node);
    };
    for (const node of draft.made) node.args.forEach(load);
    for (const { node } of draft.outputs) load(node);
    return leaves;
  });
  return drafts.map((draft, at) => ({
    nodes: [...draft.made, ...loads[at]!].sort((a, b) => a.id - b.id),
    leaves: loads[at]!,
    outputs: draft.outputs,
    kept: [...kept.get(draft)!],
  }));
}

/** Nodes under `root` that are `wanted`, arguments first; nothing is looked for below one that is not. */
function newNodes(root: Node, wanted: (node: Node) => boolean): Node[] {
  const found: Node[] = [];
  if (!wanted(root)) return found;
  const seen = new Set<Node>([root]);
  const open = [{ node: root, at: 0 }];
  while (open.length > 0) {
    const top = open[open.length - 1]!;
    const next = top.node.args[top.at++];
    if (next === undefined) {
      found.push(top.node);
      open.pop();
    } else if (!seen.has(next) && wanted(next)) {
      seen.add(next);
      open.push({ node: next, at: 0 });
    }
  }
  return found;
}
