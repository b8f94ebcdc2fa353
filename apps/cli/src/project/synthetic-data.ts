import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

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
const MARKER_FILE = '_tessera_generated.json';

/** What is at the lake's place: nothing (no folder, or an empty one), what `generate` wrote, or other data. */
export function lakeState(lake: string): 'missing' | 'generated' | 'other' {
  if (!existsSync(lake)) return 'missing';
  const names = readdirSync(lake);
  if (names.length === 0) return 'missing';
  return names.includes(MARKER_FILE) ? 'generated' : 'other';
}

/**
 * Write synthetic data beside `request.out` and rename it into place, so that a lake that exists is whole. What was
 * there is replaced: the caller has made sure that it may be. When the generator throws or is interrupted, its error
 * is passed on and nothing is left.
 */
export async function writeSyntheticData(
  generate: Generate,
  request: GenerateRequest,
): Promise<GenerateResult> {
  const lake = request.out;
  mkdirSync(path.dirname(lake), { recursive: true });
  removeAbandoned(lake);
  const staging = `${lake}.generating-${process.pid}`;
  const replaced = `${staging}-replaced`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging);
  try {
    const result = await abortable(generate({ ...request, out: staging }), request.signal);
    const { scale, seed } = request;
    const marker = `${JSON.stringify({ scale, seed, ...result }, null, 2)}\n`;
    writeFileSync(path.join(staging, MARKER_FILE), marker);
    if (existsSync(lake)) renameSync(lake, replaced);
    renameSync(staging, lake);
    return result;
  } finally {
    for (const folder of [staging, replaced]) rmSync(folder, { recursive: true, force: true });
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
    if (!isAlive(pid)) {
      rmSync(path.join(path.dirname(lake), name), { recursive: true, force: true });
    }
  }
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
