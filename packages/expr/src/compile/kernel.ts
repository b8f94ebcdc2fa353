import { isDoubleArithmetic, passesOn } from './emit-arithmetic.js';
import { emitColumn, emitKept, emitLookup } from './emit-loads.js';
import { emitNode } from './emit-node.js';
import { emitKeep, emitStore } from './emit-stores.js';
import { createEmitter, type Emitter } from './emitter.js';
import { type Frames, framesOf } from './frames.js';
import type { Node } from './graph.js';
import type { LaneKind } from './lane.js';
import type { Kernel, KernelMode, Program } from './program.js';
import type { Segment } from './segments.js';

/** Conditions whose only use is as a condition. */
function inlinedConditions(segment: Segment, frames: Frames): Set<Node> {
  const inlined = new Set<Node>();
  for (const node of segment.nodes) {
    if (segment.leaves.has(node)) continue;
    node.args.forEach((arg, at) => {
      const asCondition =
        ['and', 'or', 'not'].includes(node.op) ||
        (node.op === 'case' && at % 2 === 0 && at < node.args.length - 1);
      if (asCondition && frames.uses(arg) === 1 && !segment.leaves.has(arg)) inlined.add(arg);
    });
  }
  return inlined;
}

/** Double arithmetic that nobody but arithmetic sees. */
function rawDoubles(segment: Segment): Set<Node> {
  const raw = new Set<Node>(segment.nodes.filter(isDoubleArithmetic));
  for (const node of segment.nodes) {
    if (segment.leaves.has(node)) continue;
    node.args.forEach((arg, at) => {
      if (!passesOn(node, at)) raw.delete(arg);
    });
  }
  for (const { node } of segment.outputs) raw.delete(node);
  for (const node of segment.kept) raw.delete(node);
  return raw;
}

function emitSegment(program: Program, segment: Segment, emitter: Emitter, lanes: LaneKinds): void {
  const { columns, lookups, kept } = program;
  const outputs = new Map<Node, number[]>();
  for (const { idx, node } of segment.outputs) {
    outputs.set(node, [...(outputs.get(node) ?? []), idx]);
  }
  const keeps = new Set(segment.kept);
  // What is stored at once needs no register until the row's end: V8 takes long over functions with many such values.
  const store = (node: Node) => {
    if (keeps.has(node)) emitKeep(emitter, node, kept.get(node)!);
    for (const idx of outputs.get(node) ?? []) emitStore(emitter, program, node, idx);
  };
  for (const node of segment.nodes) {
    if (!segment.leaves.has(node)) emitNode(emitter, node);
    else if (columns.has(node)) {
      const at = columns.get(node)!;
      emitColumn(emitter, node, lanes[at]!, at);
    } else if (lookups.has(node)) emitLookup(emitter, node, lookups.get(node)!);
    else emitKept(emitter, node, kept.get(node)!);
    store(node);
  }
  // Constants are not computed.
  for (const node of outputs.keys()) if (node.op === 'constant') store(node);
}

export type LaneKinds = readonly LaneKind[];

/** Arrays by short names, read once per call. */
function preamble(program: Program, segment: Segment): string[] {
  const lines: string[] = [];
  for (const node of segment.leaves) {
    const column = program.columns.get(node);
    const lookup = program.lookups.get(node);
    const kept = program.kept.get(node);
    if (column !== undefined) {
      lines.push(
        `const { values: c${column}, halves: h${column}, valid: v${column}, strings: s${column}, read: r${column} } = L[${column}];`,
      );
    } else if (lookup !== undefined) {
      lines.push(
        `const { codes: xc${lookup}, numbers: xn${lookup}, objects: xo${lookup} } = X[${lookup}];`,
      );
    } else if (kept !== undefined) lines.push(`const t${kept} = T[${kept}];`);
  }
  for (const node of segment.kept) {
    lines.push(`const t${program.kept.get(node)!} = T[${program.kept.get(node)!}];`);
  }
  if (program.store === 'value') return lines;
  for (const { idx } of segment.outputs) {
    lines.push(
      `const { values: o${idx}, codes: q${idx}, mask: y${idx}, map: m${idx}, objects: p${idx}, big: g${idx} } = O[${idx}];`,
    );
  }
  return lines;
}

/**
 * The text of one segment's function, and what its names k0, k1, … stand for. The text is made of operators, numbers and
 * names that are counted; whatever a user wrote is reached through them.
 *
 *   fast   rows from … to - 1; W[row - from] becomes 1 where a whole number is not held exactly, and 1 is returned
 *   wide   rows from + W[0] … from + W[to - 1]
 *   row    the only row
 */
export function kernelSource(
  program: Program,
  segment: Segment,
  mode: KernelMode,
  lanes: LaneKinds,
): { readonly text: string; readonly constants: readonly unknown[] } {
  const constants: unknown[] = [];
  const names = new Map<unknown, string>();
  const constant = (value: unknown): string => {
    const known = names.get(value) ?? `k${constants.push(value) - 1}`;
    names.set(value, known);
    return known;
  };
  const roots = [...segment.outputs.map(({ node }) => node), ...segment.kept];
  const frames = framesOf(segment.nodes, segment.leaves, roots);
  const emitter = createEmitter({
    mode: mode === 'fast' ? 'fast' : 'wide',
    frames,
    inlined: inlinedConditions(segment, frames),
    raw: rawDoubles(segment),
    constant,
  });
  emitSegment(program, segment, emitter, lanes);
  const body = frames.root.lines;
  const loop = {
    fast: ['for (let i = from; i < to; i++) {', ...body, '}'],
    wide: ['for (let w = 0; w < to; w++) {', 'const i = from + W[w];', ...body, '}'],
    row: ['const i = from;', ...body],
  }[mode];
  const text = [
    '"use strict";',
    ...constants.map((_, at) => `const k${at} = K[${at}];`),
    'return function kernel(L, T, X, O, W, from, to) {',
    ...preamble(program, segment),
    'let any = 0;',
    ...loop,
    'return any;',
    '};',
  ].join('\n');
  return { text, constants };
}

/** Throws EvalError where the runtime forbids making code from text. */
export function compileKernel(
  program: Program,
  segment: Segment,
  mode: KernelMode,
  lanes: LaneKinds,
): Kernel {
  const { text, constants } = kernelSource(program, segment, mode, lanes);
  return new Function('K', text)(constants) as Kernel;
}
