import { parseArgs } from 'node:util';
import { computedColumns } from '@tessera/api';
import { type PhysicalPlan, planJoin } from '@tessera/planner';
import { PLAN_SIZE, type PlanSize, planFacts, planJoins, planPublished } from './plan-case.js';

/** What was planned, and in how many ms: the median of all rounds, from definition to plan. */
export interface PlanTimes {
  readonly size: PlanSize;
  readonly runs: number;
  /** Of one plan. */
  readonly partitions: number;
  readonly files: number;
  readonly columns: number;
  readonly scans: number;
  readonly joins: readonly {
    readonly name: string;
    readonly newMs: number;
    readonly builtMs: number;
    /** Partitions to build when all is built. */
    readonly stale: number;
  }[];
}

/** Plan every join over a lake where nothing is built, and over one where all is; nothing is read or run. */
export function timePlans(size: PlanSize, runs: number): PlanTimes {
  const facts = planFacts(size);
  const joins = planJoins(size).map((join) => {
    const options = { buckets: null, workers: 2 };
    const plan = (published: typeof facts.published): PhysicalPlan =>
      planJoin(join, computedColumns(join), { ...facts, published }, options);
    return { name: join.name, plan, first: plan(null) };
  });
  const times = joins.map(() => ({ newMs: [] as number[], builtMs: [] as number[], stale: 0 }));
  for (let run = 0; run < runs; run++) {
    for (const [at, { plan, first }] of joins.entries()) {
      const own = times[at]!;
      const published = planPublished(first);
      own.newMs.push(timed(() => plan(null)).ms);
      const { ms, result } = timed(() => plan(published));
      own.builtMs.push(ms);
      own.stale = result.partitions.filter(({ reason }) => reason !== null).length;
    }
  }
  const [one] = joins;
  return {
    size,
    runs,
    partitions: one?.first.partitions.length ?? 0,
    files: one?.first.files.length ?? 0,
    columns: one?.first.features.length ?? 0,
    scans: one?.first.scans.length ?? 0,
    joins: joins.map(({ name }, at) => ({
      name,
      newMs: median(times[at]!.newMs),
      builtMs: median(times[at]!.builtMs),
      stale: times[at]!.stale,
    })),
  };
}

function timed<R>(work: () => R): { ms: number; result: R } {
  const start = performance.now();
  const result = work();
  return { ms: performance.now() - start, result };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

const total = (ms: readonly number[]) => ms.reduce((sum, one) => sum + one, 0);

function text(times: PlanTimes): string {
  const { size, runs, partitions, files, columns, scans, joins } = times;
  const line = (name: string, newMs: number, builtMs: number) =>
    `  ${name.padEnd(14)}${newMs.toFixed(0).padStart(12)} ms${builtMs.toFixed(0).padStart(12)} ms`;
  return [
    `plan: ${joins.length} joins of ${size.parts} parts (${columns} columns, ${scans} scans) over ${partitions.toLocaleString('en')} partitions and ${files.toLocaleString('en')} files; median of ${runs}`,
    `  ${''.padEnd(14)}${'nothing built'.padStart(15)}${'all built'.padStart(15)}`,
    ...joins.map(({ name, newMs, builtMs }) => line(name, newMs, builtMs)),
    line(
      `all ${joins.length}`,
      total(joins.map((j) => j.newMs)),
      total(joins.map((j) => j.builtMs)),
    ),
  ].join('\n');
}

/** `pnpm bench plan`. Throws Error for options that it does not have. */
export function planBench(argv: readonly string[]): string[] {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: '5' },
      days: { type: 'string', default: String(PLAN_SIZE.days) },
      parts: { type: 'string', default: String(PLAN_SIZE.parts) },
      joins: { type: 'string', default: String(PLAN_SIZE.joins) },
      json: { type: 'boolean', default: false },
    },
  });
  const [runs, days, parts, joins] = (['runs', 'days', 'parts', 'joins'] as const).map((name) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value > 0) return value;
    throw new Error(`--${name} is not a whole number above 0: ${values[name]}`);
  }) as [number, number, number, number];
  const times = timePlans({ days, parts, joins }, runs);
  const line = JSON.stringify({
    benchmark: 'plan',
    ...times.size,
    runs,
    partitions: times.partitions,
    files: times.files,
    columns: times.columns,
    new_ms: total(times.joins.map(({ newMs }) => newMs)),
    built_ms: total(times.joins.map(({ builtMs }) => builtMs)),
    stale: times.joins.reduce((sum, { stale }) => sum + stale, 0),
  });
  return values.json ? [line] : [text(times), line];
}
