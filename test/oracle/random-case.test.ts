import { describe, expect, it } from 'vitest';
import { mismatches } from './compare.js';
import {
  cellKey,
  coverageTable,
  EDGES,
  emptyCells,
  newCoverage,
  observedJoin,
} from './coverage.js';
import { naiveJoin } from './naive.js';
import { featuresOf } from './names.js';
import { randomCase, SEEDS_PER_ROUND, scheduledCells } from './random-case.js';
import { randomErrorCase } from './random-error.js';
import type { OutputValue } from './types.js';

/** S4.4, S5.7: what no cell may hold, at any depth. */
function isOdd(value: OutputValue): boolean {
  if (value instanceof Map) return [...value].some(([k, v]) => isOdd(k) || isOdd(v));
  if (Array.isArray(value)) return value.some(isOdd);
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0));
}

function attempt<T>(seed: number, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new Error(`seed ${seed}`, { cause });
  }
}

describe('random cases', () => {
  const coverage = newCoverage();

  /** A round visits every cell; one whose `where` let nothing through is visited again in the next. */
  const MOST_ROUNDS = 4;
  const keysOf = (seed: number) =>
    scheduledCells(seed).map((c) => cellKey(c.operation, c.type, c.tail));

  it('are valid: the oracle answers, names are distinct, no result is NaN, -0 or infinite', () => {
    for (let seed = 0; seed < SEEDS_PER_ROUND * MOST_ROUNDS; seed++) {
      const empty = seed < SEEDS_PER_ROUND ? null : emptyCells(coverage);
      if (empty?.length === 0) break;
      if (empty !== null && !keysOf(seed).some((key) => empty.includes(key))) continue;
      const { join, tables } = randomCase(seed);
      const names = [...join.left.columns, ...featuresOf(join)].map((c) => c.name);
      expect(new Set(names).size, `seed ${seed}`).toBe(names.length);
      const rows = attempt(seed, () => observedJoin(coverage, join, tables));
      const odd = rows.flatMap((row) => Object.entries(row)).find(([, value]) => isOdd(value));
      expect(odd, `seed ${seed}`).toBe(undefined);
      expect(mismatches(join, rows, rows)).toEqual([]);
    }
  });

  it('fill every operation × type × tail that SEMANTICS allows, and meet every edge', () => {
    if (process.env.TESSERA_LONG === '1') console.log(coverageTable(coverage));
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
