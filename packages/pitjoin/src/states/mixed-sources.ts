import type { Segments } from '../exact/segments.js';
import type { Input } from '../input/input.js';
import { bucketNumbers } from '../kernels/percentile.js';
import { powerTerms, productTerms, type Terms } from '../kernels/powers.js';
import type { Vectors } from '../kernels/vectors.js';
import { type EntrySources, type SumTerms, sumTerms } from '../sources.js';
import { gatherBoth, type MixedLane } from './mixed-lane.js';
import { mixedVectors } from './mixed-vectors.js';
import type { ItemContent } from './state-items.js';

/** As `rawSources`, with the states' share at the entries of tiles: raw entries are reckoned as ever, tiles' laid over. */
export function mixedSources(
  lane: MixedLane,
  content: ItemContent,
  { elements, weights }: { elements: Input['elements']; weights: Float64Array | null },
): EntrySources {
  const input = () => {
    if (lane.input === null) throw new TypeError('an operation without an input');
    return lane.input;
  };
  const only = <K extends ItemContent['kind']>(kind: K): Extract<ItemContent, { kind: K }> => {
    if (content.kind !== kind) throw new TypeError(`states of ${content.kind}, not ${kind}`);
    // The tag was compared; TypeScript does not narrow a generic tag.
    return content as Extract<ItemContent, { kind: K }>;
  };
  const rawDoubles = () => gatherBoth(lane, input().doubles(), 0);
  const rawWeights = () => {
    const { items, rows, base } = lane;
    const out = new Float64Array(items.length);
    for (let j = 0; j < out.length; j++) if (items[j]! < base) out[j] = weights![rows[j]!]!;
    return out;
  };
  return {
    valueTerms: () => {
      const raw = input().terms();
      const { terms } = only('sum');
      return Array.from({ length: Math.max(raw.length, terms.length) }, (_, t) =>
        gatherBoth(lane, raw[t] ?? 0, terms[t] ?? 0),
      );
    },
    powerTerms: (k) => {
      const { powers, overflows } = only('moments');
      const state = powers[k - 1]!;
      if (k === 1) {
        const terms = [0, 1].map((t) =>
          gatherBoth(lane, t === 0 ? input().doubles() : 0, state[t]!),
        );
        return { terms, overflows: null };
      }
      return laidOver(lane, powerTerms(rawDoubles(), k), state, overflows);
    },
    productTerms: () => {
      const { weighted, overflows } = only('wsum');
      return laidOver(lane, productTerms(rawDoubles(), rawWeights()), weighted, overflows);
    },
    weightTerms: () => {
      const state = only('wsum').weights;
      const high = rawWeights();
      const low = new Float64Array(high.length);
      overlay(lane, high, state[0]!);
      overlay(lane, low, state[1]!);
      return [high, low];
    },
    slots: () => gatherBoth(lane, input().slots(), only('slots').slots),
    bucketNumbers: () => {
      const numbers = bucketNumbers(rawDoubles());
      overlay(lane, numbers, only('buckets').buckets);
      return numbers;
    },
    vectors: (segments: Segments): Vectors =>
      mixedVectors(lane, only('vectors').vectors, elements!, segments),
  };
}

/** Raw terms, which are 0 at entries of tiles, with the states' in their place. */
function laidOver(
  lane: MixedLane,
  raw: Terms,
  [high, low]: readonly Float64Array[],
  stateOverflows: Float64Array,
): SumTerms {
  overlay(lane, raw.high, high!);
  overlay(lane, raw.low, low!);
  return { ...sumTerms(raw), overflows: withOverflows(lane, raw.overflows, stateOverflows) };
}

function overlay(
  { items, base }: MixedLane,
  entries: Float64Array | Int32Array,
  state: Float64Array,
): void {
  for (let j = 0; j < items.length; j++) {
    const item = items[j]! - base;
    if (item >= 0) entries[j] = state[item]!;
  }
}

/** Whether there are any matters, not how many: one is counted for each tile that has some. */
function withOverflows(
  { items, base }: MixedLane,
  raw: Int32Array | null,
  state: Float64Array,
): Int32Array | null {
  if (!state.some((n) => n > 0)) return raw;
  const out = new Int32Array(items.length + 1);
  let tiles = 0;
  for (let j = 0; j < items.length; j++) {
    const item = items[j]! - base;
    if (item >= 0 && state[item]! > 0) tiles++;
    out[j + 1] = (raw === null ? 0 : raw[j + 1]!) + tiles;
  }
  return out;
}
