import { copyFileSync, mkdirSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, publishedRows, sqlType } from '../files/lake-tables.js';
import { newFolder, quoted, rawRows } from '../files/workspace.js';
import { mismatches } from '../oracle/compare.js';
import { naiveJoin } from '../oracle/naive.js';
import { random } from '../oracle/prng.js';
import type { Row, Value } from '../oracle/types.js';
import { patientChild } from './ask-child.js';
import { damagedJoin, FILES, type LakeFile, SOURCES, writeLake } from './corruption-lake.js';
import { corrupt, SEEDS_OF_ALL_KINDS } from './corruptions.js';
import { entriesBelow } from './refusal.js';

/**
 * Whatever is done to a file, a run ends in the right result or in a clear error: never in the death of the process, a
 * hang, an error of ours, or a wrong value. Right is what the quadratic oracle makes of the damaged files as plain DuckDB
 * reads them one by one, without filters and statistics (no reader can tell a flipped bit of a value from a value).
 */

const LONG = process.env.TESSERA_LONG === '1';
const SEEDS = LONG ? 300 : SEEDS_OF_ALL_KINDS;
const FRESH_SEEDS = LONG ? 150 : 1;
const FRESH = Number(process.env.TESSERA_SEED ?? 1000 + Math.floor(Math.random() * 1e6));

/** Generous: a test that is given up goes on, and would disturb the next one's lake. */
const LIMIT_MS = 3_600_000;

const folder = newFolder();
const [lake, whole] = [joinPath(folder, 'lake'), joinPath(folder, 'whole')];
const child = {
  program: fileURLToPath(new URL('./child.mjs', import.meta.url)),
  limitMs: 60_000,
};
const runner = patientChild(child);
const reader = patientChild(child);
afterAll(async () => {
  await runner.end();
  await reader.end();
});

/** What is in a file, or null where plain DuckDB cannot read it. */
async function rowsOf(file: LakeFile): Promise<Row[] | null> {
  const to = joinPath(folder, 'copy.parquet');
  rmSync(to, { force: true });
  const columns = file.source.columns.map(({ name, type }) => ({ name, type: sqlType(type) }));
  const copied = await reader.ask<{ error?: unknown }>({
    ask: 'copy',
    from: joinPath(lake, file.name),
    to,
    columns,
  });
  if (!('answer' in copied) || copied.answer.error !== undefined) return null;
  const types = new Map(file.source.columns.map(({ name, type }) => [name, type]));
  return (await rawRows(`FROM read_parquet(${quoted(to)})`)).map((row) => {
    const cells = Object.entries(row).map(([name, value]) => [
      name,
      cell(types.get(name)!, value, false) as Value,
    ]);
    return { ...Object.fromEntries(cells), ...(file.ds !== null && { ds: file.ds }) };
  });
}

const wholeRows = new Map<string, Row[]>();

beforeAll(async () => {
  await writeLake(lake);
  for (const file of FILES) {
    const kept = joinPath(whole, file.name);
    mkdirSync(dirname(kept), { recursive: true });
    copyFileSync(joinPath(lake, file.name), kept);
    wholeRows.set(file.name, (await rowsOf(file))!);
  }
});

let wanted: Awaited<ReturnType<typeof answer>> | null = null;

/** The same, of whole files once. */
async function expected(damaged: LakeFile | null) {
  return damaged === null ? (wanted ??= await answer(null)) : answer(damaged);
}

/** The oracle's rows with one file as it is now; a text where the oracle finds an error in the data. */
async function answer(damaged: LakeFile | null) {
  const rows = damaged === null ? [] : await rowsOf(damaged);
  if (rows === null) return 'unreadable';
  const of = (file: LakeFile) => (file === damaged ? rows : wholeRows.get(file.name)!);
  const tables = Object.fromEntries(
    SOURCES.map((source) => [
      source.name,
      FILES.filter((file) => file.source === source).flatMap(of),
    ]),
  );
  try {
    return naiveJoin(damagedJoin, tables).map(({ ds: _, ...row }) => row);
  } catch (error) {
    return String(error);
  }
}

interface Trained {
  readonly path?: string;
  readonly error?: { readonly code: string; readonly kind: string; readonly text: string };
}

const tally: Record<string, number> = {};

/** What is wrong with how a run over the lake as it is now ended; null when nothing is. */
async function complaint(damaged: LakeFile | null, workers: number): Promise<string | null> {
  const out = joinPath(folder, 'out');
  rmSync(out, { recursive: true, force: true });
  const options = { lake, out, workers, tmp: joinPath(folder, 'tmp') };
  const run = await runner.ask<Trained>({ ask: 'train', join: damagedJoin, options });
  if ('died' in run) return `the process died: ${run.died}`;
  const { path, error } = run.answer;
  if (error !== undefined) {
    tally[error.code] = (tally[error.code] ?? 0) + 1;
    if (error.kind === 'internal' || error.code === 'DUCKDB_FAILED') return error.text;
    if (/SELECT|read_parquet|DuckDB/.test(error.text)) return `raw words: ${error.text}`;
    if (
      damaged !== null &&
      !error.text.includes(damaged.name) &&
      error.code === 'FILE_UNREADABLE'
    ) {
      return `another file is named: ${error.text}`;
    }
    const left = entriesBelow(out);
    return left.length > 0 ? `left behind: ${left.join(', ')}` : null;
  }
  tally.right = (tally.right ?? 0) + 1;
  const wanted = await expected(damaged);
  if (typeof wanted === 'string') return `a result, but ${wanted}`;
  const wrong = mismatches(damagedJoin, wanted, await publishedRows(damagedJoin, path!));
  return wrong.length > 0 ? `wrong values:\n  ${wrong.slice(0, 5).join('\n  ')}` : null;
}

async function attempt(seed: number): Promise<string[]> {
  const r = random(seed);
  const file = r.pick(FILES);
  const done = await corrupt(lake, file, { seed, random: r });
  const complaints: string[] = [];
  for (const workers of LONG ? [1, 2] : [seed % 4 === 3 ? 2 : 1]) {
    const said = await complaint(file, workers);
    if (said !== null) complaints.push(`seed ${seed}, ${workers} workers, ${done}: ${said}`);
  }
  const path = joinPath(lake, file.name);
  copyFileSync(joinPath(whole, file.name), path);
  utimesSync(path, new Date(), new Date());
  return complaints;
}

test('the lake as it was written gives what the oracle says', async () => {
  for (const workers of [1, 2]) expect(await complaint(null, workers)).toBe(null);
});

test(`${SEEDS} damaged lakes`, { timeout: LIMIT_MS }, async () => {
  const complaints: string[] = [];
  for (let seed = 0; seed < SEEDS; seed++) complaints.push(...(await attempt(seed)));
  console.log(`damaged lakes: ${JSON.stringify(tally)}`);
  expect(complaints.join('\n')).toBe('');
});

test(`fresh seeds from ${FRESH}`, { timeout: LIMIT_MS }, async () => {
  const complaints: string[] = [];
  for (let seed = FRESH; seed < FRESH + FRESH_SEEDS; seed++)
    complaints.push(...(await attempt(seed)));
  expect(complaints.join('\n')).toBe('');
});
