import type { ExprType } from '../types.js';
import type { Node } from './graph.js';
import type { Mode } from './representation.js';
import { type Segment, type SegmentLimits, segmentsOf } from './segments.js';

/** What a result is stored as: a column of its type, a byte that says whether a condition holds, or a row's value. */
export type StoreKind = 'column' | 'mask' | 'value';

/** Expressions ready to be written as code, whatever the batches will look like. */
export interface Program {
  readonly segments: readonly Segment[];
  readonly store: StoreKind;
  readonly types: readonly ExprType[];
  /** Positions of the columns, of what is looked up, of what is kept. */
  readonly columns: ReadonlyMap<Node, number>;
  readonly lookups: ReadonlyMap<Node, number>;
  readonly kept: ReadonlyMap<Node, number>;
}

export interface ProgramOptions {
  readonly store: StoreKind;
  readonly lookedUp: ReadonlySet<Node>;
  readonly limits?: SegmentLimits | undefined;
}

export function programOf(roots: readonly Node[], options: ProgramOptions): Program {
  const segments = segmentsOf(roots, options.lookedUp, options.limits);
  const leaves = new Set(segments.flatMap((segment) => [...segment.leaves]));
  const positions = (nodes: Iterable<Node>) => new Map([...nodes].map((node, at) => [node, at]));
  return {
    segments,
    store: options.store,
    types: roots.map(({ type }) => type),
    columns: positions([...leaves].filter(({ op }) => op === 'column')),
    lookups: positions([...leaves].filter((node) => options.lookedUp.has(node))),
    kept: positions(segments.flatMap(({ kept }) => kept)),
  };
}

/** A generated function; see `kernelSource` for its arguments. */
export type Kernel = (
  lanes: readonly unknown[],
  kept: readonly unknown[],
  tables: readonly unknown[],
  stores: unknown[],
  wide: Uint8Array | Int32Array,
  from: number,
  to: number,
) => number;

export type KernelMode = Mode | 'row';
