/** Above these `tessera validate` says what a definition costs; what is not named keeps its default. */
export interface ProjectLimits {
  /** Rows that a run reads. */
  readonly runRows?: number;
  /** Bytes that a run reads. */
  readonly runBytes?: number;
  /** Memory that a run takes, in bytes. */
  readonly runMemoryBytes?: number;
  /** Rows a day from which data count as dense. */
  readonly denseRowsPerDay?: number;
  /** Buckets of a `by` column. */
  readonly buckets?: number;
  /** Columns of a join. */
  readonly columns?: number;
  /** Values that a state of k values may hold. */
  readonly k?: number;
  /** Days that an unbounded window may read. */
  readonly historyDays?: number;
}

/** Names of all limits. */
export const LIMITS = [
  'runRows',
  'runBytes',
  'runMemoryBytes',
  'denseRowsPerDay',
  'buckets',
  'columns',
  'k',
  'historyDays',
] as const satisfies readonly (keyof ProjectLimits)[];
