import { DAY_MS, formatDay, HOUR_MS } from '@tessera/api';
import { describe, expect, test } from 'vitest';
import type { FileFacts, TileFacts, TileLevelFacts } from '../src/facts.js';
import type { TilePolicy } from '../src/plan-options.js';
import { planTiles, type TilePlanning } from '../src/plan-tiles.js';
import { timelineOf } from '../src/timeline.js';

/** Ten days of events, a hundred rows each; the left's query times lie in the day after them. */
const DAYS = Array.from({ length: 10 }, (_, day) => formatDay(day));
const files = DAYS.map((ds, day): FileFacts => {
  const times = { minTimeMs: day * DAY_MS, maxTimeMs: (day + 1) * DAY_MS - 1 };
  const path = `ds=${ds}/a`;
  return { path, ds, bytes: 1, rows: 100, ...times, fingerprint: path, content: path, stat: null };
});

const level = (rows: number): TileLevelFacts => {
  const base = 'base.parquet';
  return { rows, base, files: { [base]: 1 }, states: { sum: base } };
};

/** Tiles of all days, as many as asked for per day. */
function tiles(rows: number, change: (ds: string) => object = () => ({})): TileFacts {
  const partitions = DAYS.map((ds, idx) => {
    const levels = { '5m': level(rows), '1h': level(rows), '1d': level(rows) };
    return [ds, { files: [files[idx]!], hasInfinite: false, levels, ...change(ds) }] as const;
  });
  return {
    set: 'set',
    states: ['sum'],
    partitions: Object.fromEntries(partitions),
    blocks: { '8d': {}, '64d': {} },
  };
}

const NONE: TileFacts = { ...tiles(1), partitions: {} };
const query = { name: 'q', lagMs: 0, snapshot: false, inclusive: false };

/** @param span days of query times, from the end of the events backwards; null = not known */
function why(
  facts: TileFacts,
  policy: TilePolicy = 'auto',
  span: number | null = 0,
): string | null {
  const windows = [{ query: 'q', windowMs: 30 * DAY_MS, tail: 'sawtooth' as const }];
  const last = DAYS.length * DAY_MS + HOUR_MS;
  const left = {
    ds: 'left',
    fileIdx: [0],
    rows: 1,
    minQueryMs: span === null ? null : last - span * DAY_MS,
    maxQueryMs: span === null ? null : last,
  };
  const planning: TilePlanning = {
    source: { hive: true, files },
    fileIdx: files.map((_, idx) => idx),
    timeline: timelineOf([query], windows, [left]),
    facts,
    longestWindowMs: 30 * DAY_MS,
    policy,
  };
  const { whyRows, tiles: chosen } = planTiles(planning);
  // There is a reason where no tiles are read, and only there.
  expect(whyRows === null).toBe((chosen?.reads.length ?? 0) > 0);
  return whyRows;
}

describe('why rows alone are read', () => {
  test('there is no reason where tiles are', () => {
    expect(why(tiles(10))).toBeNull();
    expect(why(NONE, 'build')).toBeNull();
  });

  test.each([
    ['tiles are off', tiles(10), 'off', 0],
    ['tiles were never built', NONE, 'auto', 0],
    ['windows begin or end on these days', tiles(10), 'auto', 11],
    ['windows begin or end on these days', NONE, 'build', 11],
    ['times are not known', tiles(10), 'auto', null],
    ['tiles would spare too few rows', tiles(99), 'auto', 0],
    ['tiles would spare too few rows', tiles(99), 'build', 0],
  ] as const)('%s', (reason, facts, policy, span) => {
    expect(why(facts, policy, span)).toBe(reason);
  });

  test('tiles of another file, and of other aggregations', () => {
    const other = { files: [{ ...files[0]!, path: 'b' }] };
    expect(why(tiles(10, () => other))).toBe('tiles are stale: input added: ds=1970-01-01/a');
    const more = { ...tiles(10), states: ['sum', 'count', 'max'] };
    expect(why(more)).toBe('tiles are stale: 2 new aggregations');
    expect(why({ ...more, states: ['max'] })).toBe('tiles are stale: 1 new aggregation');
  });

  test('infinite values', () => {
    expect(why(tiles(10, () => ({ hasInfinite: true })))).toBe('infinite values are told of rows');
  });

  test('of several reasons that of most rows', () => {
    const built = (days: number) => {
      const { partitions } = tiles(10);
      const some = Object.entries(partitions).slice(0, days);
      return { ...NONE, partitions: Object.fromEntries(some) };
    };
    expect(why(built(2))).toBe('tiles were never built');
    expect(why(built(4))).toBeNull();
  });
});
