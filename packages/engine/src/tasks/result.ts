import type { SweepCounts, SweepProblem } from '@tessera/pitjoin';
import type { Section, SweptPiece } from './task.js';

/** What tasks answer: plain data. */
export interface KeysResult {
  readonly keys: number;
}

export interface DictionaryResult {
  readonly strings: number;
}

export interface LeftResult {
  /** Rows per partition idx. */
  readonly rows: Readonly<Record<number, number>>;
  readonly rowsWithoutTime: number;
  readonly nullKeys: Readonly<Record<string, number>>;
  /** Days (since 1970) of the entity partitions that rows read, per snapshot key set. */
  readonly snapshotDays: Readonly<Record<string, readonly number[]>>;
  /** [keySet][bucket] */
  readonly sections: Readonly<Record<string, readonly (readonly Section[])[]>>;
}

export interface ScatterResult {
  readonly rowsRead: number;
  readonly rowsMatched: number;
  readonly rowsWithoutTime: number;
  readonly rowsWithNullKey: number;
  readonly duplicateEvents: number;
  /** [bucket] */
  readonly sections: readonly (readonly Section[])[];
}

export interface SweepResult {
  readonly counts: SweepCounts;
  readonly problem: SweepProblem | null;
  /** How many slices the bucket was cut into: 1 where it fit. */
  readonly slices: number;
  readonly pieces: readonly SweptPiece[];
}

export interface AssembleResult {
  readonly rows: number;
  readonly bytes: number;
}
