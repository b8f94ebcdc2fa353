import type { SweepCounts, SweepProblem } from '@tessera/pitjoin';
import type { StagedTiles } from '@tessera/tiling';
import type { Section, Slice, SourceCounts, SweptPiece } from './task.js';

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
  /** Of its files, by their footers: what a source's filter leaves of them, each event once, is `rowsRead`. */
  readonly rowsScanned: number;
  readonly rowsRead: number;
  readonly rowsMatched: number;
  readonly rowsWithoutTime: number;
  readonly rowsWithNullKey: number;
  readonly duplicateEvents: number;
  /** [bucket] */
  readonly sections: readonly (readonly Section[])[];
}

export interface ReadTilesResult {
  readonly rows: number;
  /** [bucket] */
  readonly sections: readonly (readonly Section[])[];
}

export interface BuildTilesResult {
  readonly staged: readonly StagedTiles[];
  readonly counts: SourceCounts & { readonly infinite: Readonly<Record<string, number>> };
}

/** How many infinite numbers a lane has, and the least key code that has one. */
export type InfiniteByLane = Readonly<
  Record<string, { readonly count: number; readonly keyCode: number }>
>;

export interface SlicesResult {
  readonly slices: readonly Slice[];
  /** Infinite numbers per lane. */
  readonly infinite: InfiniteByLane;
}

/** Of one scan. */
export interface ScanSwept {
  readonly counts: SweepCounts;
  readonly problem: SweepProblem | null;
}

export interface SweepResult {
  /** Of the task's own scan, then of the others. */
  readonly scans: readonly [ScanSwept, ...ScanSwept[]];
  /** Columns of all scans; none where one has a problem. */
  readonly pieces: readonly SweptPiece[];
}

export interface AssembleResult {
  readonly rows: number;
  readonly bytes: number;
  /** CRC-32 of the file. */
  readonly crc: string;
}

export interface AssembleFewResult {
  readonly members: readonly AssembleResult[];
}
