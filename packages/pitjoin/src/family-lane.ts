import { type Batch, type Column, type RowCompare, rowCompare } from '@tessera/columnar';
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
  /** Buckets by row of the lane's view; null without `by`. */
  readonly buckets: Column | null;
}

export interface Timeline {
  readonly events: Batch;
  readonly view: EventView;
  /** 1 where a row is a tile; null when none is. */
  readonly tile: Uint8Array | null;
  /** Cleaned inputs by lane. */
  readonly inputs: (lane: string) => Input;
}

/** Lanes of families, given one feature of each. Views by bucket are made once. */
export function familyLanes(timeline: Timeline): (feature: FeatureSpec) => FamilyLane {
  const { events, view, tile, inputs } = timeline;
  const tie = events.columns.tie ?? null;
  const tieOrder = tie === null ? null : rowCompare(tie);
  const bucketed = new Map<string, BucketedView>();
  return (feature) => {
    const { input, by, where, weight, states } = feature;
    const ofInput = input === null ? null : inputs(input);
    const weights = weight === undefined ? null : inputs(weight).rows;
    const mixed = tile !== null && states !== undefined;
    const grouped =
      by === undefined
        ? { view, buckets: null }
        : memo(bucketed, JSON.stringify([by.lane, states?.buckets ?? null]), () => {
            const raw = inputs(by.lane).rows.column;
            return mixed
              ? mixedBuckets(timeline, tile, raw, states)
              : splitView(view, raw, tieOrder);
          });
    const opened = takesWhole(feature) ? null : (ofInput?.elements ?? null);
    const source: LaneSource = {
      view: grouped.view,
      items: opened?.items ?? ofInput?.rows ?? null,
      itemOffsets: opened?.offsets ?? null,
      rowMask: rowMask(events, where, weights?.valid() ?? null, mixed ? null : tile),
    };
    const raw = { elements: ofInput?.elements ?? null, weights: weights?.doubles() ?? null };
    if (!mixed) {
      const lane = makeLane(source);
      return { lane, sources: rawSources(lane, raw), buckets: grouped.buckets };
    }
    const items = stateItems(states, stateRows(events, states), () => source.items!.terms().length);
    const lane = makeMixedLane({
      ...source,
      states: items,
      stateOf:
        by === undefined ? (row) => (tile[row] === 1 ? row : -1) : (row) => row - events.rows,
      base: source.items?.length ?? events.rows,
      tie,
    });
    const sources = mixedSources(lane, items.content, raw);
    return { lane, sources, buckets: grouped.buckets };
  };
}

interface BucketedView {
  readonly view: EventView;
  readonly buckets: Column;
}

function splitView(view: EventView, buckets: Column, tieOrder: RowCompare | null): BucketedView {
  const { rank, size } = denseRanks(orderedValues(buckets));
  return { view: bucketView(view, rank, size, tieOrder), buckets };
}

/** Tiles opened into their buckets' states; buckets of raw rows, then those of states. */
function mixedBuckets(
  { events, view }: Timeline,
  tile: Uint8Array,
  raw: Column,
  states: TileStates,
): BucketedView {
  const lists = stateLists(events, states);
  return splitView(openTiles(view, tile, lists), concatNarrow(raw, lists.child), null);
}

/** Rows where the predicate is true (null is not), the weight is not null, and that are no tiles; null = all. */
function rowMask(
  events: Batch,
  where: string | undefined,
  weightValid: Uint8Array | null,
  tile: Uint8Array | null,
): Uint8Array | null {
  if (where === undefined && tile === null) return weightValid;
  const holds = where === undefined ? null : numbersOf(events, where);
  const mask = new Uint8Array(events.rows);
  for (let i = 0; i < mask.length; i++) {
    const seen =
      (holds === null || holds[i] === 1) &&
      (weightValid === null || weightValid[i] === 1) &&
      (tile === null || tile[i] === 0);
    mask[i] = seen ? 1 : 0;
  }
  return mask;
}
