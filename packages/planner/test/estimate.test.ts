import { computedColumns, definitionHash } from '@tessera/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Estimate, estimate } from '../src/estimate/estimate.js';
import type { LakeFacts } from '../src/facts.js';
import type { PhysicalPlan } from '../src/plan.js';
import { planJoin } from '../src/plan-join.js';
import { type RandomLake, randomLake } from './random-lake.js';

const MEMORY = { budgetBytes: 4e9, idleBytes: 200e6, taskBytes: 500e6, workerBytes: 1e9 };

function planOf({ join, facts }: RandomLake): PhysicalPlan {
  return planJoin(join, computedColumns(join), facts, { buckets: null, workers: 2 });
}

const told = (plan: PhysicalPlan, facts: LakeFacts, workers = 2): Estimate =>
  estimate(plan, facts, { workers, memory: MEMORY });

/** The same lake with every file so many times as large. */
function larger({ join, facts }: RandomLake, factor: number): RandomLake {
  const sources = Object.entries(facts.sources).map(([id, source]) => {
    const files = source.files.map((file) => ({ ...file, rows: file.rows * factor }));
    return [id, { ...source, files }] as const;
  });
  const left = facts.left.map((one) => ({ ...one, rows: one.rows * factor }));
  return { join, facts: { ...facts, sources: Object.fromEntries(sources), left } };
}

test('rows and bytes are those of the files that are read', () => {
  fc.assert(
    fc.property(randomLake, (lake) => {
      const plan = planOf(lake);
      const { rows, bytes } = told(plan, lake.facts);
      const filesOf = (id: string, idxs: readonly number[]) =>
        idxs.map((idx) => lake.facts.sources[id]!.files[idx]!);
      const scanned = plan.scans.flatMap(({ sourceId, fileIdx }) => filesOf(sourceId, fileIdx));
      expect(rows).toBe(scanned.reduce((sum, file) => sum + file.rows, 0));
      const leftId = definitionHash(lake.join.left);
      const left = plan.partitions.flatMap(({ fileIdx }) => filesOf(leftId, fileIdx));
      // Each file of the random lake is one byte.
      expect(bytes).toBe(new Set([...scanned, ...left].map(({ path }) => path)).size);
    }),
    { numRuns: 100 },
  );
});

test('seconds are those of the stages; more rows take longer, more workers do not', () => {
  fc.assert(
    fc.property(randomLake, fc.integer({ min: 2, max: 1000 }), (lake, factor) => {
      const plan = planOf(lake);
      const one = told(plan, lake.facts);
      const sum = Object.values(one.stages).reduce((total, seconds) => total + seconds, 0);
      expect(one.seconds).toBeCloseTo(sum, 9);
      expect(Math.min(...Object.values(one.stages))).toBeGreaterThanOrEqual(0);
      const more = larger(lake, factor);
      const much = told(planOf(more), more.facts);
      expect(much.seconds).toBeGreaterThanOrEqual(one.seconds);
      expect(much.peakBytes).toBeGreaterThanOrEqual(one.peakBytes);
      expect(told(plan, lake.facts, 4).seconds).toBeLessThanOrEqual(one.seconds);
    }),
    { numRuns: 100 },
  );
});

test('memory is within the budget, and what an idle run needs at least', () => {
  const [lake] = fc.sample(randomLake, { seed: 1, numRuns: 1 });
  const huge = larger(lake!, 1_000_000);
  const plan = planOf(huge);
  expect(told(plan, huge.facts).peakBytes).toBeGreaterThan(MEMORY.idleBytes);
  for (const budgetBytes of [512e6, 1e9]) {
    const memory = { ...MEMORY, budgetBytes, taskBytes: budgetBytes, workerBytes: budgetBytes };
    expect(estimate(plan, huge.facts, { workers: 2, memory }).peakBytes).toBe(budgetBytes);
  }
});

test('a plan with nothing to build takes nothing', () => {
  const [lake] = fc.sample(randomLake, { seed: 2, numRuns: 1 });
  const plan = planOf(lake!);
  const partitions = plan.partitions.map((one) => ({ ...one, reason: null }));
  const idle = { ...plan, partitions, scans: plan.scans.map((one) => ({ ...one, fileIdx: [] })) };
  expect(told(idle, lake!.facts)).toMatchObject({ rows: 0, bytes: 0, seconds: 0 });
});
