import { asofScan, duckdbAsof, polarsAsof } from './baselines/asof.js';
import {
  duckdbRangeJoin,
  duckdbSample,
  duckdbScan,
  duckdbWindows,
  FEW,
} from './baselines/duckdb.js';
import { polarsRolling, polarsRollingBy } from './baselines/polars.js';
import type { Case } from './case.js';
import { asofCase } from './cases/asof.js';
import { standardCase } from './cases/standard.js';
import { standardTypedCase } from './cases/standard-typed.js';
import { stringsCase } from './cases/strings.js';
import { wideCase } from './cases/wide.js';
import type { Baseline, Contender } from './contender.js';
import type { DataSpec } from './data.js';
import { lastDay, nextDayBaselines, tesseraAllDays, tesseraNextDay } from './next-day.js';
import { tesseraKernel } from './ours.js';
import { HOT, STANDARD, sized, WHALE } from './sizes.js';
import type { WindowedCase } from './windowed.js';

interface Named {
  readonly name: string;
  /** One line: what it is and how large. */
  readonly about: string;
  readonly runs: number;
}

/** Tessera, and others, over the same data. */
export interface ContestBenchmark extends Named {
  readonly kind: 'contest';
  readonly spec: (scale: number) => DataSpec;
  readonly of: Case;
  /** Instead of a plain run; all others are compared with it. */
  readonly reference?: Contender;
  /** The left rows of this day alone are computed; absent = all. */
  readonly day?: (spec: DataSpec) => string;
  /** Others of our own, whose values are equal to the last bit. */
  readonly variants?: readonly Contender[];
  /** Tessera with one worker takes part too, where there are several. */
  readonly besideOneWorker?: boolean;
  readonly baselines: readonly Baseline[];
  /** Those that have to be installed first; they take part with `--peers`. */
  readonly peers: readonly Baseline[];
  readonly checks: readonly Baseline[];
  /** Budgets in bytes, where the benchmark is about them; null = none. */
  readonly memory: { readonly budgets: readonly number[]; readonly besideDefault: boolean } | null;
}

/** Tessera in ways of its own: see the folder or file of that name. */
export interface SoloBenchmark extends Named {
  readonly kind: 'ladder' | 'scale' | 'noop' | 'startup' | 'compile' | 'serve' | 'soak' | 'upload';
}

export type Benchmark = ContestBenchmark | SoloBenchmark;

/** What others are measured on; a further baseline (`contender.ts`) is added here. */
function beside(
  of: WindowedCase,
): Pick<ContestBenchmark, 'kind' | 'of' | 'baselines' | 'peers' | 'checks'> {
  return {
    kind: 'contest',
    of,
    baselines: [duckdbRangeJoin(of), duckdbWindows(of), duckdbScan(of)],
    peers: [polarsRolling(of), polarsRollingBy(of)],
    checks: [],
  };
}

/** The standard case without anyone beside. */
const ALONE = {
  kind: 'contest' as const,
  of: standardCase,
  baselines: [],
  peers: [],
  checks: [],
};

export const SAMPLE = duckdbSample(standardCase);

export const BENCHMARKS: readonly Benchmark[] = [
  {
    name: 'standard',
    about: '20 M events, 1 M left rows, 100,000 keys, 90 days: beside what one would write instead',
    spec: sized(STANDARD),
    ...beside(standardCase),
    runs: 3,
    memory: null,
    besideOneWorker: true,
  },
  {
    name: 'standard-typed',
    about: 'the same with another seed, decimal amounts and integer keys',
    spec: sized({ ...STANDARD, columns: 'typed', seed: 7 }),
    ...beside(standardTypedCase),
    runs: 3,
    memory: null,
  },
  {
    name: 'hot',
    about: 'standard with 1,000 keys: 20,000 events each',
    spec: sized(HOT),
    ...beside(standardCase),
    checks: [SAMPLE],
    runs: 3,
    memory: null,
  },
  {
    name: 'whale',
    about: 'standard, and one key holds 20 % of the events and of the left rows',
    spec: sized(WHALE),
    ...beside(standardCase),
    checks: [SAMPLE],
    runs: 3,
    memory: null,
  },
  {
    name: 'sparse',
    about: '20 M events, 1,000 left rows: most events are of keys that no left row has',
    spec: sized({ ...STANDARD, leftRows: 1000 }),
    ...ALONE,
    baselines: [
      duckdbRangeJoin(standardCase),
      duckdbWindows(standardCase, FEW),
      duckdbScan(standardCase),
    ],
    peers: [polarsRolling(standardCase, 'few'), polarsRollingBy(standardCase, 'few')],
    runs: 3,
    memory: null,
  },
  {
    name: 'wide',
    about: '100 features of all operations that SQL has too; 4 M events, 200,000 left rows',
    spec: sized({ events: 4_000_000, leftRows: 200_000, columns: 'wide' }),
    ...{ ...beside(wideCase), peers: [] },
    runs: 3,
    memory: null,
  },
  {
    name: 'strings',
    about: 'the size of standard, text keys and text values',
    spec: sized({ ...STANDARD, columns: 'strings' }),
    // Its rolling_*_by takes no text.
    ...{ ...beside(stringsCase), peers: [polarsRolling(stringsCase)] },
    runs: 3,
    memory: null,
  },
  {
    name: 'asof',
    about: '10 M left rows, the last value of each of three tables of 3 M rows',
    spec: (scale) => ({
      ...sized({ events: 3_000_000, leftRows: 10_000_000, columns: 'lookups' })(scale),
      keys: Math.max(10, Math.round(100_000 * scale)),
    }),
    ...{ ...ALONE, of: asofCase, baselines: [duckdbAsof, asofScan], peers: [polarsAsof] },
    runs: 3,
    memory: null,
  },
  {
    name: 'onekey',
    about: '100,000 left rows and 10,000 events of one key; also the sweep alone',
    spec: (scale) => ({
      ...sized({ events: 10_000, leftRows: 100_000 })(scale),
      keys: 1,
    }),
    ...beside(standardCase),
    variants: [tesseraKernel],
    runs: 3,
    memory: null,
  },
  {
    name: 'memory',
    about:
      'the data of whale: in half of the machine’s memory, in 1 GB and in 512 MB; equal to the last bit',
    spec: sized(WHALE),
    ...ALONE,
    checks: [SAMPLE],
    runs: 3,
    memory: { budgets: [1024 ** 3, 512 * 1024 ** 2], besideDefault: true },
  },
  {
    name: 'big',
    about: '100 M events, 5 M left rows, 500,000 keys in 2 GB, checked on a sample',
    spec: sized({ events: 100_000_000, leftRows: 5_000_000 }),
    ...{ ...ALONE, baselines: [duckdbScan(standardCase)], checks: [SAMPLE] },
    runs: 1,
    memory: { budgets: [2 * 1024 ** 3], besideDefault: false },
  },
  {
    name: 'nextday',
    about: 'the size of standard, 91 days: the last day, where all before it are published',
    spec: (scale) => ({ ...sized(STANDARD)(scale), days: 91 }),
    ...{ ...ALONE, baselines: nextDayBaselines },
    reference: tesseraNextDay,
    variants: [tesseraAllDays],
    day: lastDay,
    runs: 3,
    memory: null,
  },
  {
    kind: 'scale',
    name: 'scale',
    about: '1 M, 10 M, 50 M and 200 M events in 2 GB: time per row and peak memory',
    runs: 1,
  },
  {
    kind: 'noop',
    name: 'noop',
    about: 'nothing to do on 1,000 partitions of 50 groupBys, by the command line',
    runs: 11,
  },
  {
    kind: 'startup',
    name: 'startup',
    about: 'the command line’s --version and --help beside node’s own start',
    runs: 31,
  },
  {
    kind: 'compile',
    name: 'compile',
    about: '1,000 groupBys and 100 joins, a file each: compiled with nothing kept, and with all',
    runs: 5,
  },
  {
    kind: 'serve',
    name: 'serve',
    about: '20,000 requests of one key, 50 features of 4 groupBys, from LMDB and Redis: latency',
    runs: 1,
  },
  {
    kind: 'soak',
    name: 'soak',
    about: 'the same, one request behind the other for 10 minutes: what the fetcher holds',
    runs: 10,
  },
  {
    kind: 'upload',
    name: 'upload',
    about: '10 features of a million keys into LMDB, verified and switched: keys a second',
    runs: 3,
  },
  {
    kind: 'ladder',
    name: 'ladder',
    about:
      '2 years of 500 M events, 2,000 keys: the last quarter without pruning, pruned, with tiles; then one more day',
    runs: 1,
  },
];
