import {
  type AggregateState,
  aggregateState,
  bucketed,
  type Operation,
  type Result,
  type StateConfig,
  type ValueKind,
} from '@tessera/algebra';
import { type GroupBySpec, hopMs, type OutputColumn, windowStartMs } from '@tessera/api';
import {
  type Axis,
  axisOf,
  pieceAt,
  type ServedColumn,
  type ServedState,
  type ServedStates,
  type StateIndex,
  stateIndex,
} from '@tessera/kv-writer';

/** How the features of one part are made of the states of an entry. */
export interface PlannedStates {
  readonly holds: 'states';
  readonly served: ServedStates;
  /** Of the entry that was looked at last. */
  readonly index: StateIndex;
  readonly states: readonly PlannedState[];
  /** Which pieces of each axis count for windows that end at `queryMs`, just before it. */
  readonly frame: (queryMs: number, day: number | null) => Frame;
}

/** A state that is asked for, and what is asked of it. */
export interface PlannedState {
  readonly axis: number;
  /** Among the states of its axis. */
  readonly position: number;
  readonly machine: AggregateState<unknown>;
  /** By window of its axis. */
  readonly columnsOfWindow: readonly (readonly PlannedColumn[])[];
}

export interface PlannedColumn {
  /** Position among the part's features. */
  readonly feature: number;
  /** Position among the windows of its axis. */
  readonly window: number;
  readonly finalize: (state: unknown) => Result;
  /** Of no event at all. */
  readonly empty: Result;
}

/** Runs of pieces, by axis. Instants that have the same runs have one object: what was made with it is made once. */
export interface Frame {
  readonly axes: readonly AxisFrame[];
}

export interface AxisFrame {
  readonly axis: Axis;
  /** Pieces before this one end at the query's instant or before it. */
  readonly end: number;
  /** First piece by window. */
  readonly starts: readonly number[];
  /** Windows from the one that starts last to the one that starts first. */
  readonly latestFirst: readonly number[];
}

/** @param columns the part's features; those that the version does not have are not read */
export function planStates(
  served: ServedStates,
  { aggregations }: GroupBySpec,
  columns: readonly OutputColumn[],
): PlannedStates {
  const feature = new Map<string, number[]>();
  columns.forEach(({ hash }, idx) => {
    feature.set(hash, [...(feature.get(hash) ?? []), idx]);
  });
  const counts = served.axes.map(() => 0);
  const states = served.states.flatMap((state): PlannedState[] => {
    const position = counts[state.axis]!++;
    const asked = state.columns.flatMap((column) =>
      (feature.get(column.hash) ?? []).map((idx) => {
        // Equal hashes are equal aggregations.
        const { k, percentiles, maxDistinct } = aggregations[columns[idx]!.aggregationIdx]!;
        return planColumn(served, state, column, { feature: idx, k, percentiles, maxDistinct });
      }),
    );
    if (asked.length === 0) return [];
    const { axis } = state;
    const columnsOfWindow = served.axes[axis]!.windowsMs.map((_, window) =>
      asked.filter((column) => column.window === window),
    );
    return [{ axis, position, machine: machineOf(state), columnsOfWindow }];
  });
  return { holds: 'states', served, index: stateIndex(counts), states, frame: framesOf(served) };
}

interface Machine {
  readonly operation: Operation;
  readonly machine: StateConfig & { readonly byKind?: ValueKind };
}

function machineOf({ operation, machine: { byKind, ...config } }: Machine) {
  const inner = aggregateState(operation, config);
  return byKind === undefined ? inner : (bucketed(inner, byKind) as AggregateState<unknown>);
}

interface Asked {
  readonly feature: number;
  readonly k: number | undefined;
  readonly percentiles: readonly number[] | undefined;
  readonly maxDistinct: number | undefined;
}

/** One state may answer several operations: each finishes it in its own way. */
function planColumn(
  { axes }: ServedStates,
  state: ServedState,
  { operation, windowMs, nullWhenEmpty }: ServedColumn,
  { feature, k, percentiles, maxDistinct }: Asked,
): PlannedColumn {
  const own = machineOf({
    operation,
    machine: {
      ...state.machine,
      ...(k !== undefined && { k }),
      ...(percentiles && { percentiles }),
      ...(maxDistinct !== undefined && { maxDistinct }),
    },
  });
  const window = axes[state.axis]?.windowsMs.indexOf(windowMs) ?? -1;
  if (window < 0) throw new RangeError('a window of no axis');
  return {
    feature,
    window,
    finalize: own.finalize,
    empty: nullWhenEmpty ? null : own.finalize(own.init()),
  };
}

/** Frames that are at hand: requests of one moment ask for a few. */
const KEPT_FRAMES = 4;

/** A frame, and the instants that have it. */
interface KeptFrame {
  readonly day: number | null;
  readonly fromMs: number;
  /** Exclusive. */
  readonly untilMs: number;
  readonly frame: Frame;
}

function framesOf(served: ServedStates): PlannedStates['frame'] {
  const cuts = new Map<number | null, readonly Axis[]>();
  const axesOf = (day: number | null): readonly Axis[] => {
    let found = cuts.get(day);
    if (found === undefined) {
      found = served.axes.map((_, axis) => axisOf(served, axis, day));
      cuts.set(day, found);
    }
    return found;
  };
  const kept: KeptFrame[] = [];
  return (queryMs, day) => {
    for (const one of kept)
      if (one.day === day && one.fromMs <= queryMs && queryMs < one.untilMs) return one.frame;
    const frame: Frame = {
      axes: axesOf(day).map((axis, idx) => axisFrame(axis, served.axes[idx]!.windowsMs, queryMs)),
    };
    kept.unshift({ day, ...lifetime(served, queryMs), frame });
    if (kept.length > KEPT_FRAMES) kept.pop();
    return frame;
  };
}

/** Until a window begins a hop later. Where events lie behind the instant, each ms may have others. */
function lifetime({ axes, knownMs }: ServedStates, queryMs: number) {
  if (queryMs < knownMs) return { fromMs: queryMs, untilMs: queryMs + 1 };
  let [fromMs, untilMs] = [knownMs, Number.POSITIVE_INFINITY];
  for (const { windowsMs } of axes)
    for (const windowMs of windowsMs) {
      if (windowMs === null) continue;
      const fits = windowStartMs(queryMs, windowMs, 'sawtooth') + windowMs;
      fromMs = Math.max(fromMs, fits);
      untilMs = Math.min(untilMs, fits + hopMs(windowMs));
    }
  return { fromMs, untilMs };
}

function axisFrame(axis: Axis, windowsMs: readonly (number | null)[], queryMs: number): AxisFrame {
  const end = piecesBefore(axis, queryMs);
  const starts = windowsMs.map((windowMs) =>
    windowMs === null ? 0 : piecesBefore(axis, windowStartMs(queryMs, windowMs, 'sawtooth')),
  );
  const latestFirst = starts.map((_, idx) => idx).sort((a, b) => starts[b]! - starts[a]!);
  return { axis, end, starts, latestFirst };
}

/** How many pieces end at an instant that is a cut, or before it. */
function piecesBefore(axis: Axis, ms: number): number {
  if (ms >= axis.knownMs) return Number.MAX_SAFE_INTEGER;
  return Math.max(0, pieceAt(axis, ms));
}
