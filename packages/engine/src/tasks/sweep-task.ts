import { type DataType, dayOf } from '@tessera/api';
import type { Batch, Column } from '@tessera/columnar';
import { type FeatureSpec, type SweepCounts, sweep } from '@tessera/pitjoin';
import { effectiveQueryMs, type QueryPlan } from '@tessera/planner';
import { collect, collectGrown, type TaskContext } from './context.js';
import { emptyColumn } from './empty-column.js';
import { writePieces } from './pieces.js';
import { readSections } from './read-sections.js';
import type { SweepResult } from './result.js';
import { eventRowsOf, eventSectionsOf, leftRowsOf } from './slices.js';
import type { SweepTask } from './task.js';
import { numbers } from './typed.js';

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
      // S2.7: a label whose window ends after the data is null, as it is without a time.
      if (query.untilMs !== undefined && q > query.untilMs) values[i] = Number.NaN;
      else values[i] = missingDays.size > 0 && missingDays.has(dayOf(q) - 1) ? Number.NaN : q;
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

/** Events of the bucket, or of a slice of it, and the tiles that stand for others. */
function readEvents({ exchange }: TaskContext, task: SweepTask): { events: Batch; tiles?: Batch } {
  const { slice } = task;
  const read = (sections: SweepTask['events']): Batch | null => {
    const wanted = slice === null ? sections : eventSectionsOf(sections, slice);
    if (wanted.length === 0) return null;
    return slice === null
      ? readSections(exchange, wanted)
      : readSections(exchange, wanted, slice.events, eventRowsOf(task, slice));
  };
  const events = timed(read(task.events) ?? noEvents(task));
  const tiles = read(task.tiles);
  return tiles === null ? { events } : { events, tiles: timed(tiles) };
}

/** The time lane under the name that a sweep knows. */
function timed({ rows, columns: { t, ...lanes } }: Batch): Batch {
  if (!t) throw new Error('rows without a time lane');
  return { rows, columns: { ...lanes, timeMs: t } };
}

/** Features that find their tiles. */
function featuresOf({ features, states }: SweepTask, tiles?: Batch): readonly FeatureSpec[] {
  if (tiles === undefined) return features;
  return features.map((feature) => {
    const own = states[feature.name];
    return own === undefined ? feature : { ...feature, states: own };
  });
}

function readLeft({ exchange }: TaskContext, task: SweepTask): Batch {
  const { slice, left } = task;
  return slice === null
    ? readSections(exchange, left)
    : readSections(exchange, left, slice.left, leftRowsOf(task, slice));
}

const NOTHING: SweepCounts = { events: 0, leftRows: 0, infinite: {}, tooManyDistinct: {} };

/** One bucket, or a slice of one: sort, sweep, and leave the columns per left partition. */
export function runSweep(context: TaskContext, task: SweepTask): SweepResult {
  // Events are those of keys that the left asks for.
  if (task.left.length === 0) return { counts: NOTHING, problem: null, pieces: [] };
  const left = readLeft(context, task);
  const { events, tiles } = readEvents(context, task);
  collect(context);
  context.clock.enter('sweep');
  const tie = task.tie === null ? undefined : events.columns[task.tie];
  const timeMs = numbers(left, 't');
  const leftColumns: Record<string, Column> = { code: left.columns.code! };
  const missingDays = new Set(task.missingDays);
  for (const query of task.queries) leftColumns[query.name] = queryLane(timeMs, query, missingDays);
  const {
    counts,
    problem,
    columns: swept,
  } = sweep(
    {
      events: tie === undefined ? events : { ...events, columns: { ...events.columns, tie } },
      tiles,
      left: { rows: left.rows, columns: leftColumns },
      features: featuresOf(task, tiles),
      strict: task.strict,
    },
    () => {
      collectGrown(context);
      return context.cancelled();
    },
    (phase) => context.clock.enter(phase),
  );
  if (problem) return { counts, problem, pieces: [] };
  context.clock.enter('write');
  return { counts, problem: null, pieces: writePieces(context.exchange, task, left, swept) };
}
