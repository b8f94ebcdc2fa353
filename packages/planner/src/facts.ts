import type { LabelInputs, TileLevel } from './plan.js';
import type { Runs } from './runs.js';
import type { BlockLevel } from './timeline.js';

/**
 * What the planner is told about the lake: plain data, gathered by the engine. The planner itself opens nothing.
 */
export interface FileFacts {
  /** Relative to the lake folder where possible. */
  readonly path: string;
  /** Partition label of a hive folder; null for plain files. */
  readonly ds: string | null;
  readonly bytes: number;
  readonly rows: number;
  /** Smallest and largest time in epoch ms; null = unknown (no statistics), so the file is always read. */
  readonly minTimeMs: number | null;
  readonly maxTimeMs: number | null;
  readonly fingerprint: string;
  readonly content: string | null;
  readonly stat: string | null;
  /** Nulls of the time and of key columns; null or absent when not known. */
  readonly timeNulls?: number | null;
  readonly keyNulls?: Readonly<Record<string, number | null>>;
}

export interface SourceFacts {
  /** Partitioned by `ds=` folders. */
  readonly hive: boolean;
  /** In scan order: (partition, file name). */
  readonly files: readonly FileFacts[];
  /** The instant that ends its last day, of `ds` folders or else of its times; null = it has none, absent = not asked. */
  readonly endMs?: number | null;
}

/** One partition of left rows. For a left without `ds` folders these are the days of its time. */
export interface LeftPartitionFacts {
  readonly ds: string;
  /** Positions in the left source's `files`. */
  readonly fileIdx: readonly number[];
  readonly rows: number;
  /** Range of query times (epoch ms); null = unknown or no row with a time. */
  readonly minQueryMs: number | null;
  readonly maxQueryMs: number | null;
  /** No row has a time: every feature is null (S1.3) and no source is read. */
  readonly timeless?: boolean;
}

/** What is published already, from the dataset's manifest. */
export interface PublishedFacts {
  readonly definitionHash: string;
  /** Version of what values mean (PlanOptions). */
  readonly semantics: number;
  /** Input files of any partition, once. */
  readonly files: readonly InputFile[];
  readonly partitions: Readonly<Record<string, PublishedPartition>>;
}

export interface InputFile {
  readonly path: string;
  /** Of its name, size and footer: what differs here is another file. */
  readonly fingerprint: string;
  /** Hash of all bytes; null when it is not known. */
  readonly content: string | null;
  /** Size and times; equal ones are those of an untouched file. Null when they prove nothing. */
  readonly stat: string | null;
}

export interface PublishedPartition {
  /** Made in STRICT mode. */
  readonly strict: boolean;
  /** Positions in `files`. */
  readonly files: Runs;
  /** Its file is gone or damaged. */
  readonly lost: boolean;
  /** Of its file; absent where it is not known. */
  readonly crc?: string;
  /** As the plan that made it had it: `PartitionPlan.labels`, positions in `files`. */
  readonly labels?: LabelInputs;
}

/** What is known of the tiles of one scan's source and keys. */
export interface TileFacts {
  /** Hash of the tile set. */
  readonly set: string;
  /** Hashes of the states that the scan's features need. */
  readonly states: readonly string[];
  readonly partitions: Readonly<Record<string, TilePartitionFacts>>;
  readonly blocks: Readonly<Record<BlockLevel, Readonly<Record<string, TileBlockFacts>>>>;
}

export interface TileLevelFacts {
  /** Tiles. */
  readonly rows: number;
  /** The file with keys and starts. */
  readonly base: string;
  /** Size of each file. */
  readonly files: Readonly<Record<string, number>>;
  /** State → the file that holds it. */
  readonly states: Readonly<Record<string, string>>;
}

export interface TilePartitionFacts {
  /** What the tiles were made of. */
  readonly files: readonly InputFile[];
  /** Some input was ±Infinity: those are counted, or refused, where rows are read. */
  readonly hasInfinite: boolean;
  readonly levels: Readonly<Partial<Record<TileLevel, TileLevelFacts>>>;
}

export interface TileBlockFacts extends TileLevelFacts {
  /** Partitions it was made of, in order. */
  readonly members: readonly string[];
}

export interface LakeFacts {
  /** By `definitionHash` of the source. */
  readonly sources: Readonly<Record<string, SourceFacts>>;
  readonly left: readonly LeftPartitionFacts[];
  readonly published: PublishedFacts | null;
  /** By scan id; scans that are not named have no tiles and get none. */
  readonly tiles?: Readonly<Record<string, TileFacts>>;
}
