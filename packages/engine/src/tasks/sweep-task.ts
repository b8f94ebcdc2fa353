import { type DataType, dayOf } from '@tessera/api';
import type { Batch, Column } from '@tessera/columnar';
import {
  type FeatureSpec,
  type LeftOrders,
  leftOrders,
  type SweepOutput,
  sweep,
} from '@tessera/pitjoin';
import { effectiveQueryMs, type QueryPlan } from '@tessera/planner';
import { collect, collectGrown, type TaskContext } from './context.js';
import { emptyColumn } from './empty-column.js';
import { type PieceLayout, pieceLayout } from './pieces.js';
import { readSections } from './read-sections.js';
import type { ScanSwept, SweepResult } from './result.js';
import { eventRowsOf, eventSectionsOf, leftRowsOf } from './slices.js';
import type { ScanSweep, SweepTask } from './task.js';
import { codes, numbers } from './typed.js';

function queryLane(
  timeMs: Float64Array,
  query: Omit<QueryPlan, 'name'>,
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
function noEvents(task: ScanSweep): Batch {
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
function readEvents(
  { exchange }: TaskContext,
  task: SweepTask,
  scan: ScanSweep,
): { events: Batch; tiles?: Batch } {
  const { slice } = task;
  const read = (sections: SweepTask['events']): Batch | null => {
    const wanted = slice === null ? sections : eventSectionsOf(sections, slice);
    if (wanted.length === 0) return null;
    return slice === null
      ? readSections(exchange, wanted)
      : readSections(exchange, wanted, slice.events, eventRowsOf(task, slice));
  };
  const events = timed(read(scan.events) ?? noEvents(scan));
  const tiles = read(scan.tiles);
  return tiles === null ? { events } : { events, tiles: timed(tiles) };
}

/** The time lane under the name that a sweep knows. */
function timed({ rows, columns: { t, ...lanes } }: Batch): Batch {
  if (!t) throw new Error('rows without a time lane');
  return { rows, columns: { ...lanes, timeMs: t } };
}

/** Features that find their tiles. */
function featuresOf({ features, states }: ScanSweep, tiles?: Batch): readonly FeatureSpec[] {
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

const NOTHING: ScanSwept = {
  counts: { events: 0, leftRows: 0, infinite: {}, tooManyDistinct: {} },
  problem: null,
};

/** Left rows as every sweep over them needs them; each lane of query times is made once, and its order with it. */
interface LeftOfSweeps {
  readonly rows: number;
  readonly code: Column;
  readonly orders: LeftOrders;
  readonly laneOf: (query: QueryPlan, missingDays: readonly number[]) => Column;
}

function leftOfSweeps(left: Batch, arrange: PieceLayout['arrange']): LeftOfSweeps {
  const timeMs = numbers(left, 't');
  const lanes = new Map<string, Column>();
  const laneOf = ({ name: _, ...rule }: QueryPlan, missingDays: readonly number[]): Column => {
    const key = JSON.stringify([rule, missingDays]);
    const lane = lanes.get(key) ?? queryLane(timeMs, rule, new Set(missingDays));
    lanes.set(key, lane);
    return lane;
  };
  const orders = leftOrders(codes(left, 'code'), arrange);
  return { rows: left.rows, code: left.columns.code!, orders, laneOf };
}

/** One bucket, or a slice of one: sort, sweep, and leave the columns per left partition. */
export function runSweep(context: TaskContext, task: SweepTask): SweepResult {
  const { others } = task;
  // Events are those of keys that the left asks for.
  if (task.left.length === 0) return { scans: [NOTHING, ...others.map(() => NOTHING)], pieces: [] };
  const rows = readLeft(context, task);
  const layout = pieceLayout(rows, task);
  const left = leftOfSweeps(rows, layout.arrange);
  const columns: Record<string, Column> = {};
  const swept = (scan: ScanSweep): ScanSwept => {
    const { counts, problem, columns: own } = sweepScan(context, task, scan, left);
    Object.assign(columns, own);
    return { counts, problem };
  };
  const scans: SweepResult['scans'] = [swept(task), ...others.map(swept)];
  if (scans.some(({ problem }) => problem !== null)) return { scans, pieces: [] };
  context.clock.enter('write');
  return { scans, pieces: layout.write(context.exchange, task.id, columns) };
}

function sweepScan(
  context: TaskContext,
  task: SweepTask,
  scan: ScanSweep,
  left: LeftOfSweeps,
): SweepOutput {
  context.clock.enter('read');
  const { events, tiles } = readEvents(context, task, scan);
  collect(context);
  context.clock.enter('sweep');
  const tie = scan.tie === null ? undefined : events.columns[scan.tie];
  const columns: Record<string, Column> = { code: left.code };
  for (const query of scan.queries) columns[query.name] = left.laneOf(query, scan.missingDays);
  return sweep(
    {
      events: tie === undefined ? events : { ...events, columns: { ...events.columns, tie } },
      tiles,
      left: { rows: left.rows, columns },
      orders: left.orders,
      features: featuresOf(scan, tiles),
      strict: task.strict,
    },
    () => {
      collectGrown(context);
      return context.cancelled();
    },
    (phase) => context.clock.enter(phase),
  );
}
