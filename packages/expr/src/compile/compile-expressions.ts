import { type DataType, sameType } from '@tessera/api';
import type { TypedExpression } from '../types.js';
import type {
  DerivedColumn,
  ExpressionBatch,
  ExpressionColumn,
  ExpressionOutput,
} from './batch.js';
import { buildColumn } from './build-column.js';
import { canGenerateCode } from './code-generation.js';
import { graphOf, type Node } from './graph.js';
import { interpretExpressions, interpretFilter } from './interpret.js';
import type { Lane, Store, Table } from './lane.js';
import { laneOf } from './lanes.js';
import { createLookup, lookedUpNodes } from './lookups.js';
import { columnOf, isReadAsItIs, prepared } from './prepare.js';
import { programOf, type StoreKind } from './program.js';
import { valueReader } from './read-values.js';
import { createRunner } from './runner.js';
import type { SegmentLimits } from './segments.js';
import { createMask, createStore, finishStore } from './stores.js';

export interface CompileOptions {
  /** How much one generated function does; for tests. */
  readonly limits?: SegmentLimits;
}

/** Evaluates all of a set's expressions over a batch into stores. */
type Evaluate = (batch: ExpressionBatch, stores: readonly Store[]) => void;

function compileSet(
  expressions: readonly TypedExpression[],
  store: StoreKind,
  { limits }: CompileOptions,
): Evaluate {
  const graph = graphOf(expressions);
  const byColumn = lookedUpNodes(graph);
  const lookedUp = new Set([...byColumn.values()].flat());
  const program = programOf(graph.roots, { store, lookedUp, limits });
  const runner = createRunner(program);
  const lookups = [...byColumn].map(([column, nodes]) => ({
    column,
    nodes,
    find: createLookup(nodes),
  }));
  return (batch, stores) => {
    const lanes: Lane[] = [...program.columns.keys()].map(({ source }) => {
      if (source.op !== 'column') throw new Error('no column');
      return laneOf(source.declared, columnOf(batch, source.column));
    });
    const tables = new Array<Table>(program.lookups.size);
    for (const { column, nodes, find } of lookups) {
      const from = columnOf(batch, column);
      if (from.column.kind !== 'code') throw new TypeError(`column ${column} holds no strings`);
      const found = find(from.column.values, from.strings ?? []);
      nodes.forEach((node: Node, at) => {
        tables[program.lookups.get(node)!] = found[at]!;
      });
    }
    runner(lanes, tables, stores, batch.rows);
  };
}

/** The column that an output is, when it computes nothing. */
function copied(expression: TypedExpression, type: DataType): string | null {
  const isSame = expression.op === 'column' && sameType(expression.declared, type);
  return isSame && isReadAsItIs(type) ? expression.column : null;
}

/** The column as it stands; keys of a map get the dictionary of its values. */
function copyOf(name: string, type: DataType, from: ExpressionColumn, rows: number): DerivedColumn {
  const { column, strings = null, keyStrings = null } = from;
  if (keyStrings === null) return { name, type, column, strings };
  const read = valueReader(type, from);
  const codes = new Map<string, number>();
  const values = Array.from({ length: rows }, (_, row) => read(row));
  const copy = buildColumn(type, values, codes);
  return { name, type, column: copy, strings: [...codes.keys()] };
}

/**
 * Expressions as loops over typed arrays. All are computed in one pass over the rows, what they have in common once, what a
 * branch needs only where it is taken, what depends on one column of strings once for each of its strings. Code is
 * generated from the typed trees alone: names, texts and functions reach it as arguments.
 *
 * Shapes   every column that an expression names is in the batch, of its declared type and of `rows` rows
 * Units    as the lake's: timestamps µs, timestamp_ns ns, dates days, decimals unscaled
 * Returns  columns in the order of `outputs`, fresh memory but for an output that is a column as it stands; null is as the
 *          column's kind has it
 * Throws   TypeError at once when an output's type does not take its expression, and from a batch that lacks a column
 * Cost     2-10 ns per row and output of arithmetic; whole numbers from 2^53 on are computed again with bigints, ten times
 *          slower. Where the runtime forbids making code from text, the interpreter: a thousand times slower
 * Oracle   evaluateRow, bit for bit
 */
export function compileExpressions(
  outputs: readonly ExpressionOutput[],
  options: CompileOptions = {},
): (batch: ExpressionBatch) => DerivedColumn[] {
  if (!canGenerateCode()) return interpretExpressions(outputs);
  const expressions = outputs.map(prepared);
  const copies = expressions.map((expression, at) => copied(expression, outputs[at]!.type));
  const computed = expressions.filter((_, at) => copies[at] === null);
  const evaluate = compileSet(computed, 'column', options);
  return (batch) => {
    const stores = computed.map(({ type }) => createStore(type, batch.rows));
    evaluate(batch, stores);
    let next = 0;
    return outputs.map(({ name, type }, at) => {
      const copy = copies[at]!;
      if (copy === null) {
        const store = stores[next++]!;
        return finishStore(name, type, expressions[at]!.type, store);
      }
      return copyOf(name, type, columnOf(batch, copy), batch.rows);
    });
  };
}

/**
 * A condition as a function that says of each row of a batch whether it holds: 1, or 0 where it does not or is null.
 * Otherwise as `compileExpressions`.
 */
export function compileFilter(
  expression: TypedExpression,
  options: CompileOptions = {},
): (batch: ExpressionBatch) => Uint8Array {
  const condition = prepared({ name: 'condition', expression, type: { kind: 'boolean' } });
  if (!canGenerateCode()) return interpretFilter(condition);
  const evaluate = compileSet([condition], 'mask', options);
  return (batch) => {
    const store = createMask(batch.rows);
    evaluate(batch, [store]);
    return store.mask;
  };
}
