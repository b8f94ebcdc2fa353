import type { Case } from './case.js';
import type { BenchData } from './data.js';

/** Where and with what one benchmark runs; the same for all who take part. */
export interface Setting {
  readonly data: BenchData;
  /** What is computed over it. */
  readonly of: Case;
  /** The one day whose left rows are computed; null = all. */
  readonly day: string | null;
  /** How many those are. */
  readonly leftRows: number;
  /** Threads each contender may use. */
  readonly workers: number;
  /** Folder that is removed afterwards; also the working directory of every process, for what it spills. */
  readonly work: string;
  /** Folder that stays: data, slow baselines, and what peers are installed in. */
  readonly cache: string;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Forms of one tool are measured each, and the best of them counts. A floor computes nothing. */
export type Family = 'duckdb' | 'polars' | 'floor';

/**
 * Someone who computes the features of a case over `data.dir`, as one process (its children count as its own).
 *
 * Its result is Parquet with `row_id` and a column per feature under the feature's name, one row per left row.
 */
export interface Contender {
  /** Part of the names in the line of JSON: lower case and `_`. */
  readonly name: string;
  /** As printed in the table. */
  readonly title: string;
  /** A folder or file of its own inside the work folder; what lies there is removed before every run. */
  readonly place: (setting: Setting) => string;
  readonly command: (setting: Setting, place: string) => Command;
  /** Before every run, untimed; its place is empty. */
  readonly setUp?: (setting: Setting, place: string) => Promise<void>;
  /** Glob of the Parquet that the command has written; null = it computes nothing to compare. */
  readonly result: (place: string, day: string | null) => string | null;
  /** What it is made with; absent = it is ours. */
  readonly family?: Family;
  /** SQL condition for the left rows that it computes; absent = all. */
  readonly rows?: (data: BenchData) => string;
}

/** What a user would pick instead. */
export interface Baseline extends Contender {
  readonly family: Family;
  /** Once, before anything is timed. Null = ready; otherwise why it cannot take part, which is printed. */
  readonly prepare: (setting: Setting) => Promise<string | null>;
  /** Name and version of what it is made of, such as `duckdb 1.5.6`: a kept measurement holds for this one only. */
  readonly version: () => string;
}
