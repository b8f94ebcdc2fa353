import { computedColumns, DAY_MS, type GroupBySpec, outputOf } from '@tessera/api';
import { quoteIdent, readColumns, readStrings } from '@tessera/lake';
import { daysBetween, planBackfill } from '@tessera/planner';
import { checkExpressions } from '../expressions/check-expressions.js';
import { wholeFeatureColumns } from '../tasks/assemble.js';
import type { TaskContext } from '../tasks/context.js';
import type { AssembleTask } from '../tasks/task.js';
import { numbers } from '../tasks/typed.js';
import { type Value, valueAt } from '../values/from-column.js';
import { inTurn } from './in-turn.js';
import type { FeatureRowValues, InMemoryOptions, InputTables } from './input-types.js';
import { dropAll, loadAll } from './load-tables.js';
import { fillRow, integerForms, lakeFacts, runInMemory } from './stage-run.js';

/**
 * Stand-alone rows of a groupBy (S3.4) over tables given as rows: one per day and key that had something to aggregate,
 * days ascending, keys ascending; `ds`, then keys, then features.
 */
export async function groupByRows(
  groupBy: GroupBySpec,
  tables: InputTables,
  range: { readonly start: string; readonly end: string },
  options: InMemoryOptions = {},
): Promise<FeatureRowValues[]> {
  return inTurn(async (inline) => {
    await checkExpressions(inline.context.session, { join: null, groupBy });
    const loaded = await loadAll(inline, [groupBy.source], tables);
    try {
      const days = daysBetween(range.start, range.end).map((ds) => {
        const end = Date.parse(ds) + DAY_MS;
        return { ds, fileIdx: [], rows: 1, minQueryMs: end, maxQueryMs: end };
      });
      const facts = lakeFacts(loaded, days);
      const computed = computedColumns(groupBy);
      const plan = planBackfill(groupBy, computed, facts, {
        buckets: options.buckets ?? 1,
        workers: 1,
      });
      const given = { facts, loaded };
      const { outcome, context } = await runInMemory(inline, plan, given, options);
      const forms = integerForms(outputOf(computed), () => groupBy);
      const rows: FeatureRowValues[] = [];
      for (const task of outcome.assemble) {
        const { written, unwritten } = await wholeFeatureColumns(context, task);
        const keys = await gridKeys(context, task);
        const present = unwritten.map((column) =>
          numbers({ rows: task.rows, columns: { n: column } }, 'n'),
        );
        for (let at = 0; at < task.rows; at++) {
          if (!present.some((counts) => counts[at]! > 0)) continue;
          const row: FeatureRowValues = { ds: task.partition.ds };
          for (const [name, values] of keys) row[name] = values[at] ?? null;
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

async function gridKeys(context: TaskContext, task: AssembleTask): Promise<[string, Value[]][]> {
  const { grid } = task;
  if (grid?.table.kind !== 'table') return [];
  const day =
    grid.keySet.snapshotLagMs === null
      ? ''
      : ` WHERE day = date_diff('day', DATE '1970-01-01', DATE '${task.partition.ds}')`;
  const out: [string, Value[]][] = [];
  for (const [idx, name] of grid.names.entries()) {
    const type = grid.keySet.types[idx]!;
    const sql = `SELECT k${idx} FROM ${quoteIdent(grid.table.name)}${day} ORDER BY code`;
    if (type.kind === 'string') out.push([name, await readStrings(context.session, sql)]);
    else {
      const { rows, columns } = await readColumns(context.session, sql);
      const column = columns[`k${idx}`]!;
      out.push([
        name,
        Array.from({ length: rows }, (_, at) => valueAt(type, column, at, null, 'bigint')),
      ]);
    }
  }
  return out;
}
