import { type GroupBySpec, type IntegerForm, integerForm, type OutputColumn } from '@tessera/api';
import type { LakeFacts, LeftPartitionFacts, PhysicalPlan } from '@tessera/planner';
import { runHere } from '../executor.js';
import { raiseProblem } from '../problems.js';
import { runStages } from '../stages/run-stages.js';
import type { StageOutcome } from '../stages/stage-options.js';
import type { FeatureColumn } from '../tasks/assemble.js';
import type { TaskContext } from '../tasks/context.js';
import { valueAt } from '../values/from-column.js';
import type { Inline } from './in-turn.js';
import type { FeatureRowValues, InMemoryOptions } from './input-types.js';
import type { LoadedSource } from './load-tables.js';
import { tableFile } from './table-file.js';

export function lakeFacts(
  loaded: ReadonlyMap<string, LoadedSource>,
  left: readonly LeftPartitionFacts[],
  ends: ReadonlyMap<string, number | null> = new Map(),
): LakeFacts {
  const sources = [...loaded].map(([id, { rows }]) => {
    const end = ends.get(id);
    const known = { hive: false, files: [tableFile(rows)] };
    return [id, end === undefined ? known : { ...known, endMs: end }] as const;
  });
  return { sources: Object.fromEntries(sources), left, published: null };
}

/** Counts come out as numbers, other 64-bit integers as bigint; by column name. */
export function integerForms(
  columns: readonly OutputColumn[],
  groupByOf: (column: OutputColumn) => GroupBySpec | undefined,
): Map<string, IntegerForm> {
  return new Map(
    columns.map((column) => {
      const operation = groupByOf(column)?.aggregations[column.aggregationIdx]?.operation;
      return [column.name, integerForm(operation)];
    }),
  );
}

export function fillRow(
  row: FeatureRowValues,
  features: readonly FeatureColumn[],
  at: number,
  forms: ReadonlyMap<string, IntegerForm>,
): void {
  for (const { name, type, column, strings } of features) {
    row[name] = valueAt(type, column, at, strings, forms.get(name) ?? 'bigint');
  }
}

/** Run a plan over loaded tables, up to the assemble tasks. */
export async function runInMemory(
  inline: Inline,
  plan: PhysicalPlan,
  given: {
    readonly facts: LakeFacts;
    readonly loaded: ReadonlyMap<string, LoadedSource>;
  },
  options: InMemoryOptions,
): Promise<{ outcome: StageOutcome; context: TaskContext }> {
  const { facts, loaded } = given;
  const context: TaskContext = {
    ...inline.context,
    memory: { ...inline.context.memory, ...options.memoryShares },
  };
  const outcome = await runStages(plan, {
    facts,
    executor: { ...inline, run: (tasks, onDone) => runHere(context, tasks, onDone) },
    inMemory: true,
    limit: null,
    strict: options.strict ?? false,
    taskBytes: context.memory.taskBytes,
    mergesBuckets: false,
    pieceRows: Number.MAX_SAFE_INTEGER,
    missingDays: options.missingDays ?? 'empty',
    relation: (sourceId) => ({ kind: 'table', name: loaded.get(sourceId)?.table ?? '' }),
    presentDays: (sourceId) => new Set(loaded.get(sourceId)?.ds),
    onProgress: () => undefined,
  });
  options.onCounters?.({ slices: outcome.sweeps.length });
  await raiseProblem(context, plan, outcome);
  return { outcome, context };
}
