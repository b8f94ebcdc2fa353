import type { KeyTimeOrder } from '@tessera/columnar';
import { memo } from '../lazy.js';
import type { FeatureSpec } from '../sweep-spec.js';
import { type Ranges, windowHeads, windowTails } from './ranges.js';
import type { EventView } from './view.js';

/** Ranges of left rows over event positions: heads once per query lane, tails once per window. */
export function windowCache(view: EventView, leftOf: (query: string) => KeyTimeOrder) {
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
    rangesOf,
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
