import type { PlanSummary, RunOptions, RunReport, RunResult } from '@tessera/engine';
import type { Engine } from '../src/engine.js';

/** One call that a command made. */
export interface Call {
  readonly verb: 'train-set' | 'backfill' | 'tiles';
  readonly name: string;
  readonly options: RunOptions;
}

export interface FakeEngine extends Engine {
  readonly calls: Call[];
}

export const PLAN: PlanSummary = {
  derived: 0,
  kind: 'train-set',
  name: 'fraud_v2',
  start: null,
  end: null,
  partitions: 90,
  upToDate: 0,
  toBuild: 90,
  reasons: [{ reason: 'never built', partitions: 90 }],
  removed: [],
  buckets: 14,
  workers: 2,
  readFiles: 180,
  readBytes: 61_000_000,
  totalFiles: 200,
  totalBytes: 410_000_000,
  parts: [
    {
      name: 'user_spend',
      source: 'payments.transactions',
      route: 'raw',
      columns: 12,
      readFiles: 90,
      totalFiles: 90,
      rows: 2_000_000,
      whyRows: 'tiles were never built',
      note: '',
    },
    {
      name: 'merchants',
      source: 'merchants.profiles',
      route: 'snapshot',
      columns: 4,
      readFiles: 90,
      totalFiles: 110,
      rows: 450_000,
      whyRows: null,
      note: 'one day earlier',
    },
  ],
  tiles: [],
  warnings: [],
  estimate: {
    rows: 2_450_000,
    rowsAtMost: 2_450_000,
    bytes: 61_000_000,
    tileBytes: 0,
    seconds: 12.3,
    peakBytes: 912_000_000,
    stages: {
      ...{ plan: 0.4, start: 0.4, contents: 0.3, tiles: 0, keys: 0.2, dictionaries: 0.3 },
      ...{ left: 1.4, scan: 4, join: 2.3, write: 2.5, publish: 0.5, summary: 0 },
    },
  },
  columns: [
    { name: 'user_spend_amount_sum_7d', type: { kind: 'double' }, hash: '1'.repeat(32) },
    { name: 'user_spend_count_1d', type: { kind: 'int64' }, hash: '2'.repeat(32) },
  ],
};

export const CLEAN_REPORT: RunReport = {
  sources: [
    {
      source: 'payments.transactions',
      rowsRead: 2_000_000,
      rowsWithoutTime: 0,
      rowsWithNullKey: 0,
      infiniteValues: 0,
      duplicateEvents: 0,
      missingDays: [],
      filledColumns: [],
    },
  ],
  left: { rows: 2_000_000, rowsWithoutTime: 0, rowsWithNullKey: [{ part: 'user_spend', rows: 0 }] },
  missingSnapshots: [],
  tooManyDistinct: [],
};

export const RESULT: RunResult = {
  plan: PLAN,
  report: CLEAN_REPORT,
  path: null,
  rows: 2_000_000,
  partitionsWritten: Array.from({ length: 90 }, (_, idx) => `partition-${idx}`),
  partitionsRemoved: [],
  bytesWritten: 123_456_789,
  elapsedMs: 6_840,
  peakBytes: 612_000_000,
  counters: {
    tasks: 104,
    filesRead: 180,
    rowsScanned: 2_450_000,
    rowsSwept: 2_450_000,
    tilesRead: 0,
    tilePlacesRead: 0,
    tileBytesRead: 0,
    bytesRead: 61_000_000,
    tilePartitionsBuilt: 0,
    tileBlocksBuilt: 0,
    slices: 14,
    pieces: 90,
    leftRows: 2_000_000,
  },
  summary: [
    {
      name: 'user_id',
      type: { kind: 'string' },
      role: 'key',
      nulls: 0,
      rows: 2_000_000,
      min: 'u0001',
      median: 'u0500',
      max: 'u9999-with-a-name-that-goes-on',
    },
    {
      name: 'user_spend_amount_sum_7d',
      type: { kind: 'double' },
      role: 'feature',
      nulls: 62_000,
      rows: 2_000_000,
      min: '0.02',
      median: '212.4',
      max: '18930.11',
    },
    {
      name: 'user_spend_count_1d',
      type: { kind: 'int64' },
      role: 'feature',
      nulls: 0,
      rows: 2_000_000,
      min: '0',
      median: '3',
      max: '12345',
    },
  ],
  profile: null,
  async *batches() {},
};

/** An engine that answers at once: it plans, reports one stage and returns `RESULT` with `change` applied. */
export function fakeEngine(change: (call: Call) => Partial<RunResult> = () => ({})): FakeEngine {
  const calls: Call[] = [];
  const run = async (call: Call): Promise<RunResult> => {
    calls.push(call);
    const { out, planOnly, limit, summary, onPlan, onProgress } = call.options;
    const folder = call.verb === 'train-set' ? 'train-sets' : 'group-bys';
    const isKept = planOnly !== true && limit === undefined && call.verb !== 'tiles';
    const result: RunResult = {
      ...RESULT,
      path: isKept ? `${out}/${folder}/${call.name}` : null,
      summary: summary === true ? RESULT.summary : null,
      ...change(call),
    };
    onPlan?.(result.plan);
    if (planOnly !== true && result.plan.toBuild > 0) {
      const stage = { stage: 'join', tasksTotal: 14, peakBytes: 612_000_000 } as const;
      onProgress?.({ ...stage, tasksDone: 0, rows: 0, elapsedMs: 1000 });
      onProgress?.({ ...stage, tasksDone: 7, rows: 900_000, elapsedMs: 1500 });
      onProgress?.({ ...stage, tasksDone: 14, rows: 1_900_000, elapsedMs: 2000 });
    }
    return result;
  };
  return {
    calls,
    trainSet: (join, options) => run({ verb: 'train-set', name: join.name, options }),
    buildTiles: (join, options) => run({ verb: 'tiles', name: join.name, options }),
    backfill: (groupBy, options) => run({ verb: 'backfill', name: groupBy.name, options }),
  };
}
