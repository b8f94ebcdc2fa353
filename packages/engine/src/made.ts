import type { ResultFile } from './batches.js';
import { NO_COUNTERS } from './counters.js';
import type { RunCounters, RunReport } from './run-types.js';

/** A partition that a run wrote. */
export interface Written {
  readonly ds: string;
  readonly rows: number;
  readonly bytes: number;
  /** CRC-32 of the file. */
  readonly crc: string;
  readonly file: string;
}

/** What a run made, before it is told. */
export interface Made {
  readonly path: string | null;
  readonly report: RunReport;
  readonly written: readonly Written[];
  readonly removed: readonly string[];
  readonly files: readonly ResultFile[];
  readonly counters: RunCounters;
}

export const NOTHING_MADE: Made = {
  path: null,
  report: {
    sources: [],
    left: { rows: 0, rowsWithoutTime: 0, rowsWithNullKey: [] },
    missingSnapshots: [],
    tooManyDistinct: [],
  },
  written: [],
  removed: [],
  files: [],
  counters: NO_COUNTERS,
};
