/** What the value of one column was made of. */
export interface ColumnExplanation {
  readonly column: string;
  readonly part: string;
  /** The instant whose window it is: after lag, snapshot and inclusive; ms since epoch. */
  readonly queryMs: number;
  readonly from: 'states' | 'row' | 'nothing';
  /** States: the first instant that counts; null = unbounded. */
  readonly startMs: number | null;
  /** Pieces of time that were merged, ascending. */
  readonly pieces: readonly MergedPiece[];
}

export interface MergedPiece {
  /** Null: from the beginning of time. */
  readonly startMs: number | null;
  /** Exclusive. */
  readonly endMs: number;
  /** Of its state. */
  readonly bytes: number;
}
