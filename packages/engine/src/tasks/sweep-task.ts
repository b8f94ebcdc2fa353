import { type DataType, dayOf } from '@tessera/api';
import { type Batch, type Column, concatBatches, gatherBatch, sliceBatch } from '@tessera/columnar';
import { sweep } from '@tessera/pitjoin';
import { effectiveQueryMs, type QueryPlan } from '@tessera/planner';
import type { TaskContext } from './context.js';
import { emptyColumn } from './empty-column.js';
import type { SweepResult } from './result.js';
import type { Section, SweepTask } from './task.js';
import { codes, numbers } from './typed.js';

function queryLane(
  timeMs: Float64Array,
  query: QueryPlan,
  missingDays: ReadonlySet<number>,
): Column {
  const values = new Float64Array(timeMs.length);
  for (let i = 0; i < values.length; i++) {
    const t = timeMs[i]!;
    if (Number.isNaN(t)) values[i] = t;
    else {
      const q = effectiveQueryMs(t, query);
      values[i] = missingDays.size > 0 && missingDays.has(dayOf(q) - 1) ? Number.NaN : q;
    }
  }
  return { kind: 'f64', values };
}

/** Events of a source that has no file in range. */
function noEvents(task: SweepTask): Batch {
  const columns: Record<string, Column> = {
    code: { kind: 'code', values: new Int32Array(0) },
    t: { kind: 'f64', values: new Float64Array(0) },
  };
  for (const lane of task.lanes) {
    // Sketch slots of strings are numbers.
    const slots: DataType =
      lane.type.kind === 'list'
        ? { kind: 'list', element: { kind: 'double' } }
        : { kind: 'double' };
    columns[lane.name] = emptyColumn(lane.read.how === 'hll' ? slots : lane.type);
  }
  return { rows: 0, columns };
}

function read(context: TaskContext, sections: readonly Section[]): Batch {
  return concatBatches(sections.map((section) => context.exchange.read(section)));
}

/** One bucket: sort, sweep, and hand the columns back per left partition. */
export function runSweep(context: TaskContext, task: SweepTask): SweepResult {
  const left = read(context, task.left);
  const { t, ...lanes } = (task.events.length === 0 ? noEvents(task) : read(context, task.events))
    .columns;
  if (!t) throw new Error('events without a time lane');
  const { code, ...inputs } = lanes;
  if (!code) throw new Error('events without a code lane');
  const columns: Record<string, Column> = { code, timeMs: t };
  for (const [name, column] of Object.entries(inputs))
    columns[name === task.tie ? 'tie' : name] = column;
  if (task.tie !== null && inputs[task.tie]) columns[task.tie] = inputs[task.tie]!;
  const timeMs = numbers(left, 't');
  const leftColumns: Record<string, Column> = { code: left.columns.code! };
  const missingDays = new Set(task.missingDays);
  for (const query of task.queries) leftColumns[query.name] = queryLane(timeMs, query, missingDays);
  const { rows } = decodeShape(columns);
  const swept = sweep(
    {
      events: { rows, columns },
      left: { rows: left.rows, columns: leftColumns },
      features: task.features,
      strict: task.strict,
    },
    context.cancelled,
  );
  if (swept.problem) return { counts: swept.counts, problem: swept.problem, sections: [] };
  const out: Batch = {
    rows: left.rows,
    columns: { position: left.columns.position!, ...swept.columns },
  };
  return {
    counts: swept.counts,
    problem: null,
    sections: writePartitions(context, task, codes(left, 'partition'), out),
  };
}

function decodeShape(columns: Record<string, Column>): { rows: number } {
  const { code } = columns;
  if (code?.kind !== 'code') throw new Error('code lane is not codes');
  return { rows: code.values.length };
}

/**
 * Blocks per partition. Left blocks arrive in partition order, so the rows of one stand together and a slice will do;
 * should they not, they are put together first.
 */
function writePartitions(
  context: TaskContext,
  task: SweepTask,
  partition: Int32Array,
  out: Batch,
): (Section | null)[] {
  let sorted = true;
  for (let i = 1; i < partition.length && sorted; i++) sorted = partition[i - 1]! <= partition[i]!;
  const starts = new Int32Array(task.partitions + 1);
  for (const idx of partition) starts[idx + 1]! += 1;
  for (let p = 0; p < task.partitions; p++) starts[p + 1]! += starts[p]!;
  const ordered = sorted ? out : gatherBatch(out, stableOrder(partition, starts));
  const present: number[] = [];
  const blocks: Batch[] = [];
  for (let p = 0; p < task.partitions; p++) {
    if (starts[p] === starts[p + 1]) continue;
    present.push(p);
    blocks.push(sliceBatch(ordered, starts[p]!, starts[p + 1]!));
  }
  const written = context.exchange.write(`swept/${task.id}`, blocks);
  const sections: (Section | null)[] = new Array(task.partitions).fill(null);
  for (const [at, p] of present.entries()) sections[p] = written[at] ?? null;
  return sections;
}

function stableOrder(partition: Int32Array, starts: Int32Array): Int32Array {
  const cursor = starts.slice();
  const order = new Int32Array(partition.length);
  for (let i = 0; i < partition.length; i++) order[cursor[partition[i]!]!++] = i;
  return order;
}
