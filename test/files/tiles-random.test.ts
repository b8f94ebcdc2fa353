import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import type { SourceSpec } from '@tessera/api';
import { type RunCounters, trainSet } from '@tessera/engine';
import { afterAll, expect, test } from 'vitest';
import { definedJoin } from '../engine/defined-inputs.js';
import { mismatches } from '../oracle/compare.js';
import { naiveJoin } from '../oracle/naive.js';
import { randomCase } from '../oracle/random-case.js';
import { withInputs } from '../oracle/random-inputs.js';
import { folderOf } from './event-folders.js';
import { publishedRows, writeTable } from './lake-tables.js';
import { filesBelow, newFolder } from './workspace.js';

const long = process.env.TESSERA_LONG === '1';
/** The first by two workers, the second with memory for a few rows. */
const SEEDS = long ? 300 : 2;
const FRESH = Number(process.env.TESSERA_SEED ?? Math.floor(Math.random() * 1e6));

const met = { runs: 0, tilesRead: 0, built: 0, blocks: 0, rowsSwept: 0 };

function bytesOf(path: string): string {
  const hash = createHash('md5');
  for (const file of filesBelow(path)
    .filter((name) => name.endsWith('.parquet'))
    .sort())
    hash.update(file).update(readFileSync(joinPath(path, file)));
  return hash.digest('hex');
}

/** A case, or the same with expressions as inputs; what the oracle makes of it. */
function drawCase(seed: number, inputs: 'columns' | 'expressions') {
  const plain = randomCase(seed);
  if (inputs === 'columns') return { ...plain, expected: naiveJoin(plain.join, plain.tables) };
  const drawn = withInputs(plain, seed);
  const { join, tables } = drawn.expected;
  return { join: definedJoin(drawn), tables: plain.tables, expected: naiveJoin(join, tables) };
}

async function differences(seed: number, inputs: 'columns' | 'expressions'): Promise<string[]> {
  const { join, tables, expected } = drawCase(seed, inputs);
  if (expected.length === 0) return [];
  const lake = newFolder();
  const sources = new Map(
    [...join.parts.map((part) => part.groupBy.source), join.left].map((s) => [s.name, s]),
  );
  for (const source of [...sources.values()].map(stored)) {
    const folder = source.name === join.left.name ? undefined : folderOf(source);
    await writeTable(lake, source, tables[source.name] ?? [], {
      files: 1 + (seed % 2),
      ...(folder && { folder }),
    });
  }
  const options = {
    lake,
    workers: seed % 4 === 0 ? 2 : 1,
    buckets: 1 + ((seed * 7) % 3),
    // Every third with memory for a few rows: keys in ranges, batches, slices.
    ...(seed % 3 === 1 && { memoryShares: { taskBytes: 4_000, leastRows: 2 } }),
  };
  const counters: RunCounters[] = [];
  const run = async (name: string, tiles: 'off' | 'always') => {
    const out = joinPath(lake, name);
    const { path, counters: own } = await trainSet(join, { ...options, out, tiles });
    counters.push(own);
    return path ?? '';
  };
  const raw = await run('raw', 'off');
  const tiled = await run('tiled', 'always');
  // Once more from the tiles that are there.
  rmSync(joinPath(lake, 'tiled', 'train-sets'), { recursive: true });
  const again = await run('tiled', 'always');
  met.runs++;
  met.tilesRead += counters[1]!.tilesRead;
  met.built += counters[1]!.tilePartitionsBuilt;
  met.blocks += counters[1]!.tileBlocksBuilt;
  met.rowsSwept += counters[1]!.rowsSwept;
  const found = mismatches(
    join,
    expected.map(({ ds: _, ...row }) => row),
    await publishedRows(join, tiled),
  );
  if (bytesOf(raw) !== bytesOf(again)) found.push('bytes differ from those of rows alone');
  if (counters[2]!.tilePartitionsBuilt > 0) found.push('tiles were built twice');
  return found;
}

/** As its files have it. */
function stored(source: SourceSpec): SourceSpec {
  return {
    ...source,
    columns: source.columns.filter(({ expression }) => expression === undefined),
  };
}

test.each([
  ['columns', SEEDS],
  ['expressions', long ? SEEDS : 1],
] as const)(
  'tiled training sets over %s = quadratic oracle = rows alone, %i seeds',
  async (inputs, seeds) => {
    const failures: string[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      const found = await differences(seed, inputs).catch((error: unknown) => [String(error)]);
      if (found.length > 0) failures.push(`seed ${seed}\n  ${found.join('\n  ')}`);
    }
    expect(failures.join('\n')).toBe('');
    expect(met.tilesRead).toBeGreaterThan(0);
  },
);

test(`a fresh seed: ${FRESH}`, async () => {
  for (let seed = FRESH; seed < FRESH + (long ? 50 : 1); seed++) {
    const inputs = seed % 2 === 0 ? 'columns' : 'expressions';
    expect((await differences(seed, inputs)).join('\n'), `seed ${seed}`).toBe('');
  }
});

afterAll(() => {
  console.log(`tiles: ${JSON.stringify(met)}`);
});
