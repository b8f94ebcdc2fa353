import type { WorkerMemory } from '../memory.js';
import type { RunCounters } from '../run-types.js';
import type { Value } from '../values/from-column.js';
import type { InputValue } from '../values/to-column.js';

/** Rows of one source, `ds` beside its declared columns; a column not given is null. */
export type InputRow = Readonly<Record<string, InputValue>>;
/** By source name, or by the last segment of a dotted name. */
export type InputTables = Readonly<Record<string, readonly InputRow[]>>;
export type FeatureRowValues = Record<string, Value>;

export interface InMemoryOptions {
  readonly buckets?: number;
  /** Less than the default cuts buckets into slices; values never depend on it. */
  readonly memoryShares?: Partial<WorkerMemory>;
  /** Told how the rows were computed. */
  readonly onCounters?: (counters: Pick<RunCounters, 'slices'>) => void;
  readonly strict?: boolean;
  /** Default `empty`: a snapshot day that is not given is empty. `part`: what the part's `missing` says, as over files. */
  readonly missingDays?: 'empty' | 'part';
}
