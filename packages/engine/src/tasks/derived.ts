import { type DataType, DS, expressionColumns } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import type { ExpressionColumn } from '@tessera/expr';
import { quoteIdent, run } from '@tessera/lake';
import { compileDerived } from '../expressions/compile-derived.js';
import { type NamedType, readTyped } from '../read-typed.js';
import type { FeatureColumn } from './assemble.js';
import type { TaskContext } from './context.js';
import type { Piece } from './partition-pieces.js';
import type { AssembleTask } from './task.js';

/** Names that the task's derived columns read. */
export function readByDerived({ derived }: Pick<AssembleTask, 'derived'>): ReadonlySet<string> {
  return new Set(derived.flatMap(({ expression }) => expressionColumns(expression) ?? []));
}

/** The row's own columns that are read: of the left, or keys. */
function ownRead(task: AssembleTask, read: ReadonlySet<string>): NamedType[] {
  const columns: readonly NamedType[] = task.grid
    ? task.grid.names.map((name, idx) => ({ name, type: task.grid!.keySet.types[idx]! }))
    : (task.left?.source.columns ?? []);
  return columns.filter(({ name }) => name !== DS && read.has(name));
}

const DAY_TYPE: DataType = { kind: 'string' };

/** The partition's label on every row. */
function dayColumn(ds: string, rows: number): ExpressionColumn {
  const column: Column = { kind: 'code', values: new Int32Array(rows) };
  return { column, strings: [ds] };
}

async function ownColumns(
  context: TaskContext,
  columns: readonly NamedType[],
  rowsSql: string,
  piece: Piece,
): Promise<Map<string, ExpressionColumn>> {
  if (columns.length === 0) return new Map();
  const names = columns.map(({ name }) => quoteIdent(name)).join(', ');
  const limits = `LIMIT ${piece.rows} OFFSET ${piece.first}`;
  await run(
    context.session,
    `CREATE OR REPLACE TEMP TABLE own_columns AS SELECT ${names} FROM (${rowsSql}) ${limits}`,
  );
  const { columns: read, dictionaries } = await readTyped(context.session, 'own_columns', columns);
  await run(context.session, 'DROP TABLE own_columns');
  return new Map(
    Object.entries(read).map(([name, column]) => [
      name,
      { column, strings: dictionaries[name] ?? null },
    ]),
  );
}

/**
 * Derived columns of a piece (S7), in the order they are computed in.
 *
 * `features` are those that they read, by name; `rowsSql` gives the partition's own rows in left order.
 */
export async function derivedColumns(
  context: TaskContext,
  task: AssembleTask,
  {
    piece,
    features,
    rowsSql,
  }: {
    readonly piece: Piece;
    readonly features: readonly FeatureColumn[];
    readonly rowsSql: () => string;
  },
): Promise<readonly FeatureColumn[]> {
  const read = readByDerived(task);
  const own = ownRead(task, read);
  const given: NamedType[] = [
    ...own,
    ...features.map(({ name, type }) => ({ name, type })),
    { name: DS, type: DAY_TYPE },
  ];
  const derive = compileDerived(task.derived, given);
  const columns = await ownColumns(context, own, own.length === 0 ? '' : rowsSql(), piece);
  for (const { name, column, strings } of features) columns.set(name, { column, strings });
  columns.set(DS, dayColumn(task.partition.ds, piece.rows));
  return derive({ rows: piece.rows, columns });
}
