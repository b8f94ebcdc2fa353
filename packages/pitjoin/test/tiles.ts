import { windowStartMs } from '@tessera/api';
import { type Batch, type Column, gatherBatch } from '@tessera/columnar';
import type { FeatureSpec } from '../src/index.js';
import { code, f64 } from './build.js';
import type { Random } from './random.js';
import { shuffle } from './sorts.js';
import { statesOver } from './tile-states.js';

export const HOPS = [300_000, 3_600_000, 86_400_000] as const;

/**
 * Some of the hops that no window cuts given as tiles, the rest of the events as they are, both in any order. A hop's events may
 * be dealt out to two tiles, as when late rows stand in another file.
 */
export function withTiles(
  r: Random,
  events: Batch,
  left: Batch,
  features: readonly FeatureSpec[],
): { events: Batch; tiles: Batch; features: FeatureSpec[] } {
  const groups = tileGroups(r, events, left, features);
  const tiled = new Set(groups.flatMap((g) => g.rows));
  const raw = Array.from({ length: events.rows }, (_, row) => row).filter((row) => !tiled.has(row));
  const order = shuffle(r, raw.length).map((at) => raw[at]!);
  const dealt = Array.from(shuffle(r, groups.length), (at) => groups[at]!);
  const columns: Record<string, Column> = {
    code: code(dealt.map((group) => group.code)),
    timeMs: f64(dealt.map((group) => group.startMs)),
  };
  const rows = dealt.map((group) => group.rows);
  const withStates = features.map((feature) => {
    const made = statesOver(r, feature, events, rows);
    Object.assign(columns, made.lanes);
    return { ...feature, states: made.states };
  });
  const tiles = { rows: dealt.length, columns };
  return { events: gatherBatch(events, order), tiles, features: withStates };
}

interface Group {
  readonly code: number;
  readonly startMs: number;
  readonly rows: readonly number[];
}

function tileGroups(
  r: Random,
  events: Batch,
  left: Batch,
  features: readonly FeatureSpec[],
): Group[] {
  const cuts = cutsByKey(left, features);
  const share = r.pick([0.5, 0.9, 1]);
  // Coarse hops first: what they leave may be tiles of finer ones.
  const taken = new Set<number>();
  const groups: Group[] = [];
  for (const hop of [...HOPS].reverse()) {
    if (r.chance(0.3)) continue;
    const found = new Map<string, { code: number; startMs: number; rows: number[] }>();
    for (let row = 0; row < events.rows; row++) {
      if (taken.has(row)) continue;
      const timeMs = timesOf(events)[row]!;
      const startMs = Math.floor(timeMs / hop) * hop;
      const code = codesOf(events)[row]!;
      if ((cuts.get(code) ?? []).some((cut) => cut > startMs && cut < startMs + hop)) continue;
      const key = `${code} ${startMs}`;
      if (!found.has(key)) found.set(key, { code, startMs, rows: [] });
      found.get(key)!.rows.push(row);
    }
    for (const group of found.values()) {
      if (!r.chance(share)) continue;
      for (const row of group.rows) taken.add(row);
      const late = r.chance(0.3) ? group.rows.filter(() => r.chance(0.5)) : [];
      const onTime = group.rows.filter((row) => !late.includes(row));
      groups.push({ ...group, rows: onTime });
      if (late.length > 0) groups.push({ ...group, rows: late });
    }
  }
  return groups;
}

/** Where the windows of a key's left rows begin and end. */
function cutsByKey(left: Batch, features: readonly FeatureSpec[]): Map<number, number[]> {
  const cuts = new Map<number, number[]>();
  for (let row = 0; row < left.rows; row++) {
    const code = codesOf(left)[row]!;
    const of = cuts.get(code) ?? [];
    for (const { query, windowMs, tail } of features) {
      const queryMs = (left.columns[query] as { values: Float64Array }).values[row]!;
      if (Number.isNaN(queryMs)) continue;
      of.push(queryMs, windowStartMs(queryMs, windowMs, tail));
    }
    cuts.set(code, of);
  }
  return cuts;
}

function codesOf({ columns }: Batch): Int32Array {
  return (columns.code as { values: Int32Array }).values;
}

function timesOf({ columns }: Batch): Float64Array {
  return (columns.timeMs as { values: Float64Array }).values;
}
