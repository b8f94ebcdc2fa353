import type { JoinSpec } from '@tessera/api';
import { type InMemoryOptions, type InputTables, joinRows } from '@tessera/engine';
import { afterAll, expect, test } from 'vitest';
import { mismatches } from '../oracle/compare.js';
import { coverageTable, emptyCells, newCoverage, observedJoin } from '../oracle/coverage.js';
import { duckdbMismatches } from '../oracle/duckdb-compare.js';
import { duckdbJoin } from '../oracle/duckdb-oracle.js';
import { naiveJoin } from '../oracle/naive.js';
import { randomCase, SEEDS_PER_ROUND } from '../oracle/random-case.js';
import { randomErrorCase } from '../oracle/random-error.js';
import type { OracleRow } from '../oracle/types.js';

const long = process.env.TESSERA_LONG === '1';
/** A round of seeds draws every allowed cell; the long run makes several rounds and at least 500 seeds. */
const SEEDS = long ? Math.max(600, 3 * SEEDS_PER_ROUND) : 24;
const FRESH = Number(process.env.TESSERA_SEED ?? Math.floor(Math.random() * 1e6));

/** The oracle's words for two of the engine's codes. */
const OURS: Record<string, string> = {
  DUPLICATE_KEY: 'DUPLICATE_ENTITY_KEY',
  MISSING_PARTITION: 'MISSING_SNAPSHOT',
};

const coverage = newCoverage();

function known(join: JoinSpec, tables: Record<string, unknown[]>): InputTables {
  const names = [join.left.name, ...join.parts.map((part) => part.groupBy.source.name)];
  return Object.fromEntries(
    Object.entries(tables).filter(([name]) => names.includes(name)),
  ) as InputTables;
}

async function engine(
  join: JoinSpec,
  tables: Record<string, unknown[]>,
  { buckets = 1, memoryShares = {}, onCounters }: InMemoryOptions = {},
): Promise<OracleRow[]> {
  return (await joinRows(join, known(join, tables), {
    buckets,
    memoryShares,
    missingDays: 'part',
    ...(onCounters && { onCounters }),
  })) as OracleRow[];
}

/** So little memory that a few rows are too many for it. */
const TINY = { taskBytes: 300, leastRows: 1 };

/** `ds` is the partition of a row, not a column of it. */
function withoutDs(join: JoinSpec, rows: OracleRow[]): OracleRow[] {
  if (join.left.columns.some((column) => column.name === 'ds')) return rows;
  return rows.map(({ ds: _, ...row }) => row);
}

test(`S1-S6, S8: engine = quadratic oracle, bit for bit, on ${SEEDS} seeds`, async () => {
  const failures: string[] = [];
  let slices = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const { join, tables } = randomCase(seed);
    const expected = observedJoin(coverage, join, tables);
    const actual = await engine(join, tables, {
      buckets: 1 + (seed % 3),
      memoryShares: seed % 2 === 0 ? TINY : {},
      onCounters: ({ slices: n }) => {
        if (seed % 2 === 0) slices += n;
      },
    });
    const found = mismatches(join, withoutDs(join, expected), actual);
    if (found.length > 0) failures.push(`seed ${seed}\n  ${found.join('\n  ')}`);
  }
  expect(failures.join('\n')).toBe('');
  console.log(`slices of buckets too large for their memory: ${slices}`);
  // The other route was taken, and often.
  expect(slices).toBeGreaterThan(3 * SEEDS);
});

test(`a fresh seed: ${FRESH}`, async () => {
  for (let seed = FRESH; seed < FRESH + (long ? 100 : 3); seed++) {
    const { join, tables } = randomCase(seed);
    expect(
      mismatches(join, withoutDs(join, naiveJoin(join, tables)), await engine(join, tables)).join(
        '\n',
      ),
      `seed ${seed}`,
    ).toBe('');
  }
});

test('engine = DuckDB SQL on what plain SQL can say', async () => {
  const failures: string[] = [];
  let cells = 0;
  for (let seed = 0; seed < (long ? 500 : 10); seed++) {
    const { join, tables } = randomCase(seed);
    const sql = await duckdbJoin(join, tables);
    const actual = await engine(join, tables);
    cells += sql.rows.reduce((n, row) => n + Object.keys(row).length, 0);
    const found = duckdbMismatches(join, actual, sql);
    if (found.length > 0) failures.push(`seed ${seed}\n  ${found.slice(0, 5).join('\n  ')}`);
  }
  console.log(`DuckDB oracle: ${cells} cells compared`);
  expect(failures.join('\n')).toBe('');
});

test('definitions and data that have no value are errors, never values', async () => {
  for (let seed = 0; seed < (long ? 200 : 20); seed++) {
    const { join, tables, code } = randomErrorCase(seed);
    const run = joinRows(join, known(join, tables), { missingDays: 'part' });
    await expect(run, `seed ${seed}`).rejects.toMatchObject({ code: OURS[code] ?? code });
  }
});

afterAll(() => {
  console.log(coverageTable(coverage));
  if (long) expect(emptyCells(coverage)).toEqual([]);
});
