import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { random as seeded } from '../oracle/prng.js';
import {
  copyOut,
  DAYS,
  published,
  runHere,
  startRun,
  told,
  writeDay,
  writeProject,
} from './visits.js';

/**
 * A real run is killed somewhere, again and again: at a fault point, or at a random moment. What is told of the dataset is
 * then the old or the new, whole; and the next run ends with the bytes of a run that was never killed.
 */

const KILLS = Number(process.env.TESSERA_KILLS ?? (process.env.TESSERA_LONG === '1' ? 300 : 30));
const SEED = Number(process.env.TESSERA_SEED ?? 1);

interface Ground {
  readonly name: string;
  /** What was published before, to be copied; null = nothing. */
  readonly before: string | null;
  readonly beforeTold: Readonly<Record<string, string>>;
  readonly steps: readonly string[];
  /** From the start of the process: the first step, and the end. */
  readonly firstMs: number;
  readonly durationMs: number;
}

let folder = '';
let clean: Record<string, string> = {};
let cleanTold: Record<string, string> = {};
const grounds: Ground[] = [];
const landed = new Map<string, number>();

async function measured(name: string, before: string | null): Promise<Ground> {
  const out = join(folder, `steps-${name}`);
  if (before !== null) copyOut(before, out);
  const log = join(folder, `steps-${name}.log`);
  const startedMs = performance.now();
  let firstMs = 0;
  const looking = setInterval(() => {
    if (firstMs === 0 && existsSync(log)) firstMs = performance.now() - startedMs;
  }, 5);
  const { code, err } = await startRun(folder, out, { TESSERA_FAULT_LOG: log }).ended;
  clearInterval(looking);
  if (code !== 0) throw new Error(err);
  const durationMs = performance.now() - startedMs;
  const steps = stepsOf(log);
  expect(published(out)).toEqual(clean);
  const beforeTold = before === null ? {} : await told(before);
  return { name, before, beforeTold, steps, firstMs, durationMs };
}

/** Points that were passed, in order; a cut line counts as passed. */
function stepsOf(log: string): string[] {
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[0] || []);
}

beforeAll(async () => {
  folder = await writeProject();
  const old = join(folder, 'old');
  await runHere(folder, old);
  // Two days change: a publish that replaces partitions.
  await writeDay(join(folder, 'lake'), DAYS[1], 5);
  await writeDay(join(folder, 'lake'), DAYS[2], 3, 150);
  await runHere(folder, join(folder, 'clean'));
  clean = published(join(folder, 'clean'));
  cleanTold = await told(join(folder, 'clean'));
  expect(Object.keys(clean).length).toBeGreaterThan(20);
  grounds.push(await measured('new', null), await measured('again', old));
});

/** The n-th pass of a point, for a pass of the whole run. */
function faultAt(steps: readonly string[], at: number): string {
  const nth = steps.slice(0, at + 1).filter((step) => step === steps[at]).length;
  return `${steps[at]}:${nth}:kill`;
}

/** Each point in turn, the last ones of a publish first, so that rare ones are killed too; which pass of it is random. */
function chosenStep(steps: readonly string[], turn: number, random: () => number): number {
  const rank = (step: string) => (step.startsWith('file.') ? 0 : 1);
  const names = [...new Set(steps)].sort((a, b) => rank(a) - rank(b)).reverse();
  const name = names[turn % names.length]!;
  const at = steps.flatMap((step, idx) => (step === name ? [idx] : []));
  return at[Math.floor(random() * at.length)]!;
}

/** How many runs ended where: by the last step that they passed. */
function histogram(runs: number, killed: number): string {
  const lines = [...landed]
    .sort(([, a], [, b]) => b - a)
    .map(([step, n]) => `  ${String(n).padStart(4)}  ${step}`);
  return `${killed} of ${runs} runs killed (seed ${SEED}), by the last step they passed:\n${lines.join('\n')}`;
}

test(`${KILLS} kills: never half a dataset, and the next run ends as if there had been none`, async () => {
  const random = seeded(SEED).next;
  let killed = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const { name, before, beforeTold, steps, firstMs, durationMs } = grounds[(kill >> 1) % 2]!;
    const out = join(folder, `kill-${kill}`);
    const log = join(folder, 'kill.log');
    rmSync(log, { force: true });
    mkdirSync(out);
    if (before !== null) copyOut(before, out);
    const isPoint = kill % 2 === 0;
    const fault = isPoint ? faultAt(steps, chosenStep(steps, kill >> 1, random)) : null;
    const { child, ended } = startRun(folder, out, {
      TESSERA_FAULT_LOG: log,
      ...(fault !== null && { TESSERA_FAULT: fault }),
    });
    // One in ten before anything is written.
    const fromMs = random() < 0.1 ? 0 : firstMs;
    const atMs = fromMs + random() * (durationMs - fromMs);
    const timer = isPoint ? null : setTimeout(() => child.kill('SIGKILL'), atMs);
    const { code, err } = await ended;
    if (timer !== null) clearTimeout(timer);
    const what = `kill ${kill} of ${name} at ${fault ?? 'a random moment'}: ${err}`;
    if (isPoint) expect(code, what).toBeNull();
    if (code === null) killed++;
    const last = code === null ? (stepsOf(log).at(-1) ?? '(before the first)') : '(ended)';
    landed.set(last, (landed.get(last) ?? 0) + 1);

    const now = await told(out);
    const isOld = JSON.stringify(now) === JSON.stringify(beforeTold);
    const isNew = JSON.stringify(now) === JSON.stringify(cleanTold);
    expect(isOld || isNew, `${what}: half a dataset`).toBe(true);
    await runHere(folder, out);
    expect(published(out), what).toEqual(clean);
    rmSync(out, { recursive: true });
    if ((kill + 1) % 50 === 0 && kill + 1 < KILLS) console.log(histogram(kill + 1, killed));
  }
  console.log(histogram(KILLS, killed));
  expect(killed).toBeGreaterThanOrEqual(KILLS / 2);
});
