import { describe, expect, it } from 'vitest';
import { mismatches, show } from './compare.js';
import { coverageTable, EDGES, emptyCells, newCoverage, observedJoin } from './coverage.js';
import { naiveJoin } from './naive.js';
import { featuresOf } from './names.js';
import { randomCase, SEEDS_PER_ROUND } from './random-case.js';
import { randomErrorCase } from './random-error.js';

describe('random cases', () => {
  const coverage = newCoverage();

  it('are valid: the oracle answers, names are distinct, no result is NaN, -0 or infinite', () => {
    for (let seed = 0; seed < SEEDS_PER_ROUND; seed++) {
      const { join, tables } = randomCase(seed);
      const names = [
        ...join.left.columns.map((c) => c.name),
        ...featuresOf(join).map((f) => f.name),
      ];
      expect(new Set(names).size, `seed ${seed}`).toBe(names.length);
      let rows: ReturnType<typeof naiveJoin> = [];
      try {
        rows = observedJoin(coverage, join, tables);
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
      for (const row of rows) {
        for (const [name, value] of Object.entries(row)) {
          if (/NaN|-0(?![\d.n])|Infinity/.test(typeof value === 'number' ? show(value) : '')) {
            throw new Error(`seed ${seed}: ${name} is ${show(value)}`);
          }
        }
      }
      expect(mismatches(join, rows, rows)).toEqual([]);
    }
  });

  it('fill every operation × type × tail that SEMANTICS allows, and meet every edge', () => {
    if (process.env.TESSERA_COVERAGE === '1') console.log(coverageTable(coverage));
    expect(emptyCells(coverage)).toEqual([]);
    const met = new Set([...coverage.edges.keys()].map((key) => key.split(' ')[1]));
    expect(EDGES.filter((edge) => !met.has(edge))).toEqual([]);
  });

  it('depend on the seed alone', () => {
    const text = (seed: number): string =>
      JSON.stringify(randomCase(seed), (_, v) => (typeof v === 'bigint' ? `${v}n` : v));
    expect(text(7)).toBe(text(7));
    expect(text(7)).not.toBe(text(8));
  });

  it('of errors: the oracle throws the code they were made for', () => {
    for (let seed = 0; seed < 60; seed++) {
      const { join, tables, code } = randomErrorCase(seed);
      expect(() => naiveJoin(join, tables), `seed ${seed}`).toThrow(code);
    }
  });
});
