import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Outcome, Started } from '../files/command.js';
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

const LONG = process.env.TESSERA_LONG === '1';
const KILLS = Number(process.env.TESSERA_KILLS ?? (LONG ? 300 : 16));
/** Fewer days have the same steps, with fewer passes of them. */
const LAKE_DAYS = LONG ? DAYS : DAYS.slice(0, 2);
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
  folder = await writeProject(LAKE_DAYS);
  const old = join(folder, 'old');
  await runHere(folder, old);
  // Days change: a publish that replaces partitions.
  await writeDay(join(folder, 'lake'), DAYS[1], 5);
  if (LONG) await writeDay(join(folder, 'lake'), DAYS[2], 3, 150);
  await runHere(folder, join(folder, 'clean'));
  clean = published(join(folder, 'clean'));
  cleanTold = await told(join(folder, 'clean'));
  expect(Object.keys(clean).length).toBeGreaterThan(4 * LAKE_DAYS.length);
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
function histogram(killed: number): string {
  const lines = [...landed]
    .sort(([, a], [, b]) => b - a)
    .map(([step, n]) => `  ${String(n).padStart(4)}  ${step}`);
  return `${killed} runs killed (seed ${SEED}), by the last step they passed:\n${lines.join('\n')}`;
}

/** When the process of a run is killed, unless it is at a fault point. */
interface RandomMoment {
  /** From its start, or from the first step. */
  readonly from: 'start' | 'first step';
  /** Of the time that runs took up to now. */
  readonly part: number;
}

/** How long runs take depends on what else the machine does: from the last that came to its end. */
const spans = new Map<string, { firstMs: number; restMs: number }>();

/** Let a run be killed at a moment. Returns whether it was; it may have been faster. */
async function runKilledAt(
  { name, firstMs, durationMs }: Ground,
  { child, ended }: Started,
  { from, part }: RandomMoment,
  log: string,
): Promise<Outcome> {
  const span = spans.get(name) ?? { firstMs, restMs: durationMs - firstMs };
  const startedMs = performance.now();
  let sawFirstMs = 0;
  const kill = (afterMs: number) => setTimeout(() => child.kill('SIGKILL'), afterMs);
  let timer = from === 'start' ? kill(part * span.firstMs) : null;
  const looking = setInterval(() => {
    if (sawFirstMs > 0 || !existsSync(log)) return;
    sawFirstMs = performance.now();
    if (from === 'first step') timer = kill(part * span.restMs);
  }, 2);
  const outcome = await ended;
  clearInterval(looking);
  if (timer !== null) clearTimeout(timer);
  if (outcome.code !== null) {
    const restMs = sawFirstMs === 0 ? span.restMs : performance.now() - sawFirstMs;
    spans.set(name, { firstMs: sawFirstMs - startedMs, restMs: restMs * 0.9 });
  }
  return outcome;
}

test(`${KILLS} kills: never half a dataset, and the next run ends as if there had been none`, async () => {
  const random = seeded(SEED).next;
  let killed = 0;
  for (let turn = 0; killed < KILLS && turn < 3 * KILLS; turn++) {
    const ground = grounds[(killed >> 1) % 2]!;
    const { name, before, beforeTold, steps } = ground;
    const out = join(folder, `kill-${turn}`);
    const log = join(folder, 'kill.log');
    rmSync(log, { force: true });
    mkdirSync(out);
    if (before !== null) copyOut(before, out);
    const isPoint = killed % 2 === 0;
    const fault = isPoint ? faultAt(steps, chosenStep(steps, killed >> 1, random)) : null;
    const started = startRun(folder, out, {
      TESSERA_FAULT_LOG: log,
      ...(fault !== null && { TESSERA_FAULT: fault }),
    });
    // One in ten before anything is written.
    const from = random() < 0.1 ? 'start' : 'first step';
    const moment = { from, part: random() } as const;
    const { code, err } = await (isPoint
      ? started.ended
      : runKilledAt(ground, started, moment, log));
    const what = `kill ${killed} of ${name} at ${fault ?? 'a random moment'}: ${err}`;
    if (isPoint) expect(code, what).toBeNull();
    else if (code !== null) expect(code, what).toBe(0);
    const now = await told(out);
    const isOld = JSON.stringify(now) === JSON.stringify(beforeTold);
    const isNew = JSON.stringify(now) === JSON.stringify(cleanTold);
    expect(isOld || isNew, `${what}: half a dataset`).toBe(true);
    await runHere(folder, out);
    expect(published(out), what).toEqual(clean);
    rmSync(out, { recursive: true });
    // It came to its end before: another one is killed instead.
    if (code !== null) continue;
    killed++;
    const last = stepsOf(log).at(-1) ?? '(before the first)';
    landed.set(last, (landed.get(last) ?? 0) + 1);
    if (killed % 50 === 0 && killed < KILLS) console.log(histogram(killed));
  }
  console.log(histogram(killed));
  expect(killed).toBe(KILLS);
});
