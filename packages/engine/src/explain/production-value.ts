import {
  computedColumns,
  definitionHash,
  integerForm,
  isTesseraError,
  TesseraError,
} from '@tessera/api';
import { type LakeFacts, type PhysicalPlan, planJoin } from '@tessera/planner';
import type { Executor } from '../executor.js';
import { tableFile } from '../in-memory/table-file.js';
import { raiseProblem } from '../problems.js';
import { runStages } from '../stages/run-stages.js';
import { wholeFeatureColumns } from '../tasks/assemble.js';
import type { TaskContext } from '../tasks/context.js';
import { tileInput } from '../tiles/tile-input.js';
import { valueAt } from '../values/from-column.js';
import { askedJoin } from './asked-join.js';
import { ASKED } from './asked-table.js';
import type { AskedTiles } from './asked-tiles.js';
import type { Outcome } from './explanation.js';
import { type LoadedRows, leftFacts } from './load-rows.js';
import type { Request } from './request.js';

/** What a run refuses of the data itself; anything else is no answer. */
const REFUSALS = new Set([
  'MISSING_SNAPSHOT',
  'DUPLICATE_ENTITY_KEY',
  'SUM_OVERFLOW',
  'VECTOR_LENGTH',
  'VECTOR_NULL',
]);

/** The cell as the engine computes it: its plan, tasks and kernels over the left row, the key's rows, and tiles. */
export async function productionValue(
  inline: Executor & { readonly context: TaskContext },
  request: Request,
  loaded: LoadedRows,
  tiles: AskedTiles | null,
): Promise<Outcome> {
  const { join } = askedJoin(request, loaded.source);
  const { column } = request;
  const leftId = definitionHash(join.left);
  const facts: LakeFacts = {
    sources: {
      [leftId]: { hive: false, files: [tableFile(1)] },
      [definitionHash(loaded.source)]: {
        hive: false,
        files: [tableFile(loaded.read.rowsOfKey + 1)],
        endMs: loaded.endMs,
      },
    },
    left: [leftFacts(request)],
    published: null,
  };
  // Of a passed-through part one column is asked for.
  const asked = computedColumns(join).filter((one) => one.column.name === column.name);
  const planned = planJoin(join, asked, facts, { buckets: 1, workers: 1 });
  const plan = tiles === null ? planned : withTiles(planned, tiles);
  const { context } = inline;
  try {
    const outcome = await runStages(plan, {
      facts,
      executor: inline,
      inMemory: true,
      limit: null,
      strict: false,
      taskBytes: context.memory.taskBytes,
      mergesBuckets: false,
      pieceRows: Number.MAX_SAFE_INTEGER,
      missingDays: 'part',
      ...(tiles !== null && { tiles: tileInput(tiles.plan, tiles.states, tiles.sets, 1) }),
      relation: (sourceId) => ({ kind: 'table', name: sourceId === leftId ? ASKED : loaded.table }),
      presentDays: () => loaded.presentDays,
      onProgress: () => undefined,
    });
    await raiseProblem(context, plan, outcome);
    const [task] = outcome.assemble;
    if (!task) throw new TesseraError('INTERNAL', { reason: 'the asked row is in no partition' });
    const { written } = await wholeFeatureColumns(context, task);
    const [cell] = written;
    if (!cell || task.rows !== 1)
      throw new TesseraError('INTERNAL', { reason: `${task.rows} rows of ${column.name}` });
    const aggregation = request.part.groupBy.aggregations[column.aggregationIdx];
    const form = integerForm(aggregation?.operation);
    return { kind: 'value', value: valueAt(cell.type, cell.column, 0, cell.strings, form) };
  } catch (error) {
    if (!isTesseraError(error) || !REFUSALS.has(error.code)) throw error;
    return {
      kind: 'refused',
      code: error.code,
      message: error.summary,
      hint: error.hint ?? null,
    };
  }
}

/** Plans of one column have one scan: what is read as rows is in a table by now, what is read as tiles lies in its files. */
function withTiles(plan: PhysicalPlan, { tiles }: AskedTiles): PhysicalPlan {
  return { ...plan, scans: plan.scans.map((scan) => ({ ...scan, tiles })) };
}
