import type { TesseraError } from '@tessera/api';
import type { ColumnExplanation } from './answer/explanation.js';

/** How one part of a request was answered. */
export interface PartStatus {
  /** Name of its groupBy, with its prefix in front. */
  readonly part: string;
  /**
   * ok: values are as a training set's over the events of the upload. stale: `at` is not answered by this upload (values are
   * null), or what is known is older than `maxAge` allows. error: values are null.
   */
  readonly status: 'ok' | 'stale' | 'error';
  /** Events before this instant are known, ms since epoch; null where nothing could be read. */
  readonly asOfMs: number | null;
  /** How much of the time before the part's own instant is not known: what came after `asOfMs` is not in the values. */
  readonly ageMs: number | null;
  /** Columns that the upload does not have yet: they have the values of a key without events. */
  readonly added?: readonly string[];
  /** Why it is not ok. */
  readonly error?: TesseraError;
}

/** The answer to one request: all parts are of one version. */
export interface Fetched<Row> {
  /** Keys, what the request brought, features, derived columns; in the order and form of a training set's rows. */
  readonly row: Row;
  /** The instant that was asked for. */
  readonly atMs: number;
  /** Null where none could be opened. */
  readonly version: string | null;
  /** In the order of the join's parts that are served. */
  readonly parts: readonly PartStatus[];
  /** Columns that are null because nothing serves them: their groupBy is not online, or they read such a column. */
  readonly unserved: readonly string[];
  /** Where `explain` asked for it. */
  readonly explain?: readonly ColumnExplanation[];
}
