import { join as joinPath } from 'node:path';
import { trainSet } from '@tessera/engine';
import { afterAll, expect, test } from 'vitest';
import { mismatches } from '../oracle/compare.js';
import { naiveJoin } from '../oracle/naive.js';
import { randomCase } from '../oracle/random-case.js';
import { publishedRows, writeTable } from './lake-tables.js';
import { newFolder } from './workspace.js';

const long = process.env.TESSERA_LONG === '1';
const SEEDS = long ? 300 : 6;
const FRESH = Number(process.env.TESSERA_SEED ?? Math.floor(Math.random() * 1e6));

let rows = 0;
let cells = 0;

/** Differences between the quadratic oracle and a training set made from files, by two workers. */
async function differences(seed: number): Promise<string[]> {
  const { join, tables } = randomCase(seed);
  const expected = naiveJoin(join, tables);
  // Without a left row there is no partition, which is an error of the call (NO_PARTITIONS).
  if (expected.length === 0) return [];
  const lake = newFolder();
  const sources = new Map(
    [join.left, ...join.parts.map((part) => part.groupBy.source)].map((s) => [s.name, s]),
  );
  for (const source of sources.values()) {
    await writeTable(lake, source, tables[source.name] ?? [], { files: 1 + (seed % 3) });
  }
  const options = {
    lake,
    out: joinPath(lake, 'out'),
    workers: seed % 4 === 0 ? 2 : 1,
    buckets: 1 + ((seed * 7) % 5),
    // Every other with keys that are looked up instead of being joined in SQL.
    ...(seed % 2 === 1 && { memoryShares: { leastLookedUp: 1 } }),
  };
  const { path, rows: written } = await trainSet(join, options);
  expect(written).toBe(expected.length);
  rows += written;
  cells += expected.reduce((n, row) => n + Object.keys(row).length - 1, 0);
  const isColumn = join.left.columns.some(({ name }) => name === 'ds');
  const wanted = expected.map(({ ds: _, ...row }) => row);
  expect(isColumn).toBe(false);
  return mismatches(join, wanted, await publishedRows(join, path ?? ''));
}

test(`S1-S6, S8: training sets from files = quadratic oracle on ${SEEDS} seeds`, async () => {
  const failures: string[] = [];
  for (let seed = 0; seed < SEEDS; seed++) {
    const found = await differences(seed).catch((error: unknown) => [String(error)]);
    if (found.length > 0) failures.push(`seed ${seed}\n  ${found.join('\n  ')}`);
  }
  expect(failures.join('\n')).toBe('');
});

test(`a fresh seed: ${FRESH}`, async () => {
  for (let seed = FRESH; seed < FRESH + (long ? 50 : 1); seed++) {
    expect((await differences(seed)).join('\n'), `seed ${seed}`).toBe('');
  }
});

afterAll(() => {
  console.log(`oracle on files: ${rows} rows, ${cells} cells`);
});
