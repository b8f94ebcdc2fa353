import type { JoinSpec } from '@tessera/api';
import { type InputTables, joinRows } from '@tessera/engine';
import { expect, test } from 'vitest';
import { mismatches } from '../oracle/compare.js';
import { naiveJoin } from '../oracle/naive.js';
import { randomCase } from '../oracle/random-case.js';
import { withInputs } from '../oracle/random-inputs.js';
import type { OracleRow } from '../oracle/types.js';
import { definedJoin } from './defined-inputs.js';

/** Definitions at random whose aggregations take expressions, against the oracle that is handed their values. */

const long = process.env.TESSERA_LONG === '1';
const SEEDS = long ? 600 : 20;
const FRESH = Number(process.env.TESSERA_SEED ?? Math.floor(Math.random() * 1e6));

/** So little memory that a few rows are too many for it. */
const TINY = { taskBytes: 300, leastRows: 1 };

function known(join: JoinSpec, tables: Record<string, unknown[]>): InputTables {
  const names = new Set([join.left.name, ...join.parts.map(({ groupBy }) => groupBy.source.name)]);
  return Object.fromEntries(
    Object.entries(tables).filter(([name]) => names.has(name)),
  ) as InputTables;
}

async function differences(seed: number): Promise<{ found: string[]; inputs: number }> {
  const drawn = withInputs(randomCase(seed), seed);
  const { expected, tables, inputs } = drawn;
  const join = definedJoin(drawn);
  const rows = await joinRows(join, known(join, tables), {
    buckets: 1 + (seed % 3),
    missingDays: 'part',
    memoryShares: seed % 2 === 0 ? TINY : {},
  });
  const wanted = naiveJoin(expected.join, expected.tables).map(({ ds: _, ...row }) => row);
  return { found: mismatches(expected.join, wanted, rows as OracleRow[]), inputs: inputs.length };
}

test.each([
  ['recorded', 0, SEEDS],
  ['fresh', FRESH, long ? 100 : 3],
])(
  'expressions as inputs = their values as columns, %s seeds from %i on: %i',
  async (_, first, count) => {
    const failures: string[] = [];
    let expressions = 0;
    for (let seed = first; seed < first + count; seed++) {
      const { found, inputs } = await differences(seed);
      expressions += inputs;
      if (found.length > 0) failures.push(`seed ${seed}\n  ${found.join('\n  ')}`);
    }
    expect(failures.join('\n')).toBe('');
    expect(expressions).toBeGreaterThan(count);
  },
);
