import {
  type Arena,
  type Column,
  place,
  rowCompare,
  sortByKeyTime,
  withArena,
} from '@tessera/columnar';
import { codesOf, numbersOf } from './batch-lanes.js';
import { evaluateByBucket } from './buckets.js';
import { evaluate, type RowReport } from './evaluate.js';
import { families, type Numbered } from './families.js';
import { familyLanes } from './family-lane.js';
import { readInputs } from './input/read-inputs.js';
import { lazy, memo } from './lazy.js';
import { leftOrders, type SortedLeft } from './order/left-orders.js';
import { overEntries } from './order/ranges.js';
import { keyView } from './order/view.js';
import { windowCache } from './order/window-cache.js';
import { prepare } from './prepared.js';
import { problemLog, rowReporter } from './problems.js';
import { requireFit, requireNoTiles, timelineRows } from './states/tiles.js';
import type { SweepInput, SweepOutput } from './sweep-spec.js';

/**
 * The point-in-time sweep: every feature of every left row over the events its window holds (S2, S4, S5).
 *
 * Events are sorted by (key, time, tie) once; per distinct window two cursors give each left row a range of them; each
 * feature is then a kernel over (values, ranges). Values depend neither on the order of the batches nor on which keys
 * are swept together, nor on which hops are given as events and which as tiles.
 *
 * @param onPhase told what is done from here on
 *
 * Shapes   events: E rows, tiles: T rows, left: N rows, in any order
 * Returns  one column per feature, N rows in the left's order. `problem` set: that row's value is null and the result is
 *          not to be used.
 * Throws   Error `cancelled` between two features once `isCancelled` says so; TypeError when a lane that a feature names is
 *          missing or of a kind its operation cannot read, or a tile is in the window of a feature without states.
 * Cost     O(E + T + N) per sort, window and kernel, with logarithms for ordered state; memory per lane in use.
 * Oracle   test/naive.ts, quadratic.
 */
export function sweep(
  input: SweepInput,
  isCancelled: () => boolean = () => false,
  onPhase: (phase: 'sort' | 'sweep') => void = () => undefined,
): SweepOutput {
  return withArena(arenaBytes(input), (arena) => swept(arena, input, isCancelled, onPhase));
}

/**
 * Room for what is sorted and for one family at a time: order, time, values, two prefixes, a stack, and what is copied.
 * What does not fit is made elsewhere.
 */
function arenaBytes({ events, tiles, left }: SweepInput): number {
  const entries = events.rows + (tiles?.rows ?? 0);
  return 96 * entries + 96 * left.rows + SPARE_BYTES;
}

/** Counts of codes, of which a bucket has few: all of them lie below a bound. */
const SPARE_BYTES = 4e6;

function swept(
  arena: Arena,
  input: SweepInput,
  isCancelled: () => boolean,
  onPhase: (phase: 'sort' | 'sweep') => void,
): SweepOutput {
  const { events, left, features } = input;
  const tiles = input.tiles !== undefined && input.tiles.rows > 0 ? input.tiles : null;
  const log = problemLog();
  const infinite: Record<string, number> = {};
  const tooManyDistinct: Record<string, number> = {};
  const inputs = readInputs(input, infinite, log);
  const { code, timeMs, tie } = timelineRows(input);
  const tieOrder = tie === null ? null : rowCompare(tie);
  const sorting = <T>(sort: () => T): T => {
    onPhase('sort');
    const order = sort();
    onPhase('sweep');
    return order;
  };
  const view = keyView(
    sorting(() => sortByKeyTime(code, timeMs, tie)),
    tieOrder,
  );
  features.forEach(requireFit);
  const leftCode = codesOf(left);
  const orders = input.orders ?? leftOrders(leftCode);
  const lefts = new Map<string, SortedLeft>();
  const leftOf = (query: string) =>
    memo(lefts, query, () => sorting(() => orders.of(numbersOf(left, query))));
  const windows = windowCache(view, (query) => leftOf(query).sorted);
  const laneOf = familyLanes({ events, tiles, view, inputs });
  const checkWindows = tiles === null ? null : lazy(() => requireNoTiles(view, events.rows));

  const sweepFamily = (family: readonly Numbered[]) => {
    const { lane, sources, buckets } = laneOf(family[0]!.feature);
    const entryRanges = windows.over(
      family.map((f) => f.feature),
      (positions) => overEntries(lane, positions),
    );
    const prepared = prepare(lane, sources, entryRanges.together);
    for (const { feature, featureIdx } of family) {
      if (feature.states === undefined) checkWindows?.()(feature.name, windows.rangesOf(feature));
      const { sorted, to } = leftOf(feature.query);
      const problem = rowReporter(log, feature, featureIdx, sorted, leftCode);
      const report: RowReport = {
        problem,
        tooManyDistinct: (row, distinct) => {
          tooManyDistinct[feature.name] = (tooManyDistinct[feature.name] ?? 0) + 1;
          if (input.strict) problem(row, 'TOO_MANY_DISTINCT', `${distinct} distinct values`);
        },
      };
      const column =
        buckets === null
          ? evaluate(feature, prepared, entryRanges.of(feature), report)
          : evaluateByBucket(feature, prepared, sorted, buckets, report);
      columns[feature.name] = place([column], [to], left.rows);
    }
  };

  const columns: Record<string, Column> = {};
  for (const { name } of features) columns[name] = { kind: 'f64', values: new Float64Array(0) };
  for (const family of families(features, tiles === null ? 'raw' : 'mixed')) {
    if (isCancelled()) throw new Error('cancelled');
    // What a family makes in the arena is forgotten with it: left rows in order, which others read too, lie elsewhere.
    arena.scoped(() => sweepFamily(family));
  }
  return {
    columns,
    counts: { events: code.length, leftRows: left.rows, infinite, tooManyDistinct },
    problem: log.first(),
  };
}
