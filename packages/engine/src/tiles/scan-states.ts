import type { TileStates } from '@tessera/pitjoin';
import type { FeaturePlan, ScanPlan } from '@tessera/planner';
import { type StateFamily, stateFields, statesOf } from '@tessera/tiling';
import { aggregationOf } from './aggregation-of.js';

/** The states that a scan's features need, and the lanes of tile rows that each feature reads them from. */
export interface ScanStates {
  /** In the order of their lanes; each once. */
  readonly families: readonly StateFamily[];
  /** By feature name. */
  readonly lanes: Readonly<Record<string, TileStates>>;
}

/** The lane of field `name` of state `at` (position in the families). */
export function stateLane(at: number, name: string): string {
  return `s${at}_${name}`;
}

export function scanStates(
  scan: Pick<ScanPlan, 'source' | 'lanes'>,
  features: readonly FeaturePlan[],
): ScanStates {
  const families: StateFamily[] = [];
  const positions = new Map<string, number>();
  const lanes: Record<string, TileStates> = {};
  const known = new Map<string, readonly StateFamily[]>();
  // Windows of one aggregation read the same states.
  const statesOfFeature = (feature: FeaturePlan): readonly StateFamily[] => {
    const { operation, input, k, weight, where, by } = feature;
    const key = JSON.stringify([operation, input, k, weight, where, by?.lane]);
    const found =
      known.get(key) ?? statesOf({ ...aggregationOf(feature, scan), windows: [null] }, scan.source);
    known.set(key, found);
    return found;
  };
  for (const feature of features) {
    const own = statesOfFeature(feature);
    for (const family of own) {
      if (positions.has(family.hash)) continue;
      positions.set(family.hash, families.length);
      families.push(family);
    }
    const [first, last, count] = own.map((family) => ({
      family,
      lane: (name: string) => stateLane(positions.get(family.hash)!, name),
    }));
    if (first === undefined) throw new Error(`${feature.name} has no states`);
    lanes[feature.name] = {
      ...(last !== undefined && count !== undefined
        ? {
            kind: 'rate' as const,
            n: count.lane('n'),
            first: eventLanes(first),
            last: eventLanes(last),
          }
        : laneOf(first)),
      ...(first.family.by !== undefined && { buckets: first.lane('buckets') }),
    };
  }
  return { families, lanes };
}

interface Named {
  readonly family: StateFamily;
  readonly lane: (name: string) => string;
}

function eventLanes({ family, lane }: Named) {
  return {
    t: lane('t'),
    ...(family.tie !== undefined && { tie: lane('tie') }),
    value: lane('value'),
  };
}

function laneOf(named: Named): TileStates {
  const { family, lane } = named;
  const { kind } = family;
  switch (kind) {
    case 'count':
      return { kind, n: lane('n') };
    case 'sum':
      return { kind, n: lane('n'), terms: lane('terms') };
    case 'isum':
      return { kind, n: lane('n'), sum: lane('sum') };
    case 'moments': {
      const sums = stateFields(family).filter(({ name }) => /^s\d$/.test(name));
      return {
        kind,
        n: lane('n'),
        overflows: lane('overflows'),
        sums: sums.map(({ name }) => lane(name)),
      };
    }
    case 'wsum':
      return {
        kind,
        n: lane('n'),
        overflows: lane('overflows'),
        weighted: lane('weighted'),
        weights: lane('weights'),
      };
    case 'min':
    case 'max':
    case 'top':
    case 'bottom':
      return { kind, value: lane('value') };
    case 'first':
    case 'last':
      return { kind, ...eventLanes(named) };
    case 'distinct':
      return { kind, value: lane('value'), n: lane('n') };
    case 'hll':
      return { kind, slots: lane('slots') };
    case 'percentile':
      return { kind, bucket: lane('bucket'), n: lane('n') };
    case 'vector':
      return { kind, n: lane('n'), length: lane('length'), terms: lane('terms') };
  }
}
