import type { Finding } from '@tessera/validators';
import type { Artefact, CompiledColumn } from '../emit/artefact.js';
import type { ColumnLineage } from './column-lineage.js';

/** An object of the graph: a source, a groupBy, a join. */
export interface GraphNode {
  readonly id: string;
  readonly kind: Artefact['kind'];
  readonly name: string;
  readonly file?: string;
  readonly owner?: string;
  readonly description?: string;
  readonly version?: string;
  readonly deprecated?: string;
  readonly online?: boolean;
  readonly hash: string;
  readonly keys: Artefact['keys'];
  readonly columns: readonly (CompiledColumn & Partial<Omit<ColumnLineage, 'column'>>)[];
  readonly warnings: readonly Pick<Finding, 'rule' | 'severity' | 'message' | 'hint' | 'at'>[];
  /** What a run reads and takes, in words; absent where the lake is not known. */
  readonly cost?: string;
}

export interface LineageGraph {
  readonly nodes: readonly GraphNode[];
  /** From what is read to who reads it. */
  readonly edges: readonly (readonly [from: string, to: string])[];
}

export interface GraphExtras {
  readonly findings?: readonly Finding[];
  /** By id. */
  readonly costs?: ReadonlyMap<string, string>;
}

/** Sources → groupBys → joins → columns, from artefacts. */
export function lineageGraph(
  artefacts: ReadonlyMap<string, Artefact>,
  { findings = [], costs = new Map() }: GraphExtras = {},
): LineageGraph {
  const nodes = [...artefacts].map(([id, artefact]): GraphNode => {
    const { kind, name, file, owner, description, version, deprecated, online } = artefact;
    const lineage = new Map(artefact.lineage.map((one) => [one.column, one]));
    const cost = costs.get(id);
    return {
      ...{ id, kind, name, hash: artefact.hash, keys: artefact.keys },
      ...(file !== undefined && { file }),
      ...(owner !== undefined && { owner }),
      ...(description !== undefined && { description }),
      ...(version !== undefined && { version }),
      ...(deprecated !== undefined && { deprecated }),
      ...(online === true && { online }),
      columns: artefact.columns.map((column) => {
        const { column: _, ...made } = lineage.get(column.name) ?? { column: '' };
        return { ...column, ...made };
      }),
      warnings: findings
        .filter(({ at }) => isOf(at, name))
        .map(({ rule, severity, message, hint, at }) => ({ rule, severity, message, hint, at })),
      ...(cost !== undefined && { cost }),
    };
  });
  const edges = [...artefacts].flatMap(([id, { dependsOn }]) =>
    dependsOn.filter((from) => artefacts.has(from)).map((from) => [from, id] as const),
  );
  return { nodes, edges };
}

/** A place is that of the object that it names: behind its file, or first. */
function isOf(at: string, name: string): boolean {
  const [first, second] = at.split(' › ');
  return first === name || second === name;
}

/** Objects that read an object, and those that read them, nearest first. */
export function downstreamOf(
  ids: readonly string[],
  edges: LineageGraph['edges'],
): readonly string[] {
  const found: string[] = [];
  const seen = new Set(ids);
  const queue = [...ids];
  for (let id = queue.shift(); id !== undefined; id = queue.shift())
    for (const [from, to] of edges)
      if (from === id && !seen.has(to)) {
        seen.add(to);
        found.push(to);
        queue.push(to);
      }
  return found;
}
