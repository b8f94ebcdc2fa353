import { expect, test } from 'vitest';
import type { Contender, Family } from '../src/contender.js';
import type { Entry } from '../src/contest.js';
import { figures } from '../src/figures.js';
import { nearest, rivalFields, rivals } from '../src/rivals.js';

const contender = (name: string, family?: Family): Contender => ({
  ...{ name, title: name.toUpperCase() },
  place: () => '',
  command: () => ({ file: '', args: [] }),
  result: () => null,
  ...(family !== undefined && { family }),
});

const run = (seconds: number) => ({
  ...{ seconds, peakBytes: null, cpuSeconds: null, readBytes: null, diskReadBytes: null },
});

const took = (name: string, family: Family | undefined, ...seconds: number[]): Entry => ({
  contender: contender(name, family),
  outcome: { kind: 'measured', runs: seconds.map(run), kept: null },
  agreed: null,
});

const stopped = (name: string, family: Family, seconds: number): Entry => ({
  contender: contender(name, family),
  outcome: { kind: 'stopped', seconds, kept: null },
  agreed: null,
});

const ours = figures([run(2)])!;
const own = [took('tessera', undefined, 2), took('tessera_one_worker', undefined, 3)];

test('every tool counts with its best form, and the headline is the least of them', () => {
  const entries = [
    ...own,
    took('join', 'duckdb', 30, 20, 10),
    took('windows', 'duckdb', 50),
    took('rolling', 'polars', 16),
    took('by', 'polars', 14, 18),
    took('scan', 'floor', 0.5),
    took('sample', 'duckdb'),
  ];
  expect(rivalFields(entries, ours)).toEqual({
    ...{ ratio_duckdb: 10, ratio_duckdb_of: 'join' },
    ...{ ratio_polars: 8, ratio_polars_of: 'rolling' },
    ...{ ratio: 8, ratio_of: 'rolling', times_of_scan: 4 },
  });
});

test('who was stopped counts only where no other form ran, and then as a lower bound', () => {
  const entries = [
    ...own,
    stopped('join', 'duckdb', 900),
    took('windows', 'duckdb', 1000),
    stopped('rolling', 'polars', 600),
    stopped('by', 'polars', 400),
  ];
  expect(rivalFields(entries, ours)).toEqual({
    ...{ ratio_duckdb: 500, ratio_duckdb_of: 'windows' },
    ...{ ratio_polars: null, ratio_polars_at_least: 200, ratio_polars_of: 'by' },
    ...{ ratio: null, ratio_at_least: 200, ratio_of: 'by' },
  });
});

test('beside a floor alone there is no headline', () => {
  const all = rivals([...own, took('scan', 'floor', 1)], ours);
  expect(nearest(all)).toBe(null);
  expect(rivalFields([...own, took('scan', 'floor', 1)], ours)).toEqual({ times_of_scan: 2 });
});
