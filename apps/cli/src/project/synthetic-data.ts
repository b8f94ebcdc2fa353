import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateFailed, generateRefused } from '../failures.js';
import type { ModuleLoader } from './module-loader.js';

/** What a project's `generate` module is given. `scale` 1 is the full size. */
export interface GenerateRequest {
  readonly out: string;
  readonly scale: number;
  readonly seed: number;
  readonly onProgress: (progress: GenerateProgress) => void;
  readonly signal: AbortSignal;
}

export interface GenerateProgress {
  readonly rows: number;
  readonly totalRows: number;
}

/** What it answers: the tables written, and a word about them (`90 days`). */
export interface GenerateResult {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly note?: string;
}

export type Generate = (request: GenerateRequest) => Promise<GenerateResult>;

/** Names the folder as written by `generate`, so that `--force` never deletes anyone's own data. */
export const MARKER_FILE = '_tessera_generated.json';

/** True when there is nothing at `lake`: no folder, or an empty one. */
export function isLakeMissing(lake: string): boolean {
  return !existsSync(lake) || readdirSync(lake).length === 0;
}

/** The `generate` function of a project's module. Throws GENERATE_FAILED. */
export async function loadGenerate(file: string, load: ModuleLoader): Promise<Generate> {
  let exported: unknown;
  try {
    exported = (await load(file)).generate;
  } catch (error) {
    throw generateFailed(file, error);
  }
  if (typeof exported !== 'function')
    throw generateFailed(file, new Error('it does not export a function `generate`'));
  return exported as Generate;
}

/**
 * Write synthetic data beside `lake` and rename it into place: a lake that exists is whole.
 *
 * Throws   GENERATE_REFUSED when `lake` has content that was not generated, or was and `replace` is false;
 *          GENERATE_FAILED with the module's own error. The unfinished folder is removed either way.
 */
export async function writeSyntheticData(
  generate: Generate,
  request: GenerateRequest,
  { replace, file }: { readonly replace: boolean; readonly file: string },
): Promise<GenerateResult> {
  const lake = request.out;
  if (!isLakeMissing(lake)) {
    if (!existsSync(path.join(lake, MARKER_FILE)))
      throw generateRefused(lake, 'holds data that was not generated');
    if (!replace) throw generateRefused(lake, 'exists; --force writes it anew');
  }
  mkdirSync(path.dirname(lake), { recursive: true });
  removeAbandoned(lake);
  const staging = `${lake}.generating-${process.pid}`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging);
  try {
    const result = await abortable(generate({ ...request, out: staging }), request.signal);
    const { scale, seed } = request;
    writeFileSync(
      path.join(staging, MARKER_FILE),
      `${JSON.stringify({ scale, seed, ...result }, null, 2)}\n`,
    );
    const replaced = `${staging}-replaced`;
    if (existsSync(lake)) renameSync(lake, replaced);
    renameSync(staging, lake);
    rmSync(replaced, { recursive: true, force: true });
    return result;
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    throw request.signal.aborted ? error : generateFailed(file, error);
  }
}

/** A generator that does not listen to `signal` is left behind; the caller then ends the process. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Folders of runs that were killed. */
function removeAbandoned(lake: string): void {
  const prefix = `${path.basename(lake)}.generating-`;
  for (const name of readdirSync(path.dirname(lake))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (!isAlive(pid))
      rmSync(path.join(path.dirname(lake), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
