import {
  computedColumns,
  definitionHash,
  formatDay,
  type JoinSpec,
  joinParts,
  outputOf,
} from '@tessera/api';
import { quoteIdent, readColumns, run } from '@tessera/lake';
import { planJoin } from '@tessera/planner';
import { checkExpressions } from '../expressions/check-expressions.js';
import { leftDays } from '../left-days.js';
import { endOfDays } from '../left-partitions.js';
import { readTyped } from '../read-typed.js';
import { wholeFeatureColumns } from '../tasks/assemble.js';
import type { TaskContext } from '../tasks/context.js';
import { leftSql } from '../tasks/task-sql.js';
import { numbers } from '../tasks/typed.js';
import { valueAt } from '../values/from-column.js';
import { inTurn } from './in-turn.js';
import type { FeatureRowValues, InMemoryOptions, InputTables } from './input-types.js';
import { dropAll, loadAll, ROW } from './load-tables.js';
import { fillRow, integerForms, lakeFacts, runInMemory } from './stage-run.js';

/**
 * Feature rows of a join over tables given as rows: the production plan, tasks and kernels, without files or threads.
 *
 * Returns  one object per left row, in left order (S8): left columns, then features.
 * Throws   TesseraError as a run over files would; a snapshot day that is not given is empty, not an error.
 */
export async function joinRows(
  join: JoinSpec,
  tables: InputTables,
  options: InMemoryOptions = {},
): Promise<FeatureRowValues[]> {
  return inTurn(async (inline) => {
    const sources = [join.left, ...joinParts(join).map((part) => part.groupBy.source)];
    await checkExpressions(inline.context.session, { join, groupBy: null });
    const loaded = await loadAll(inline, sources, tables);
    try {
      const leftId = definitionHash(join.left);
      const left = loaded.get(leftId)!;
      const leftScan = {
        source: join.left,
        relation: { kind: 'table' as const, name: left.table },
      };
      const days = await leftDays(inline.context.session, leftScan);
      const ends = new Map<string, number | null>();
      for (const { groupBy } of join.labels ?? []) {
        const { source } = groupBy;
        const id = definitionHash(source);
        if (ends.has(id)) continue;
        const relation = { kind: 'table' as const, name: loaded.get(id)!.table };
        const own = await leftDays(inline.context.session, { source, relation });
        ends.set(id, endOfDays(own.map(({ ds }) => ds)));
      }
      const facts = lakeFacts(
        loaded,
        days.map((day) => ({ ...day, fileIdx: [0] })),
        ends,
      );
      if (days.length === 0) return [];
      const computed = computedColumns(join);
      const plan = planJoin(join, computed, facts, { buckets: options.buckets ?? 1, workers: 1 });
      const given = { facts, loaded };
      const { outcome, context } = await runInMemory(inline, plan, given, options);
      const forms = integerForms(
        outputOf(computed),
        ({ partIdx }) => joinParts(join)[partIdx]?.groupBy,
      );
      const order = await rowOrder(context, join, left.table);
      const selected = await selectedCells(context, join, left.table);
      const rows: FeatureRowValues[] = [];
      for (const task of outcome.assemble) {
        const { written } = await wholeFeatureColumns(context, task);
        const own = order.get(task.partition.ds) ?? [];
        for (const [at, given] of own.entries()) {
          const row: FeatureRowValues = {};
          for (const [name, { spec, column }] of left.columns)
            row[name] = valueAt(spec.type, column, given, left.strings, 'bigint');
          for (const [name, cellOf] of selected) row[name] = cellOf(given);
          fillRow(row, written, at, forms);
          rows.push(row);
        }
      }
      return rows;
    } finally {
      await dropAll(inline, loaded);
    }
  });
}

/** What the left computes of its rows (`select`), by given row number. */
async function selectedCells(
  { session }: TaskContext,
  { left }: JoinSpec,
  table: string,
): Promise<[string, (given: number) => FeatureRowValues[string]][]> {
  const selected = left.columns.filter(({ expression }) => expression !== undefined);
  if (selected.length === 0) return [];
  const source = { ...left, columns: [...left.columns, ROW] };
  const wanted = [...selected, ROW];
  const scan = leftSql(
    { source, relation: { kind: 'table', name: table } },
    wanted.map(({ name }) => name),
  );
  await run(session, `CREATE OR REPLACE TEMP TABLE selected AS FROM (${scan})`);
  const { columns, dictionaries } = await readTyped(session, 'selected', wanted);
  await run(session, 'DROP TABLE selected');
  const numberOf = columns[ROW.name];
  if (numberOf?.kind !== 'f64') throw new Error('no row numbers');
  const rowOf = new Map([...numberOf.values].map((given, row) => [given, row]));
  return selected.map(({ name, type }) => [
    name,
    (given) => {
      const row = rowOf.get(given);
      if (row === undefined) return null;
      return valueAt(type, columns[name]!, row, dictionaries[name] ?? [], 'bigint');
    },
  ]);
}

/** Given row numbers in left order, per partition. */
async function rowOrder(
  context: TaskContext,
  join: JoinSpec,
  table: string,
): Promise<Map<string, number[]>> {
  const source = { ...join.left, columns: [...join.left.columns, ROW] };
  const scan = leftSql({ source, relation: { kind: 'table', name: table } }, [ROW.name]);
  const sql = `SELECT __day AS day, ${quoteIdent(ROW.name)} AS given FROM (${scan}) ORDER BY __pos`;
  const batch = await readColumns(context.session, sql);
  const day = numbers(batch, 'day');
  const given = numbers(batch, 'given');
  const order = new Map<string, number[]>();
  for (let i = 0; i < day.length; i++) {
    const ds = Number.isNaN(day[i]!) ? '__none__' : formatDay(day[i]!);
    const own = order.get(ds);
    if (own) own.push(given[i]!);
    else order.set(ds, [given[i]!]);
  }
  return order;
}
