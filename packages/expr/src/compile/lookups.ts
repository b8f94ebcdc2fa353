import type { Value } from '../types.js';
import type { Graph, Node } from './graph.js';
import type { Store, Table } from './lane.js';
import { laneOf } from './lanes.js';
import { programOf } from './program.js';
import { isWhole } from './representation.js';
import { createRunner, type Runner } from './runner.js';
import { createStore } from './stores.js';

const MANY = Symbol('more than one column, or one that is no string');

/**
 * The largest nodes that depend on one column of strings and nothing else, by column: they are computed once for each string
 * instead of once for each row.
 */
export function lookedUpNodes({ nodes, roots }: Graph): Map<string, Node[]> {
  const columnOf = new Map<Node, string | typeof MANY | null>();
  for (const node of nodes) {
    let found: string | typeof MANY | null = null;
    if (node.source.op === 'column') {
      found = node.type.kind === 'string' ? node.source.column : MANY;
    }
    for (const arg of node.args) {
      const one = columnOf.get(arg)!;
      if (one === null || one === found) continue;
      found = found === null ? one : MANY;
    }
    columnOf.set(node, found);
  }
  const byColumn = new Map<string, Node[]>();
  const seen = new Set<Node>();
  const open = [...roots];
  while (open.length > 0) {
    const node = open.pop()!;
    if (seen.has(node) || node.args.length === 0) continue;
    seen.add(node);
    const column = columnOf.get(node)!;
    if (typeof column !== 'string') open.push(...node.args);
    else byColumn.set(column, [...(byColumn.get(column) ?? []), node]);
  }
  return byColumn;
}

/** What is known of one dictionary. */
interface Known {
  /** By code + 1: whether the tables hold it. */
  readonly entries: Uint8Array;
  isWhole: boolean;
  readonly tables: Table[];
}

/** Values of a column's nodes for the strings it holds, remembered as long as its dictionary lives. */
export type Lookup = (codes: Int32Array, strings: readonly string[]) => readonly Table[];

/** @param nodes what is looked up in one column */
export function createLookup(nodes: readonly Node[]): Lookup {
  const program = programOf(nodes, { store: 'column', lookedUp: new Set() });
  const runner: Runner = createRunner(program);
  const known = new WeakMap<readonly string[], Known>();
  return (codes, strings) => {
    let held = known.get(strings);
    if (held === undefined || held.entries.length !== strings.length + 1) {
      held = { entries: new Uint8Array(strings.length + 1), isWhole: false, tables: [] };
      held.tables.push(...nodes.map((node) => emptyTable(node, strings.length + 1)));
      known.set(strings, held);
    }
    if (!held.isWhole) {
      const missing = missingCodes(held, codes);
      const stores = nodes.map(({ type }) => createStore(type, missing.length));
      const column = { kind: 'code', values: missing } as const;
      const lane = laneOf({ kind: 'string' }, { column, strings });
      if (missing.length > 0) runner([lane], [], stores, missing.length);
      nodes.forEach((node, at) => {
        fillTable(held.tables[at]!, node, missing, stores[at]!);
      });
    }
    return held.tables.map((table) => ({ ...table, codes }));
  };
}

function emptyTable(node: Node, entries: number): Table {
  const isNumber = ['boolean', 'double', 'date'].includes(node.type.kind);
  const none = { codes: new Int32Array(0), numbers: new Float64Array(0), objects: [] };
  if (isNumber) return { ...none, numbers: new Float64Array(entries) };
  const objects = new Array<Value>(entries).fill(null);
  return { ...none, objects, numbers: new Float64Array(isWhole(node.type) ? entries : 0) };
}

/** Codes that the tables do not hold yet: all of a dictionary that is shorter than the batch, else those that occur. */
function missingCodes(held: Known, codes: Int32Array): Int32Array {
  const { entries } = held;
  const missing: number[] = [];
  const add = (code: number) => {
    if (entries[code + 1] !== 0) return;
    entries[code + 1] = 1;
    missing.push(code);
  };
  if (entries.length <= codes.length) {
    for (let code = -1; code < entries.length - 1; code++) add(code);
    held.isWhole = true;
  } else for (let i = 0; i < codes.length; i++) add(codes[i]!);
  return Int32Array.from(missing);
}

function fillTable(table: Table, node: Node, codes: Int32Array, store: Store): void {
  const { numbers, objects } = table;
  const { type } = node;
  const strings = type.kind === 'string' ? [...store.map.keys()] : [];
  codes.forEach((code, row) => {
    const entry = code + 1;
    const value = store.values[row]!;
    if (type.kind === 'string') {
      objects[entry] = store.codes[row]! < 0 ? null : strings[store.codes[row]!]!;
    } else if (isWhole(type)) {
      const isBig = store.big.has?.[row] === 1;
      numbers[entry] = isBig ? Number.POSITIVE_INFINITY : value;
      if (isBig) objects[entry] = store.big.values![row]!;
      else objects[entry] = Number.isNaN(value) ? null : BigInt(value);
    } else if (numbers.length > 0) numbers[entry] = value;
    else objects[entry] = store.objects[row]!;
  });
}
