import {
  type Batch,
  type Column,
  gather,
  type KeyTimeOrder,
  rowCompare,
  sortByKeyTime,
} from '@tessera/columnar';
import { denseRanks, evaluateByBucket } from './buckets.js';
import { evaluate, type RowReport } from './evaluate.js';
import { cleanColumn, hasInfinity } from './input/clean.js';
import { type Input, makeInput } from './input/input.js';
import { memo } from './lazy.js';
import { makeLane } from './order/lane.js';
import { overEntries, type Ranges, windowHeads, windowTails } from './order/ranges.js';
import { bucketView, type EventView, keyView } from './order/view.js';
import { type Prepared, prepare } from './prepared.js';
import { type ProblemLog, problemLog, rowReporter } from './problems.js';
import type { FeatureSpec, SweepInput, SweepOutput } from './sweep-spec.js';

/** Operations that take a list as one value; the others see its elements (S5.6). */
const WHOLE: ReadonlySet<string> = new Set([
  'FIRST',
  'LAST',
  'FIRST_K',
  'LAST_K',
  'VECTOR_SUM',
  'VECTOR_AVERAGE',
]);

/**
 * The point-in-time sweep: every feature of every left row over the events its window holds (S2, S4, S5).
 *
 * Events are sorted by (key, time, tie) once; per distinct window two cursors give each left row a range of them; each
 * feature is then a kernel over (values, ranges). Values depend neither on the order of the batches nor on which keys
 * are swept together.
 *
 * Shapes   events: E rows, left: N rows, in any order
 * Returns  one column per feature, N rows in the left's order. `problem` set: that row's value is null and the result is
 *          not to be used.
 * Throws   Error `cancelled` between two features once `isCancelled` says so; TypeError when a lane that a feature names is missing or of a kind its operation cannot read.
 * Cost     O(E + N) per sort, window and kernel, with logarithms for ordered state; memory per lane in use.
 * Oracle   test/naive.ts, quadratic.
 */
export function sweep(input: SweepInput, isCancelled: () => boolean = () => false): SweepOutput {
  const { events, left, features } = input;
  const log = problemLog();
  const infinite: Record<string, number> = {};
  const tooManyDistinct: Record<string, number> = {};
  const inputs = readInputs(input, infinite, log);
  const tie = events.columns.tie ?? null;
  const tieOrder = tie === null ? null : rowCompare(tie);
  const view = keyView(sortByKeyTime(codes(events), numbers(events, 'timeMs'), tie), tieOrder);
  const leftCode = codes(left);
  const lefts = new Map<string, SortedLeft>();
  const leftOf = (query: string) =>
    memo(lefts, query, () => sortLeft(leftCode, numbers(left, query)));
  const windows = windowCache(view, (query) => leftOf(query).sorted);
  const bucketViews = new Map<string, EventView>();

  const columns: Record<string, Column> = {};
  for (const { name } of features) columns[name] = { kind: 'f64', values: new Float64Array(0) };
  for (const family of families(features)) {
    if (isCancelled()) throw new Error('cancelled');
    const sample = family[0]!.feature;
    const ofInput = sample.input === null ? null : inputs(sample.input);
    const by = sample.by === undefined ? null : inputs(sample.by.lane);
    const laneView =
      sample.by === undefined || by === null
        ? view
        : memo(bucketViews, sample.by.lane, () => {
            const { rank, size } = denseRanks(by.rows.ordered());
            return bucketView(view, rank, size, tieOrder);
          });
    const opened = !WHOLE.has(sample.operation) ? (ofInput?.elements ?? null) : null;
    const weights = sample.weight === undefined ? null : inputs(sample.weight).rows;
    const lane = makeLane({
      view: laneView,
      items: opened?.items ?? ofInput?.rows ?? null,
      itemOffsets: opened?.offsets ?? null,
      rowMask: rowMask(events, sample.where, weights?.valid() ?? null),
    });
    const entryRanges = windows.over(
      family.map((f) => f.feature),
      (positions) => overEntries(lane, positions),
    );
    const prepared: Prepared = prepare(
      lane,
      { elements: ofInput?.elements ?? null, weights: weights?.doubles() ?? null },
      entryRanges.together,
    );
    for (const { feature, featureIdx } of family) {
      const { sorted, inverse } = leftOf(feature.query);
      const problem = rowReporter(log, feature, featureIdx, sorted, leftCode);
      const report: RowReport = {
        problem,
        tooManyDistinct: (row, distinct) => {
          tooManyDistinct[feature.name] = (tooManyDistinct[feature.name] ?? 0) + 1;
          if (input.strict) problem(row, 'TOO_MANY_DISTINCT', `${distinct} distinct values`);
        },
      };
      const column =
        by === null
          ? evaluate(feature, prepared, entryRanges.of(feature), report)
          : evaluateByBucket(feature, prepared, sorted, by.rows.column, report);
      columns[feature.name] = gather(column, inverse);
    }
  }
  return {
    columns,
    counts: { events: events.rows, leftRows: left.rows, infinite, tooManyDistinct },
    problem: log.first(),
  };
}

interface SortedLeft {
  readonly sorted: KeyTimeOrder;
  /** Left row → sorted position; -1 = null key or no time. */
  readonly inverse: Int32Array;
}

function sortLeft(code: Int32Array, queryMs: Float64Array): SortedLeft {
  const sorted = sortByKeyTime(code, queryMs);
  const inverse = new Int32Array(code.length).fill(-1);
  for (let i = 0; i < sorted.order.length; i++) inverse[sorted.order[i]!] = i;
  return { sorted, inverse };
}

interface Numbered {
  readonly feature: FeatureSpec;
  readonly featureIdx: number;
}

/** Features that read the same lane, together, so that what they share is let go before the next lane's is made. */
function families(features: readonly FeatureSpec[]): Numbered[][] {
  const found = new Map<string, Numbered[]>();
  features.forEach((feature, featureIdx) => {
    const { input, where, by, weight, operation } = feature;
    const key = JSON.stringify([
      input,
      where ?? null,
      by?.lane ?? null,
      weight ?? null,
      WHOLE.has(operation),
    ]);
    memo(found, key, (): Numbered[] => []).push({ feature, featureIdx });
  });
  return [...found.values()];
}

/** Cleaned inputs by lane (S4.4); what was infinite is counted once per lane, and in STRICT is a problem. */
function readInputs(
  { events, features, strict }: SweepInput,
  infinite: Record<string, number>,
  log: ProblemLog,
): (lane: string) => Input {
  const inputs = new Map<string, Input>();
  features.forEach((feature, featureIdx) => {
    const lanes = [
      { lane: feature.input, type: feature.inputType },
      { lane: feature.weight ?? null, type: { kind: 'double' } as const },
      { lane: feature.by?.lane ?? null, type: feature.by?.type ?? null },
    ];
    for (const { lane, type } of lanes) {
      if (lane === null || type === null || inputs.has(lane)) continue;
      const column = laneOf(events, lane);
      const cleaned = cleanColumn(column);
      inputs.set(lane, makeInput(cleaned.column, type));
      if (cleaned.infinite === 0) continue;
      infinite[lane] = cleaned.infinite;
      if (!strict) continue;
      let keyCode = Infinity;
      codes(events).forEach((code, row) => {
        if (code < keyCode && hasInfinity(column, row)) keyCode = code;
      });
      log.report(
        { query: -Infinity, featureIdx },
        {
          kind: 'INFINITE_INPUT',
          feature: feature.name,
          keyCode,
          lane,
          detail: 'an input is infinite',
        },
      );
    }
  });
  return (lane) => {
    const found = inputs.get(lane);
    if (found === undefined) throw new TypeError(`lane ${lane} has no type`);
    return found;
  };
}

/** Rows where the predicate is true (null is not) and the weight is not null; null = all. */
function rowMask(
  events: Batch,
  where: string | undefined,
  weightValid: Uint8Array | null,
): Uint8Array | null {
  if (where === undefined) return weightValid;
  const holds = numbers(events, where);
  const mask = new Uint8Array(events.rows);
  for (let i = 0; i < mask.length; i++) {
    mask[i] = holds[i] === 1 && (weightValid === null || weightValid[i] === 1) ? 1 : 0;
  }
  return mask;
}

/** Ranges of left rows over event positions: heads once per query lane, tails once per window. */
function windowCache(view: EventView, leftOf: (query: string) => KeyTimeOrder) {
  const heads = new Map<string, ReturnType<typeof windowHeads>>();
  const tails = new Map<string, Int32Array>();
  const keyOf = ({ query, windowMs, tail }: FeatureSpec) =>
    JSON.stringify([query, windowMs, windowMs === null ? null : tail]);
  const headOf = (query: string) => memo(heads, query, () => windowHeads(view, leftOf(query)));
  const rangesOf = (feature: FeatureSpec): Ranges => {
    const { query, windowMs, tail } = feature;
    const { end, groupStart } = headOf(query);
    const start =
      windowMs === null
        ? groupStart
        : memo(tails, keyOf(feature), () => windowTails(view, leftOf(query), windowMs, tail));
    return { start, end };
  };
  return {
    /** The same over a lane's entries; windows of one query lane share their head's array. */
    over: (features: readonly FeatureSpec[], toEntries: (positions: Int32Array) => Int32Array) => {
      const made = new Map<string, Ranges>();
      const laneHeads = new Map<string, Int32Array>();
      const of = (feature: FeatureSpec): Ranges =>
        memo(made, keyOf(feature), () => {
          const { start, end } = rangesOf(feature);
          const head = memo(laneHeads, feature.query, () => toEntries(end));
          return { start: toEntries(start), end: head };
        });
      const together = (ranges: Ranges): Ranges[] => {
        const all = new Set<Ranges>([ranges]);
        for (const feature of features) {
          const { operation, by } = feature;
          if (by !== undefined || (operation !== 'MIN' && operation !== 'MAX')) continue;
          const other = of(feature);
          if (other.end === ranges.end) all.add(other);
        }
        return [...all];
      };
      return { of, together };
    },
  };
}

function laneOf(batch: Batch, name: string): Column {
  const column = batch.columns[name];
  if (column === undefined) throw new TypeError(`no lane ${name}`);
  return column;
}

function codes(batch: Batch): Int32Array {
  const column = laneOf(batch, 'code');
  if (column.kind !== 'code') throw new TypeError(`lane code is ${column.kind}`);
  return column.values;
}

function numbers(batch: Batch, name: string): Float64Array {
  const column = laneOf(batch, name);
  if (column.kind !== 'f64') throw new TypeError(`lane ${name} is ${column.kind}`);
  return column.values;
}
