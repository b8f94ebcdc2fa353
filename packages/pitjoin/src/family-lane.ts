import {
  type Batch,
  type Column,
  columnLength,
  gather,
  type RowCompare,
  rowCompare,
} from '@tessera/columnar';
import { numbersOf } from './batch-lanes.js';
import { denseRanks } from './buckets.js';
import { takesWhole } from './families.js';
import type { Input } from './input/input.js';
import { orderedValues } from './input/numbers.js';
import { memo } from './lazy.js';
import { type Lane, type LaneSource, makeLane } from './order/lane.js';
import { bucketView, type EventView } from './order/view.js';
import { type EntrySources, rawSources } from './sources.js';
import { makeMixedLane } from './states/mixed-lane.js';
import { mixedSources } from './states/mixed-sources.js';
import { concatNarrow, stateItems } from './states/state-items.js';
import { stateLists, stateRows } from './states/state-rows.js';
import type { TileStates } from './states/tile-states.js';
import { openTiles } from './states/tile-view.js';
import type { FeatureSpec } from './sweep-spec.js';

/** What a family of features reads. */
export interface FamilyLane {
  readonly lane: Lane;
  readonly sources: EntrySources;
  /** The bucket of each group of the lane's view; null without `by`. */
  readonly buckets: Column | null;
}

export interface Timeline {
  readonly events: Batch;
  /** Rows of the view after those of the events; null when there are none. */
  readonly tiles: Batch | null;
  readonly view: EventView;
  /** Cleaned inputs by lane. */
  readonly inputs: (lane: string) => Input;
}

/** Lanes of families, given one feature of each. Views by bucket are made once. */
export function familyLanes(timeline: Timeline): (feature: FeatureSpec) => FamilyLane {
  const { events, tiles, view, inputs } = timeline;
  const tie = events.columns.tie ?? null;
  const tieOrder = tie === null ? null : rowCompare(tie);
  const bucketed = new Map<string, BucketedView>();
  return (feature) => {
    const { input, by, where, weight, states } = feature;
    const ofInput = input === null ? null : inputs(input);
    const weights = weight === undefined ? null : inputs(weight).rows;
    const rows = events.rows + (tiles?.rows ?? 0);
    const own = states === undefined || tiles === null ? null : { tiles, states };
    const grouped =
      by === undefined
        ? { view, buckets: null }
        : memo(bucketed, JSON.stringify([by.lane, states?.buckets ?? null]), () => {
            const raw = inputs(by.lane).rows.column;
            return own === null
              ? splitView(view, { buckets: raw, rows }, tieOrder)
              : mixedBuckets(timeline, own.tiles, raw, own.states);
          });
    const opened = takesWhole(feature) ? null : (ofInput?.elements ?? null);
    const source: LaneSource = {
      view: grouped.view,
      items: opened?.items ?? ofInput?.rows ?? null,
      itemOffsets: opened?.offsets ?? null,
      rowMask: rowMask(events, where, weights?.valid() ?? null, own === null ? rows : events.rows),
    };
    const raw = { elements: ofInput?.elements ?? null, weights: weights?.doubles() ?? null };
    if (own === null) {
      const lane = makeLane(source);
      return { lane, sources: rawSources(lane, raw), buckets: grouped.buckets };
    }
    const termWidth = () => source.items!.terms().length;
    const items = stateItems(own.states, stateRows(own.tiles, own.states), termWidth);
    const lane = makeMixedLane({
      ...source,
      states: items,
      eventRows: events.rows,
      base: source.items?.length ?? events.rows,
      tie,
    });
    const sources = mixedSources(lane, items.content, raw);
    return { lane, sources, buckets: grouped.buckets };
  };
}

interface BucketedView {
  readonly view: EventView;
  /** One for each group. */
  readonly buckets: Column;
}

/** Rows beyond the buckets are in none. */
function splitView(
  view: EventView,
  { buckets, rows }: { readonly buckets: Column; readonly rows: number },
  tieOrder: RowCompare | null,
): BucketedView {
  const { rank, size } = denseRanks(orderedValues(buckets));
  const ranks = rank.length < rows ? new Int32Array(rows).fill(-1) : rank;
  if (ranks !== rank) ranks.set(rank);
  const split = bucketView(view, ranks, size, tieOrder);
  return { view: split, buckets: gather(buckets, firstRows(split)) };
}

/** A row of each group. */
function firstRows({ order, groupCode, groupStart }: EventView): Int32Array {
  const rows = new Int32Array(groupCode.length);
  for (let g = 0; g < rows.length; g++) rows[g] = order[groupStart[g]!]!;
  return rows;
}

/** Tiles opened into their buckets' states; buckets of raw rows, then those of states. */
function mixedBuckets(
  { events, view }: Timeline,
  tiles: Batch,
  raw: Column,
  states: TileStates,
): BucketedView {
  const lists = stateLists(tiles, states);
  const buckets = concatNarrow(raw, lists.child);
  const rows = columnLength(buckets);
  return splitView(openTiles(view, events.rows, lists), { buckets, rows }, null);
}

/**
 * Events where the predicate is true (null is not) and the weight is not null; null = all.
 *
 * @param rows as many are told of: those after the events are out
 */
function rowMask(
  events: Batch,
  where: string | undefined,
  weightValid: Uint8Array | null,
  rows: number,
): Uint8Array | null {
  if (where === undefined && rows === events.rows) return weightValid;
  const holds = where === undefined ? null : numbersOf(events, where);
  const mask = new Uint8Array(rows);
  for (let i = 0; i < events.rows; i++) {
    const seen =
      (holds === null || holds[i] === 1) && (weightValid === null || weightValid[i] === 1);
    mask[i] = seen ? 1 : 0;
  }
  return mask;
}
