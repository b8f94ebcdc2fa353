import type { JoinSpec } from '@tessera/api';

/**
 * How near a peer's value has to be to ours, whose sums are exact and rounded once.
 *
 * `equal`: the same. `sum`: within 10^-12 of its size, because others round at every addition. `moment`: within 10^-8,
 * because others subtract rounded means.
 */
export type Closeness = 'equal' | 'sum' | 'moment';

/** One column of the result, ours and everyone else's. */
export interface Feature {
  readonly name: string;
  readonly closeness: Closeness;
}

/** What a benchmark computes: features of left rows (`row_id`, `user_id`, `ts`) from the tables of one data set. */
export interface Case {
  /** Also the join's name. */
  readonly name: string;
  readonly join: JoinSpec;
  readonly features: readonly Feature[];
  /** As printed: `15 features: …`. */
  readonly about: string;
}
