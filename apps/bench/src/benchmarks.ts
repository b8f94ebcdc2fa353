import { asofScan, duckdbAsof, polarsAsof } from './baselines/asof.js';
import { duckdbRangeJoin, duckdbSample, duckdbScan, duckdbWindows } from './baselines/duckdb.js';
import { polarsRolling, polarsRollingBy } from './baselines/polars.js';
import type { Case } from './case.js';
import { asofCase } from './cases/asof.js';
import { standardCase } from './cases/standard.js';
import { standardTypedCase } from './cases/standard-typed.js';
import { stringsCase } from './cases/strings.js';
import { wideCase } from './cases/wide.js';
import type { Baseline, Contender } from './contender.js';
import type { DataSpec } from './data.js';
import { tesseraKernel } from './ours.js';
import type { WindowedCase } from './windowed.js';

export interface Benchmark {
  readonly name: string;
  /** One line: what it is and how large. */
  readonly about: string;
  readonly spec: (scale: number) => DataSpec;
  readonly of: Case;
  readonly baselines: readonly Baseline[];
  /** Those that have to be installed first; they take part with `--peers`. */
  readonly peers: readonly Baseline[];
  readonly checks: readonly Baseline[];
  readonly runs: number;
  /** Rungs of Tessera alone instead of a contest: see `ladder/`. */
  readonly isLadder?: boolean;
  /** Others of our own, whose values are equal to the last bit. */
  readonly variants?: readonly Contender[];
  /** Tessera with one worker takes part too, where there are several. */
  readonly besideOneWorker?: boolean;
  /** Budgets in bytes, where the benchmark is about them; null = none. */
  readonly memory: { readonly budgets: readonly number[]; readonly besideDefault: boolean } | null;
}

interface Sizes {
  readonly events: number;
  readonly leftRows: number;
  readonly hotShare?: number;
  readonly columns?: DataSpec['columns'];
  readonly seed?: number;
}

/** Days of the quarter that a ladder publishes first. */
export const LADDER_DAYS = 90;

const SEED = 42;
const EVENTS_PER_KEY = 200;

/** Keys scale with the events, so a key's history is as long at any scale. */
function sized({ events, leftRows, hotShare = 0, columns, seed = SEED }: Sizes): Benchmark['spec'] {
  return (scale) => ({
    events: Math.max(1, Math.round(events * scale)),
    leftRows: Math.max(1, Math.round(leftRows * scale)),
    keys: Math.max(10, Math.round((events * scale) / EVENTS_PER_KEY)),
    hotShare,
    days: 90,
    seed,
    ...(columns !== undefined && { columns }),
  });
}

/**
 * Keys that are busy every day, such as shops: tiles are for those. A day stays as dense at any scale; a small one has fewer
 * days, but for the quarter and what its windows reach.
 */
function ladderSpec(scale: number): DataSpec {
  return {
    events: Math.max(1, Math.round(500_000_000 * scale)),
    leftRows: Math.max(1, Math.round(2_000_000 * scale)),
    keys: Math.max(10, Math.round(2_000 * scale)),
    hotShare: 0,
    days: scale < 0.1 ? 2 * LADDER_DAYS + 20 : 730,
    leftDays: LADDER_DAYS + 1,
    seed: SEED,
  };
}

const STANDARD = { events: 20_000_000, leftRows: 1_000_000 } as const;
const HOT = { ...STANDARD, hotShare: 0.2 } as const;

/** What others are measured on; a further baseline (`contender.ts`) is added here. */
function beside(of: WindowedCase): Pick<Benchmark, 'of' | 'baselines' | 'peers' | 'checks'> {
  return {
    of,
    baselines: [duckdbRangeJoin(of), duckdbWindows(of), duckdbScan(of)],
    peers: [polarsRolling(of), polarsRollingBy(of)],
    checks: [],
  };
}

const SAMPLE = duckdbSample(standardCase);

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
    about: 'standard, and one key holds 20 % of the events and of the left rows',
    spec: sized(HOT),
    ...beside(standardCase),
    checks: [SAMPLE],
    runs: 3,
    memory: null,
  },
  {
    name: 'sparse',
    about: '20 M events, 1,000 left rows: most events are of keys that no left row has',
    spec: sized({ ...STANDARD, leftRows: 1000 }),
    of: standardCase,
    baselines: [
      duckdbRangeJoin(standardCase),
      duckdbWindows(standardCase, 'few'),
      duckdbScan(standardCase),
    ],
    peers: [polarsRolling(standardCase, 'few'), polarsRollingBy(standardCase, 'few')],
    checks: [],
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
    of: asofCase,
    baselines: [duckdbAsof, asofScan],
    peers: [polarsAsof],
    checks: [],
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
      'the data of hot: in half of the machine’s memory, in 1 GB and in 512 MB; equal to the last bit',
    spec: sized(HOT),
    ...{ of: standardCase, baselines: [], peers: [], checks: [SAMPLE] },
    runs: 3,
    memory: { budgets: [1024 ** 3, 512 * 1024 ** 2], besideDefault: true },
  },
  {
    name: 'big',
    about: '100 M events, 5 M left rows, 500,000 keys in 2 GB, checked on a sample',
    spec: sized({ events: 100_000_000, leftRows: 5_000_000 }),
    ...{ of: standardCase, baselines: [duckdbScan(standardCase)], peers: [], checks: [SAMPLE] },
    runs: 1,
    memory: { budgets: [2 * 1024 ** 3], besideDefault: false },
  },
  {
    name: 'ladder',
    about:
      '2 years of 500 M events, 2,000 keys: the last quarter without pruning, pruned, with tiles; then one more day',
    spec: ladderSpec,
    ...{ of: standardCase, baselines: [], peers: [], checks: [] },
    runs: 1,
    memory: null,
    isLadder: true,
  },
];
