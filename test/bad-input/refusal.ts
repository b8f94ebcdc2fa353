import { existsSync, readdirSync, statSync } from 'node:fs';
import { join as joinPath, relative } from 'node:path';
import { formatError, isTesseraError, type JoinSpec } from '@tessera/api';
import { type RunOptions, trainSet } from '@tessera/engine';
import { expect } from 'vitest';
import { hashes, newFolder } from '../files/workspace.js';

/** A lake with a place for results that nobody has written to. */
export interface Ground {
  readonly lake: string;
  readonly out: string;
  readonly tmp: string;
}

export async function ground(write?: (lake: string) => Promise<unknown>): Promise<Ground> {
  const folder = newFolder();
  const lake = joinPath(folder, 'lake');
  await write?.(lake);
  return { lake, out: joinPath(folder, 'out'), tmp: joinPath(folder, 'tmp') };
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** Every file and folder below, folders with a `/`. */
export function entriesBelow(folder: string): string[] {
  if (!isFolder(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const name = relative(folder, joinPath(entry.parentPath, entry.name));
      return entry.isDirectory() ? `${name}/` : name;
    })
    .sort();
}

/** Tiles that a backfill built first are right whatever became of its result: they may stay. */
const isResult = (name: string): boolean => !name.startsWith('tiles/');

const contentsOf = (folder: string) => ({
  entries: entriesBelow(folder).filter(isResult),
  bytes: isFolder(folder) ? hashes(folder, isResult) : {},
});

/** A text with the folders of one test replaced by their names. */
export function settled(text: string, { lake, out, tmp }: Ground): string {
  return text
    .replaceAll(lake, '<lake>')
    .replaceAll(out, '<out>')
    .replaceAll(tmp, '<tmp>')
    .replace(/tessera-run-[0-9a-f-]{36}/g, 'tessera-run-<id>');
}

/**
 * The whole text of the error with which a run is refused, paths normalised.
 *
 * It fails when the run succeeds, when the error is not one of the table's or is a bug of ours, when it shows a piece of
 * SQL or a stack, and when anything was written, changed or left: a file, a folder, a lock, something staged.
 */
export async function refusal(run: () => Promise<unknown>, place: Ground): Promise<string> {
  const before = [place.out, place.lake, place.tmp].map(contentsOf);
  const error: unknown = await run().then(
    () => new Error('it was not refused'),
    (cause: unknown) => cause,
  );
  if (!isTesseraError(error)) throw error;
  const text = settled(formatError(error), place);
  expect(
    error.problems.map(({ kind }) => kind),
    text,
  ).not.toContain('internal');
  expect(text).not.toMatch(/read_parquet|SELECT|DuckDB|\n {4}at |undefined|\bl\d\b/);
  expect([place.out, place.lake, place.tmp].map(contentsOf), text).toEqual(before);
  return text;
}

const LONG = process.env.TESSERA_LONG === '1';
let asked = 0;

/** The same of a training set; with one worker and with two in the long tier, where both say the same, else every fourth time with two. */
export async function refused(
  join: JoinSpec,
  place: Ground,
  options: RunOptions = {},
): Promise<string> {
  const { lake, out, tmp } = place;
  const said: string[] = [];
  for (const workers of LONG ? [1, 2] : [asked++ % 4 === 3 ? 2 : 1]) {
    said.push(await refusal(() => trainSet(join, { lake, out, tmp, workers, ...options }), place));
  }
  expect(new Set(said).size).toBe(1);
  return `\n${said[0]}\n`;
}
