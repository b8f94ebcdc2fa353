import type { Value as EngineValue } from '@tessera/engine';
import { explainValue } from '@tessera/engine';
import { afterAll, expect, test } from 'vitest';
import { mismatches } from '../oracle/compare.js';
import { naiveJoin, type Observation } from '../oracle/naive.js';
import { random } from '../oracle/prng.js';
import { randomCase } from '../oracle/random-case.js';
import type { JoinSpec, OracleRow, OutputValue } from '../oracle/types.js';
import { writeTable } from './lake-tables.js';
import { newFolder } from './workspace.js';

/** Cells of adversarial cases, explained from files, against the quadratic oracle: every operation, left and key. */

const long = process.env.TESSERA_LONG === '1';
const SEEDS = long ? 300 : 5;
const CELLS = long ? 20 : 6;

const seen = { cells: 0, operations: new Set<string>(), nulls: 0, leftOut: new Set<string>() };

async function lakeOf(seed: number): Promise<{ join: JoinSpec; lake: string; cells: Cell[] }> {
  const { join, tables } = randomCase(seed);
  const lake = newFolder();
  const sources = new Map(
    [join.left, ...join.parts.map((part) => part.groupBy.source)].map((s) => [s.name, s]),
  );
  for (const source of sources.values())
    await writeTable(lake, source, tables[source.name] ?? [], { files: 1 + (seed % 3) });
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
  const { outcome, pieces, leftOut, read, origin } = await explainValue(join, {
    lake,
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
  // Every row of the key that was read counts, or is left out for one reason.
  const told = pieces.count + leftOut.reduce((sum, { rows }) => sum + rows, 0);
  if (told !== read.rowsOfKey) found.push(`${name}: ${told} rows told of ${read.rowsOfKey}`);
  if (!nullKey && pieces.shown.length !== Math.min(3, pieces.count))
    found.push(`${name}: ${pieces.shown.length} pieces shown of ${pieces.count}`);
  return found;
}

async function differences(seed: number): Promise<string[]> {
  const { join, lake, cells } = await lakeOf(seed);
  const r = random(seed + 1);
  // Without a time a left row cannot be asked about.
  const askable = cells.filter(({ observed }) => observed.queryMs !== null);
  const found: string[] = [];
  for (let i = 0; i < CELLS && askable.length > 0; i++)
    found.push(...(await difference(join, lake, r.pick(askable))));
  return found;
}

test(`S1-S6: explained cells = quadratic oracle on ${SEEDS} seeds`, async () => {
  const failures: string[] = [];
  for (let seed = 0; seed < SEEDS; seed++) {
    const found = await differences(seed).catch((error: unknown) => [String(error)]);
    if (found.length > 0) failures.push(`seed ${seed}\n  ${found.join('\n  ')}`);
  }
  expect(failures.join('\n')).toBe('');
});

afterAll(() => {
  expect(seen.operations.size).toBeGreaterThan(long ? 20 : 8);
  console.log(
    `explained ${seen.cells} cells of ${seen.operations.size} operations, ${seen.nulls} null; left out: ${[...seen.leftOut].join(', ')}`,
  );
});
