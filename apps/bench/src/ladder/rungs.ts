import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlanSummary, RunCounters, RunOptions } from '@tessera/engine';
import { type BenchData, dayText } from '../data.js';
import type { Foretold } from '../foretold.js';
import { type Measured, measure } from '../measure.js';
import { LADDER_DAYS } from '../sizes.js';
import { sameFiles } from './same-files.js';

const SCRIPT = fileURLToPath(new URL('./run-rung.js', import.meta.url));

/** One process and what it did. */
export interface Rung {
  readonly name: string;
  readonly title: string;
  /** Days published; 0 = tiles only. */
  readonly days: number;
  readonly measured: Measured;
  readonly counters: RunCounters;
  readonly readFiles: number;
  readonly readBytes: number;
  readonly tileBytes: number;
  readonly foretold: Foretold;
}

/** What the process of a rung tells of its run. */
export interface RungReport {
  readonly counters: RunCounters;
  readonly plan: Pick<PlanSummary, 'readFiles' | 'readBytes' | 'tiles'>;
  readonly foretold: Foretold;
}

export interface Ladder {
  readonly rungs: readonly Rung[];
  /** Published files that were compared with those of the first rung, and are equal. */
  readonly comparedFiles: number;
}

export interface LadderSetting {
  readonly data: BenchData;
  readonly work: string;
  readonly workers: number;
  readonly memory: number | null;
  readonly stopAfterSeconds: number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Publish the last quarter, then the day after it, in the ways that the rungs are about. All publish the same bytes.
 *
 *   quarter, and the day after:   without pruning → pruned → with tiles of the days before
 *
 * Tiles are built once before they are used, and those of the day after for the days that follow it: rungs of their own,
 * beside the gains.
 *
 * Throws  Error when a process fails or takes too long, or published files differ
 */
export async function climb(setting: LadderSetting): Promise<Ladder> {
  const { data, work } = setting;
  const { days } = data.spec;
  const [first, last, next] = [days - 1 - LADDER_DAYS, days - 2, days - 1].map(dayText);
  const quarter = { start: first!, end: last! };
  const day = { start: next!, end: next! };
  const place = (name: string) => join(work, name);
  const off = { tiles: 'off' as const };
  const all = { ...off, prune: false };
  const rungs: Rung[] = [];
  const rung = async (
    [name, title]: readonly [string, string],
    out: string,
    options: RunOptions,
    tilesOnly = false,
  ) => {
    rungs.push(await runRung({ name, title, out: place(out), options, tilesOnly }, setting));
  };
  await rung(['unpruned', 'quarter, every row read'], 'unpruned', { ...quarter, ...all });
  await rung(['pruned', 'quarter, pruned'], 'pruned', { ...quarter, ...off });
  await rung(['build', 'tiles of the quarter'], 'tiled', quarter, true);
  await rung(['tiled', 'quarter, with tiles'], 'tiled', { ...quarter, tiles: 'auto' });
  await rung(['day_unpruned', 'next day, every row read'], 'unpruned', { ...day, ...all });
  await rung(['day_pruned', 'next day, pruned'], 'pruned', { ...day, ...off });
  await rung(['next_day', 'next day, with tiles'], 'tiled', { ...day, tiles: 'auto' });
  await rung(['day_build', 'tiles of the next day'], 'tiled', day, true);
  const published = (out: string) => join(place(out), 'train-sets', 'ladder');
  const comparedFiles =
    sameFiles(published('unpruned'), published('pruned')) +
    sameFiles(published('unpruned'), published('tiled'));
  return { rungs, comparedFiles };
}

interface Step {
  readonly name: string;
  readonly title: string;
  readonly out: string;
  readonly options: RunOptions;
  readonly tilesOnly: boolean;
}

async function runRung(step: Step, setting: LadderSetting): Promise<Rung> {
  const { name, title, out, options, tilesOnly } = step;
  const { data, work, workers, memory, stopAfterSeconds, say, signal } = setting;
  const report = join(work, `${name}.json`);
  const request = {
    tilesOnly,
    options: { ...options, lake: data.dir, out, workers, ...(memory !== null && { memory }) },
    report,
  };
  const measured = await measure(
    {
      file: process.execPath,
      args: [SCRIPT, JSON.stringify(request)],
      env: { UV_THREADPOOL_SIZE: String(workers + 6) },
    },
    { work, stopAfterSeconds, signal },
  );
  if ('stoppedAfterSeconds' in measured)
    throw new Error(`${title} took longer than ${stopAfterSeconds} s; see --stop-after`);
  say(`${title}: ${measured.seconds.toFixed(2)} s`);
  const { counters, plan, foretold } = JSON.parse(readFileSync(report, 'utf8')) as RungReport;
  const { readFiles, readBytes } = plan;
  const tileBytes = plan.tiles
    .flatMap(({ reads }) => reads)
    .reduce((sum, read) => sum + read.bytes, 0);
  const days = tilesOnly ? 0 : options.start === options.end ? 1 : LADDER_DAYS;
  return { name, title, days, measured, counters, readFiles, readBytes, tileBytes, foretold };
}
