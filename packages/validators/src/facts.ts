/** What is known of a source's data without reading rows: plain data, gathered by the engine. */
export interface SourceFacts {
  /** Partition labels, or the days of its times, ascending, each once. */
  readonly days: readonly string[];
  /** They are `ds=` folders. */
  readonly hive: boolean;
  readonly rows: number;
  readonly bytes: number;
  /** How many values a column has, about, where that was counted. */
  readonly distinct?: Readonly<Record<string, number>>;
}

/** What a run of a definition would take, by its plan. */
export interface RunFacts {
  readonly rows: number;
  readonly bytes: number;
  readonly peakBytes: number;
  /** Absent where nobody knows. */
  readonly seconds?: number;
}

export interface ProjectFacts {
  /** By `definitionHash` of the source. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
  /** By kind and name: `join fraud_v2`. Absent where no plan was made. */
  readonly runs?: ReadonlyMap<string, RunFacts>;
}

/** Above these it is said what a definition costs. */
export interface Limits {
  readonly runRows: number;
  readonly runBytes: number;
  readonly runMemoryBytes: number;
  /** Rows a day from which data count as dense. */
  readonly denseRowsPerDay: number;
  /** Buckets of a `by` column. */
  readonly buckets: number;
  /** Columns of a join. */
  readonly columns: number;
  /** Values that a state of k values may hold. */
  readonly k: number;
  /** Days that an unbounded window may read. */
  readonly historyDays: number;
}

export const DEFAULT_LIMITS: Limits = {
  runRows: 2e9,
  runBytes: 256 * 2 ** 30,
  runMemoryBytes: 64 * 2 ** 30,
  denseRowsPerDay: 1_000_000,
  buckets: 200,
  columns: 2000,
  k: 1000,
  historyDays: 366,
};
