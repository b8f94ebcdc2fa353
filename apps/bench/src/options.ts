import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BENCHMARKS, type Benchmark } from './benchmarks.js';
import { parseBytes } from './bytes.js';
import { ONE_WORKER } from './ours.js';

export interface BenchOptions {
  readonly benchmark: Benchmark;
  readonly scale: number;
  /** 0 = results are compared and nothing is timed. */
  readonly runs: number;
  /** Only the results matter: what always times itself does so once. */
  readonly check: boolean;
  /** Replaces the number of keys that the scale gives. */
  readonly keys: number | null;
  /** Replaces the benchmark's budgets; empty = none. Null = its own. */
  readonly memory: readonly number[] | null;
  readonly workers: number;
  readonly stopAfterSeconds: number;
  /** Baselines to leave out, by name. */
  readonly without: readonly string[];
  /** Those that have to be installed take part. */
  readonly peers: boolean;
  readonly cache: string | null;
  readonly fresh: boolean;
  readonly json: boolean;
}

export const USAGE = `usage: pnpm bench <name> [options]

${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join('\n')}
  plan           10 joins of 50 groupBys over 3 years of days: planned, not run (--runs, --days, --parts, --joins, --json)
  expressions    compiled expressions over a million rows, on one core (--rows, --runs, --json)
  report         docs/benchmarks, from what was recorded

  --scale <n>         factor of events, left rows and keys (1; 0.01 is a smoke test)
  --runs <n>          timed runs of each (3; big: 1), or minutes (soak: 10)
  --check             compare results and time nothing
  --workers <n>       threads of each (all cores)
  --memory <sizes>    budgets of memory for Tessera, such as 1GB or, for memory, 1GB,512MB; none = without
  --keys <n>          number of keys, instead of 200 events a key
  --without <names>   leave out baselines: ${[...new Set(BENCHMARKS.flatMap(withoutNames))].join(', ')}
  --peers             install pinned peers into the cache (Python, the package registry) and run them too
  --stop-after <s>    end a process after so many seconds (900)
  --fresh             measure slow baselines again
  --cache <folder>    of data and slow baselines (.cache/bench)
  --json              print only the line of JSON
  --record            keep the line of JSON in docs/benchmarks/results
  -h, --help          print this`;

/**
 * Read the command line. Null = no benchmark was named, or help was asked for.
 *
 * Throws   Error that lists every mistake.
 */
export function readOptions(argv: readonly string[]): BenchOptions | null {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      scale: { type: 'string', default: '1' },
      runs: { type: 'string' },
      workers: { type: 'string' },
      memory: { type: 'string' },
      keys: { type: 'string' },
      without: { type: 'string', default: '' },
      peers: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      // All benchmarks have it, so it is taken before these are read; here it is known, for whoever reads options.
      record: { type: 'boolean', default: false },
      'stop-after': { type: 'string', default: '900' },
      cache: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [name, ...more] = positionals;
  if (name === undefined || values.help) return null;
  const mistakes: string[] = more.map((word) => `one benchmark at a time: ${word} is too much`);
  const benchmark = BENCHMARKS.find((one) => one.name === name);
  if (benchmark === undefined)
    mistakes.push(`no benchmark ${name}; there are ${BENCHMARKS.map((b) => b.name).join(', ')}`);
  const number = (option: string, text: string, whole: 'whole' | 'any') => {
    const value = Number(text);
    if (Number.isFinite(value) && value > 0 && (whole === 'any' || Number.isInteger(value)))
      return value;
    mistakes.push(
      `--${option} is not a ${whole === 'whole' ? 'whole ' : ''}number above 0: ${text}`,
    );
    return 1;
  };
  const maybe = (option: 'keys' | 'workers' | 'runs') => {
    const text = values[option];
    return text === undefined ? null : number(option, text, 'whole');
  };
  const without = values.without.split(',').filter((text) => text !== '');
  const known = benchmark === undefined ? [] : withoutNames(benchmark);
  for (const one of without)
    if (!known.includes(one)) mistakes.push(`--without ${one}: ${name} has no such baseline`);
  const memory = values.memory === undefined ? null : readBudgets(values.memory);
  if (memory === 'wrong') mistakes.push(`--memory is not a list of sizes: ${values.memory}`);
  const scale = number('scale', values.scale, 'any');
  const stopAfterSeconds = number('stop-after', values['stop-after'], 'any');
  const [runs, keys, workers] = [maybe('runs'), maybe('keys'), maybe('workers')];
  if (mistakes.length > 0 || benchmark === undefined || memory === 'wrong')
    throw new Error(mistakes.join('\n'));
  return {
    benchmark,
    scale,
    runs: values.check ? (benchmark.kind === 'contest' ? 0 : 1) : (runs ?? benchmark.runs),
    check: values.check,
    keys,
    memory,
    workers: workers ?? availableParallelism(),
    stopAfterSeconds,
    without,
    peers: values.peers,
    cache: values.cache ?? null,
    fresh: values.fresh,
    json: values.json,
  };
}

/** Who may be left out. */
function withoutNames(benchmark: Benchmark): string[] {
  if (benchmark.kind !== 'contest') return [];
  const { baselines, peers, besideOneWorker } = benchmark;
  return [
    ...[...baselines, ...peers].map(({ name }) => name),
    ...(besideOneWorker === true ? [ONE_WORKER] : []),
  ];
}

function readBudgets(text: string): readonly number[] | 'wrong' {
  if (text === 'none') return [];
  const sizes = text.split(',').map(parseBytes);
  const known = sizes.filter((size) => size !== null);
  return known.length === sizes.length ? known : 'wrong';
}
