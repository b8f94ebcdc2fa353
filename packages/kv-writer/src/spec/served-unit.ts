import type { Operation, ValueKind } from '@tessera/algebra';

/** Raised when what a version holds, or how, changes; an upload of another format is refused. */
export const SERVED_FORMAT = 1;

/** How long after its as-of instant an upload answers (S9). */
export const SERVED_MS = 2 * 86_400_000;

/** What one upload of a join, or of a groupBy by itself, holds. JSON: it is stored beside the values. */
export interface ServedUnit {
  readonly format: typeof SERVED_FORMAT;
  readonly kind: 'join' | 'groupBy';
  readonly name: string;
  /** Of the definition that was uploaded. */
  readonly definitionHash: string;
  /** Of the definition, the as-of instant and all that was read: equal means equal entries. */
  readonly inputHash: string;
  /** Events before this instant are in the upload. */
  readonly asOfMs: number;
  readonly parts: readonly ServedPart[];
  /** By part, in their order: hash of the files that it was made from. */
  readonly files: readonly string[];
}

export type ServedPart = ServedStates | ServedRows;

/** One part of a join. `p` is the instant of a request less the part's lag (S9). */
interface PartBase {
  /** Position in the join's parts; first byte of its keys. */
  readonly part: number;
  readonly groupBy: string;
  /** In the order of the groupBy. */
  readonly keys: readonly ServedKey[];
  readonly lagMs: number;
  /** The head counts events at the very instant (S2.1). */
  readonly inclusive: boolean;
  /** Read at the midnight before (S3.1); so are entities. */
  readonly snapshot: boolean;
  /** The first and last `p` that are answered, both inclusive, ms since epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Entities: the partitions that are held, each with entries of its own; null = entries hold for every instant. */
  readonly days: ServedDays | null;
  /** Of all that decides how an entry is read; 16 hex digits, the first bytes of every value. */
  readonly fingerprint: string;
}

export interface ServedDays {
  /** Days since 1970, ascending. */
  readonly present: readonly number[];
  /** What a day is that had no partition when others after it were there (S3.2). */
  readonly missing: 'error' | 'null';
}

export interface ServedKey {
  /** Column of the groupBy. */
  readonly column: string;
  /** As `formatType` writes it. */
  readonly type: string;
  readonly kind: ValueKind;
}

/** Aggregations: states of pieces of time, merged when they are asked for. */
export interface ServedStates extends PartBase {
  readonly holds: 'states';
  /** Events before this instant are in; of entities the midnight that ends their partition. */
  readonly knownMs: number;
  /** Windows that are cut at the same instants. */
  readonly axes: readonly { readonly windowsMs: readonly (number | null)[] }[];
  /** By axis, in the order in which an entry has them. */
  readonly states: readonly ServedState[];
}

export interface ServedState {
  readonly axis: number;
  /** How its bytes are read and merged: `aggregateState(operation, …)`, under `by` one of each bucket. */
  readonly operation: Operation;
  readonly machine: MachineConfig;
  readonly columns: readonly ServedColumn[];
}

/** What `aggregateState` has to know beside the operation. */
export interface MachineConfig {
  readonly kind: ValueKind;
  readonly scale?: number;
  readonly k?: number;
  readonly tieKind?: ValueKind;
  /** Kind of the bucket where the aggregation has `by`. */
  readonly byKind?: ValueKind;
}

/** A feature that a state answers. */
export interface ServedColumn {
  readonly name: string;
  /** Of its meaning: `OutputColumn.hash`. */
  readonly hash: string;
  readonly type: string;
  readonly operation: Operation;
  /** Null = unbounded. */
  readonly windowMs: number | null;
  readonly percentiles?: readonly number[];
  readonly maxDistinct?: number;
  /** A count of nothing is null, not 0 (`empty: 'null'`). */
  readonly nullWhenEmpty: boolean;
  /** Type of the buckets where the aggregation has `by`. */
  readonly byType?: string;
}

/** Entities passed through: one row a key. */
export interface ServedRows extends PartBase {
  readonly holds: 'rows';
  readonly columns: readonly RowColumn[];
}

export interface RowColumn {
  readonly name: string;
  readonly hash: string;
  readonly type: string;
}
