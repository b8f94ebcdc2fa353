import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { duckdbSample } from './baselines/duckdb.js';
import { formatBytes } from './bytes.js';
import { cacheFolder } from './cache-folder.js';
import { standardCase } from './cases/standard.js';
import { hold } from './contest.js';
import { type BenchData, benchData } from './data.js';
import { type Figures, figuresOf } from './figures.js';
import { keptBaselines } from './kept.js';
import type { BenchOptions } from './options.js';
import { tessera } from './ours.js';
import type { Result, Watching } from './result.js';
import { sized } from './sizes.js';
import { type Field, whereAndWhen } from './where-and-when.js';

const MILLIONS = [1, 10, 50, 200] as const;
const SLOW_SECONDS = 60;
const BUDGET_BYTES = 2 * 1024 ** 3;
/** Left rows are a twentieth of the events, as in the standard case. */
const EVENTS_PER_LEFT_ROW = 20;

interface Step {
  readonly millions: number;
  readonly data: BenchData;
  readonly figures: Figures;
  /** Left rows compared with a range join. */
  readonly agreedRows: number;
}

/** The standard features over more and more events in the same memory, each checked on a sample. */
export async function runScale(options: BenchOptions, watching: Watching): Promise<Result> {
  const { scale, workers, runs, memory } = options;
  const loadBefore = loadavg()[0] ?? 0;
  const budget = memory?.[0] ?? BUDGET_BYTES;
  const steps: Step[] = [];
  for (const millions of MILLIONS) steps.push(await step(millions, budget, options, watching));
  const line: Record<string, Field> = {
    ...{ benchmark: 'scale', scale, runs, workers, budget_bytes: budget },
    ...{ seed: steps[0]!.data.spec.seed, days: steps[0]!.data.spec.days },
  };
  for (const one of steps) Object.assign(line, stepFields(one, budget));
  const nsAt = (millions: number) => nsPerEvent(steps.find((one) => one.millions === millions)!);
  line.per_event_200m_of_10m = round(nsAt(200) / nsAt(10));
  line.most_peak_of_budget = Math.max(
    ...steps.map(({ figures }) => round((figures.peakBytes ?? Number.NaN) / budget)),
  );
  return {
    text: stepsText(steps, budget, options),
    line: { ...line, ...whereAndWhen(loadBefore) },
  };
}

async function step(
  millions: number,
  budget: number,
  { scale, workers, runs, stopAfterSeconds, fresh, check, cache: asked }: BenchOptions,
  { say, signal }: Watching,
): Promise<Step> {
  const cache = cacheFolder({ cache: asked });
  const events = millions * 1e6;
  const spec = sized({ events, leftRows: events / EVENTS_PER_LEFT_ROW })(scale);
  const data = await benchData(spec, {
    cache,
    threads: workers,
    onDay: (done, total) => {
      signal.throwIfAborted();
      if (done % 30 === 0 || done === total)
        say(`data of ${millions} M events: ${done} of ${total} days`);
    },
  });
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    const [own, sample] = await hold({
      reference: tessera('tessera', { memoryBytes: budget }),
      variants: [],
      baselines: [],
      checks: [duckdbSample(standardCase)],
      setting: {
        ...{ data, of: standardCase, day: null, leftRows: spec.leftRows },
        ...{ workers, work, cache },
      },
      ...{ runs, stopAfterSeconds, fresh, say, signal },
      // The run that is checked is a run too, where it is long, or where only its result counts.
      slowSeconds: check ? 0 : SLOW_SECONDS,
      kept: keptBaselines(cache),
    });
    const figures = own === undefined ? null : figuresOf(own);
    if (figures === null || sample === undefined) throw new Error('scale: nothing was measured');
    return { millions, data, figures, agreedRows: sample.agreed?.rows ?? 0 };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const nsPerEvent = ({ figures, data }: Step) => (figures.seconds * 1e9) / data.spec.events;

function stepFields(one: Step, budget: number): Record<string, Field> {
  const { millions, data, figures, agreedRows } = one;
  const fields = {
    events: data.spec.events,
    left_rows: data.spec.leftRows,
    input_bytes: data.bytes,
    s: round(figures.seconds),
    min_s: round(figures.minSeconds),
    max_s: round(figures.maxSeconds),
    cpu_s: figures.cpuSeconds === null ? null : round(figures.cpuSeconds),
    ns_per_event: round(nsPerEvent(one)),
    peak_bytes: figures.peakBytes,
    peak_of_budget: figures.peakBytes === null ? null : round(figures.peakBytes / budget),
    agreed_rows: agreedRows,
  };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [`m${millions}_${name}`, value]),
  );
}

const round = (value: number) => Number(value.toFixed(3));
const whole = (value: number) => value.toLocaleString('en');

function stepsText(
  steps: readonly Step[],
  budget: number,
  { runs, workers }: BenchOptions,
): string {
  return [
    `scale: more and more events in ${formatBytes(budget)}; ${standardCase.about}; output written; ${workers} threads, ${runs} ${runs === 1 ? 'run' : 'runs'}`,
    ...steps.map((one) => {
      const { data, figures, agreedRows } = one;
      const peak = figures.peakBytes ?? Number.NaN;
      const cells = [
        `${whole(data.spec.events)} events`.padStart(18),
        `${figures.seconds.toFixed(2)} s`.padStart(10),
        `${nsPerEvent(one).toFixed(0)} ns an event`.padStart(18),
        `peak ${formatBytes(peak)} (${(peak / budget).toFixed(2)}× of the budget)`,
        `agrees in ${whole(agreedRows)} rows of a sample`,
      ];
      return `  ${cells.join('   ')}`;
    }),
  ].join('\n');
}
