import type { Value } from '../values/from-column.js';
import type { InputValue } from '../values/to-column.js';

/** Rows of one source, `ds` beside its declared columns; a column not given is null. */
export type InputRow = Readonly<Record<string, InputValue>>;
/** By source name, or by the last segment of a dotted name. */
export type InputTables = Readonly<Record<string, readonly InputRow[]>>;
export type FeatureRowValues = Record<string, Value>;

export interface InMemoryOptions {
  readonly buckets?: number;
  readonly strict?: boolean;
  /** Default `empty`: a snapshot day that is not given is empty. `part`: what the part's `missing` says, as over files. */
  readonly missingDays?: 'empty' | 'part';
}
