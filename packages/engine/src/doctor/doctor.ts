import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { deadFolders, lockIfFree, removeTree } from '@tessera/lake';
import { tileSetHashes, tileSetPath } from '@tessera/tiling';
import { datasetsBelow } from '../datasets-below.js';
import { tileStore } from '../tiles/tile-sets.js';
import { examineDataset } from './examine-dataset.js';
import { examineTiles } from './examine-tiles.js';
import { type Finding, type Repairable, wrong } from './finding.js';

export interface DoctorOptions {
  /** Folder of the datasets. Default: `out`. */
  readonly out?: string;
  /** Only report. */
  readonly check?: boolean;
}

export interface Diagnosis {
  /** Absolute. */
  readonly out: string;
  /** How many datasets and tile sets were looked at. */
  readonly datasets: number;
  readonly tileSets: number;
  readonly findings: readonly Finding[];
}

/**
 * Compare an output folder with what its manifests say, every byte of it, and mend what is not so: a publish that was cut off
 * is finished; what killed runs left is removed, but for finished tasks; what is damaged or missing is forgotten, and built
 * again by the next run that needs it. What a living process writes is left alone.
 *
 * Cost    one read of all datasets and tiles
 * Throws  what is wrong with the machine
 */
export async function doctor(options: DoctorOptions = {}): Promise<Diagnosis> {
  const out = resolve(options.out ?? 'out');
  const check = options.check ?? false;
  const store = tileStore(out);
  const findings: Finding[] = [];
  const datasets = await datasetsBelow(out);
  for (const path of datasets)
    findings.push(...(await treat(path, (isOurs) => examineDataset(path, isOurs), check)));
  const sets = await tileSetHashes(store);
  for (const hash of sets) {
    const examine = (isOurs: boolean) => examineTiles(store, hash, isOurs);
    findings.push(...(await treat(tileSetPath(store, hash), examine, check)));
  }
  for (const one of [...temporaryFolders(out), ...(await halfFacts(out))])
    findings.push(check ? { ...one.finding, state: 'found' } : await mend(one));
  return { out, datasets: datasets.length, tileSets: sets.length, findings };
}

/** Look, and where something is to be mended look again under the lock. */
async function treat(
  folder: string,
  examine: (isOurs: boolean) => Promise<Repairable[]>,
  check: boolean,
): Promise<Finding[]> {
  const seen = await examine(false);
  const told = (list: readonly Repairable[]) =>
    list.map(
      ({ finding, isWrong, mend: how }): Finding => ({
        ...finding,
        state: !isWrong ? 'sound' : how === null ? 'left' : 'found',
      }),
    );
  if (check || seen.every((one) => one.mend === null)) return told(seen);
  const deadLocks = told(seen).filter(({ kind }) => kind === 'lock');
  const lock = await lockIfFree(folder, 'doctor');
  // Somebody began to write there meanwhile: a run clears up too.
  if (lock === null) return told(await examine(false));
  try {
    // Taking a lock over is what removes it.
    const done: Finding[] = deadLocks.map((one) => ({ ...one, state: 'repaired' }));
    // Mending one thing may bring out the next: what a cut off publish leaves.
    for (let round = 0; round < ROUNDS; round++) {
      const open = (await examine(true)).filter(({ mend: how }) => how !== null);
      if (open.length === 0) break;
      for (const one of open) done.push(await mend(one));
    }
    const left = told(await examine(true));
    const isTold = ({ path, kind }: Finding) =>
      done.some((one) => one.path === path && one.kind === kind);
    return [...done, ...left.filter((one) => !isTold(one))];
  } finally {
    await lock.release();
  }
}

const ROUNDS = 3;

async function mend({ finding, mend: how }: Repairable): Promise<Finding> {
  await how?.();
  return { ...finding, state: how === null ? 'left' : 'repaired' };
}

/** Folders that runs had for themselves and did not live to remove. */
function temporaryFolders(out: string): Repairable[] {
  return deadFolders(join(out, '.tmp')).map((path) => {
    const what = 'the temporary folder of a process that is dead';
    const repair = 'removed';
    return wrong({ path, kind: 'temporary', what, repair }, () => removeTree(path));
  });
}

/** What is remembered of files is replaced whole; a killed run may leave the half of it. */
async function halfFacts(out: string): Promise<Repairable[]> {
  const folder = join(out, '_facts');
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /^[0-9a-f]{32}\.json\.\d+\.tmp$/.test(name) && !isRunning(name))
    .map((name) => {
      const path = join(folder, name);
      return wrong({ path, kind: 'temporary', what: 'half a file', repair: 'removed' }, () =>
        removeTree(path),
      );
    });
}

/** The process whose number a temporary file bears; another one's of the same number keeps it a while. */
function isRunning(name: string): boolean {
  try {
    process.kill(Number(name.split('.').at(-2)), 0);
    return true;
  } catch {
    return false;
  }
}
