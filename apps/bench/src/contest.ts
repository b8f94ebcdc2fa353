import { existsSync, rmSync, statSync } from 'node:fs';
import { type Agreed, assertAgree, type Tolerance } from './agree.js';
import type { Baseline, Contender, Setting } from './contender.js';
import type { Kept, KeptBaselines } from './kept.js';
import { type Measured, measure, type Stopped } from './measure.js';
import { intoPageCache, parquetBelow } from './page-cache.js';

export interface Contest {
  /** Tessera in its default memory, or the one that was asked for: all results are compared with its own, all times are divided by its own. */
  readonly reference: Contender;
  /** Others of our own: their values must be equal to the last bit. */
  readonly variants: readonly Contender[];
  readonly baselines: readonly Baseline[];
  /** Only compared, never timed. */
  readonly checks: readonly Baseline[];
  readonly setting: Setting;
  /** 0 = results are compared, and no time is told or kept. */
  readonly runs: number;
  readonly stopAfterSeconds: number;
  /** A baseline that takes longer than this runs once, and its time is kept. */
  readonly slowSeconds: number;
  readonly kept: KeptBaselines;
  /** Measure slow baselines again. */
  readonly fresh: boolean;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Day, and load average of that time. */
export type WhenKept = Pick<Kept, 'on' | 'load'>;

export type Outcome =
  | {
      readonly kind: 'measured';
      readonly runs: readonly Measured[];
      readonly kept: WhenKept | null;
    }
  | { readonly kind: 'stopped'; readonly seconds: number; readonly kept: WhenKept | null }
  | { readonly kind: 'skipped'; readonly why: string };

/** What became of one contender. */
export interface Entry {
  readonly contender: Contender;
  readonly outcome: Outcome;
  /** Null: there was nothing to compare. */
  readonly agreed: Agreed | null;
}

export const cachedText = ({ on, load }: WhenKept): string =>
  `cached, measured on ${on} at load ${load}`;

interface Runner {
  readonly contender: Contender;
  readonly agreed: Agreed | null;
  readonly runs: Measured[];
  /** Its time in the round of checks was too long to repeat it. */
  readonly once: boolean;
  readonly kept: WhenKept | null;
}

/** A contest, and the files of each contender's program and libraries, seen in its first run. */
type Running = Contest & { readonly programs: Map<string, ReadonlySet<string>> };

/**
 * First a round in which everyone's result is compared with ours; then `runs` rounds that are timed, taking turns, every
 * second one in reverse order. A baseline that was slow to be checked is not run again: that was its time.
 *
 * Returns  entries in the order reference, variants, baselines.
 * Throws   Error as soon as two results differ, or a process fails.
 */
export async function hold(asked: Contest): Promise<Entry[]> {
  const contest: Running = { ...asked, programs: new Map() };
  const { reference, setting } = contest;
  const skipped: Entry[] = [];
  const first = await runOnce(contest, reference);
  if ('stoppedAfterSeconds' in first)
    throw new Error(`Tessera took longer than ${contest.stopAfterSeconds} s; see --stop-after`);
  const runners: Runner[] = [own(contest, { contender: reference, first, agreed: null })];
  for (const variant of contest.variants) {
    const outcome = await runOnce(contest, variant);
    if ('stoppedAfterSeconds' in outcome) {
      skipped.push(stoppedEntry(variant, outcome, null));
      continue;
    }
    const agreed = await compare(contest, variant, { tolerance: 'exact' });
    runners.push(own(contest, { contender: variant, first: outcome, agreed }));
  }
  for (const baseline of [...contest.baselines, ...contest.checks]) {
    const why = await baseline.prepare(setting);
    const result = why === null ? await checkBaseline(contest, baseline) : null;
    if (result === null)
      skipped.push({
        contender: baseline,
        outcome: { kind: 'skipped', why: why ?? '' },
        agreed: null,
      });
    else if ('outcome' in result) skipped.push(result);
    else runners.push(result);
  }
  const checks = new Set(contest.checks.map(({ name }) => name));
  const timed = runners.filter(({ contender, once }) => !once && !checks.has(contender.name));
  for (let round = 0; round < contest.runs; round++) {
    const order = timed.filter(({ runs }) => runs.length < contest.runs);
    for (const { contender, runs } of round % 2 === 0 ? order : order.reverse()) {
      const outcome = await runOnce(contest, contender);
      if ('stoppedAfterSeconds' in outcome)
        throw new Error(`${contender.title} took over ${outcome.stoppedAfterSeconds} s this time`);
      runs.push(outcome);
    }
  }
  const measured = runners.map(
    ({ contender, agreed, runs, kept }): Entry => ({
      contender,
      agreed,
      outcome: { kind: 'measured', runs: checks.has(contender.name) ? [] : runs, kept },
    }),
  );
  const order = [reference, ...contest.variants, ...contest.baselines, ...contest.checks];
  return order.flatMap(({ name }) =>
    [...measured, ...skipped].filter(({ contender }) => contender.name === name),
  );
}

interface Checked {
  readonly contender: Contender;
  readonly first: Measured;
  readonly agreed: Agreed | null;
}

/** One of our own is repeated as often as asked; a slow one's check is its first run. */
function own({ slowSeconds, runs }: Contest, { contender, first, agreed }: Checked): Runner {
  return {
    contender,
    agreed,
    runs: runs > 0 && first.seconds > slowSeconds ? [first] : [],
    once: false,
    kept: null,
  };
}

/** A baseline's one checked run, of today or kept. */
async function checkBaseline(contest: Running, baseline: Baseline): Promise<Runner | Entry> {
  const { setting, kept } = contest;
  const found = contest.fresh ? null : kept.find(baseline, setting);
  const tooShort =
    found !== null &&
    'stoppedAfterSeconds' in found.outcome &&
    found.outcome.stoppedAfterSeconds < contest.stopAfterSeconds;
  if (found !== null && !tooShort) {
    const { outcome, result } = found;
    if ('stoppedAfterSeconds' in outcome) return stoppedEntry(baseline, outcome, found);
    contest.say(`${baseline.title}: ${cachedText(found)}`);
    const agreed =
      result === null ? null : await compare(contest, baseline, { tolerance: 'close', result });
    return { contender: baseline, agreed, runs: [outcome], once: true, kept: found };
  }
  const outcome = await runOnce(contest, baseline);
  const place = baseline.place(setting);
  if ('stoppedAfterSeconds' in outcome) {
    if (contest.runs > 0) kept.keep({ baseline, outcome, written: null }, setting);
    return stoppedEntry(baseline, outcome, null);
  }
  const agreed =
    baseline.result(place, setting.day) === null
      ? null
      : await compare(contest, baseline, { tolerance: 'close' });
  const once = contest.runs > 0 && outcome.seconds > contest.slowSeconds;
  if (once) {
    const isFile = existsSync(place) && statSync(place).isFile();
    if (agreed === null || isFile)
      kept.keep({ baseline, outcome, written: agreed === null ? null : place }, setting);
  }
  return { contender: baseline, agreed, runs: once ? [outcome] : [], once, kept: null };
}

function stoppedEntry(contender: Contender, outcome: Stopped, kept: WhenKept | null): Entry {
  const { stoppedAfterSeconds: seconds } = outcome;
  return { contender, outcome: { kind: 'stopped', seconds, kept }, agreed: null };
}

/** One run; from its second on a contender finds its program and the data in the page cache. */
async function runOnce(contest: Running, contender: Contender): Promise<Measured | Stopped> {
  const { setting, stopAfterSeconds, signal, programs } = contest;
  const program = programs.get(contender.name);
  const place = contender.place(setting);
  rmSync(place, { recursive: true, force: true });
  await contender.setUp?.(setting, place);
  const command = contender.command(setting, place);
  if (program !== undefined) intoPageCache([...program, ...parquetBelow(setting.data.dir)]);
  const outcome = await measure(command, {
    work: setting.work,
    stopAfterSeconds,
    ...(signal !== undefined && { signal }),
    ...(program === undefined && { onFiles: (files) => programs.set(contender.name, files) }),
  });
  const time =
    'seconds' in outcome
      ? `${outcome.seconds.toFixed(2)} s`
      : `stopped after ${outcome.stoppedAfterSeconds} s`;
  contest.say(`${contender.title}: ${time}`);
  return outcome;
}

interface How {
  readonly tolerance: Tolerance;
  /** Where its result is kept; default: where it has just written it. */
  readonly result?: string;
}

async function compare(contest: Contest, contender: Contender, how: How): Promise<Agreed> {
  const { reference, setting } = contest;
  const ours = reference.result(reference.place(setting), setting.day);
  const theirs = how.result ?? contender.result(contender.place(setting), setting.day);
  if (ours === null || theirs === null)
    throw new Error(`${contender.title} has no result to compare`);
  const { rows } = contender;
  return assertAgree(contender.title, {
    features: setting.of.features,
    ours,
    theirs,
    tolerance: how.tolerance,
    leftRows: setting.leftRows,
    ...(rows !== undefined && { rows: rows(setting.data) }),
  });
}
