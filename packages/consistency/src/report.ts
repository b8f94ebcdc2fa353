import type { Explanation } from '@tessera/engine';
import type { ColumnExplanation } from '@tessera/fetcher';

/** Why a served value is not the trained one. */
export type Difference =
  /** Events at or after the as-of instant count in the training set, and are not uploaded yet. */
  | 'after_upload'
  /** Data before it changed after the upload: uploaded now, both would agree. */
  | 'arrived_since'
  /** Nothing explains it. */
  | 'mismatch'
  /** The part was not answered. */
  | 'error';

export interface Example {
  readonly difference: Difference;
  readonly column: string;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly atMs: number;
  readonly served: unknown;
  readonly trained: unknown;
  /** What a training set of the events of the upload alone would hold. */
  readonly trainedAsOf?: unknown;
  readonly error?: string;
  /** What both are made of; of the first mismatches. */
  readonly explained?: {
    readonly served: ColumnExplanation | null;
    readonly trained: Explanation | null;
  };
}

export interface ConsistencyReport {
  readonly unit: string;
  readonly version: string;
  readonly asOfMs: number;
  /** Nothing was uploaded: the comparison uploaded to a store of its own. */
  readonly isTrial: boolean;
  readonly rows: number;
  /** Cells that were compared, and those of them whose trained value is not null. */
  readonly cells: number;
  readonly filled: number;
  readonly equal: number;
  readonly differences: Readonly<Record<Difference, number>>;
  /** Cells of parts that do not answer their row's instant. */
  readonly stale: number;
  /** Columns that nothing serves. */
  readonly unserved: readonly string[];
  /** Of each difference the first few. */
  readonly examples: readonly Example[];
  readonly elapsedMs: number;
}

/** Whether what is served is what is trained on: what arrived after the upload is no fault of it. */
export function isConsistent({ differences }: Pick<ConsistencyReport, 'differences'>): boolean {
  return differences.mismatch === 0 && differences.error === 0;
}
