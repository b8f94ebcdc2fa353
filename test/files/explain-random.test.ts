import { join as joinPath } from 'node:path';
import type { Value as EngineValue } from '@tessera/engine';
import { buildTiles, explainValue } from '@tessera/engine';
import { afterAll, expect, test } from 'vitest';
import { mismatches } from '../oracle/compare.js';
import { naiveJoin, type Observation } from '../oracle/naive.js';
import { random } from '../oracle/prng.js';
import { randomCase } from '../oracle/random-case.js';
import type { JoinSpec, OracleRow, OutputValue } from '../oracle/types.js';
import { folderOf } from './event-folders.js';
import { writeTable } from './lake-tables.js';
import { newFolder } from './workspace.js';

/** Cells of adversarial cases, explained from files, against the quadratic oracle: every operation, left and key. */

const long = process.env.TESSERA_LONG === '1';
const SEEDS = long ? 300 : 3;
const CELLS = long ? 20 : 6;
/** Of those seeds whose events lie in folders of their days, and have tiles. */
const TILED_SEEDS = long ? 150 : 2;

const seen = {
  cells: 0,
  operations: new Set<string>(),
  nulls: 0,
  leftOut: new Set<string>(),
  tiled: 0,
  tiles: 0,
  tiledOperations: new Set<string>(),
};

interface Lake {
  readonly join: JoinSpec;
  readonly lake: string;
  readonly cells: readonly Cell[];
}

async function lakeOf(seed: number, hasTiles: boolean): Promise<Lake> {
  const { join, tables } = randomCase(seed);
  const lake = newFolder();
  const sources = new Map(
    [join.left, ...join.parts.map((part) => part.groupBy.source)].map((s) => [s.name, s]),
  );
  for (const source of sources.values()) {
    const folder = hasTiles && source.name !== join.left.name ? folderOf(source) : undefined;
    await writeTable(lake, source, tables[source.name] ?? [], {
      files: 1 + (seed % 3),
      ...(folder && { folder }),
    });
  }
  if (hasTiles) await buildTiles(join, { lake, out: joinPath(lake, 'out'), workers: 1 });
  const observed: Observation[] = [];
  const rows = naiveJoin(join, tables, (o) => observed.push(o));
  const cells = observed.map((o) => ({ observed: o, row: rows[o.leftIdx]! }));
  return { join, lake, cells };
}

interface Cell {
  readonly observed: Observation;
  readonly row: OracleRow;
}

const text = (value: OutputValue | undefined) =>
  value === null || value === undefined ? null : String(value);

async function difference(
  join: JoinSpec,
  lake: string,
  { observed, row }: Cell,
): Promise<string[]> {
  const { feature, queryMs, nullKey } = observed;
  const { name, part } = feature;
  const { outcome, pieces, leftOut, read, origin, tiles } = await explainValue(join, {
    lake,
    out: joinPath(lake, 'out'),
    keys: Object.fromEntries(part.keys.map(({ left }) => [left, text(row[left])])),
    at: queryMs!,
    column: name,
    limit: 3,
  });
  seen.cells++;
  seen.operations.add(origin.operation ?? 'passed');
  for (const { reason } of leftOut) seen.leftOut.add(reason);
  if (outcome.kind === 'refused') return [`${name}: refused, ${outcome.message}`];
  if (outcome.value === null) seen.nulls++;
  const only = { ...join, left: { ...join.left, columns: [] } };
  const value = outcome.value as EngineValue & OutputValue;
  const found = mismatches(only, [{ [name]: row[name]! }], [{ [name]: value }]);
  if (tiles !== undefined && tiles.pieces > 0) {
    seen.tiled++;
    seen.tiles += tiles.pieces;
    seen.tiledOperations.add(origin.operation ?? '');
  }
  // Every row of the key that was read counts, or is left out for one reason.
  const events = pieces.count - (tiles?.pieces ?? 0);
  const told = leftOut.reduce(
    (sum, { reason, rows }) => sum + (reason === 'in-tile' ? 0 : rows),
    events,
  );
  if (told !== read.rowsOfKey) found.push(`${name}: ${told} rows told of ${read.rowsOfKey}`);
  if (!nullKey && pieces.shown.length !== Math.min(3, pieces.count))
    found.push(`${name}: ${pieces.shown.length} pieces shown of ${pieces.count}`);
  return found;
}

async function differences(seed: number, hasTiles: boolean): Promise<string[]> {
  const { join, lake, cells } = await lakeOf(seed, hasTiles);
  const r = random(seed + 1);
  // Without a time a left row cannot be asked about.
  const askable = cells.filter(({ observed }) => observed.queryMs !== null);
  const found: string[] = [];
  for (let i = 0; i < CELLS && askable.length > 0; i++)
    found.push(...(await difference(join, lake, r.pick(askable))));
  return found;
}

async function failuresOf(seeds: number, hasTiles: boolean): Promise<string> {
  const failures: string[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const found = await differences(seed, hasTiles).catch((error: unknown) => [String(error)]);
    if (found.length > 0) failures.push(`seed ${seed}\n  ${found.join('\n  ')}`);
  }
  return failures.join('\n');
}

test(`S1-S6: explained cells = quadratic oracle on ${SEEDS} seeds`, async () => {
  expect(await failuresOf(SEEDS, false)).toBe('');
});

test(`the same of tiles and events on ${TILED_SEEDS} seeds`, async () => {
  expect(await failuresOf(TILED_SEEDS, true)).toBe('');
  expect(seen.tiled).toBeGreaterThan(0);
});

afterAll(() => {
  expect(seen.operations.size).toBeGreaterThan(long ? 20 : 8);
  console.log(
    `explained ${seen.cells} cells of ${seen.operations.size} operations, ${seen.nulls} null; left out: ${[...seen.leftOut].join(', ')}; ${seen.tiles} tiles in ${seen.tiled} cells of ${seen.tiledOperations.size} operations`,
  );
});
