import type { GroupBySpec, JoinSpec, SourceSpec, TesseraError } from '@tessera/api';

export type ObjectSpec = JoinSpec | GroupBySpec | SourceSpec;

/** Definition files as they were loaded; plain data beside the definitions themselves. */
export interface Loaded {
  readonly files: readonly {
    /** As a user would write it. */
    readonly file: string;
    readonly exports: Readonly<Record<string, unknown>>;
  }[];
  /** Files that could not be loaded, and why. */
  readonly problems: readonly TesseraError[];
  /** The folder that was searched, as a user would write it. */
  readonly folder: string;
}

/** Everything a project defines, after parsing. */
export interface Project {
  readonly joins: readonly JoinSpec[];
  readonly groupBys: readonly GroupBySpec[];
  /** Those that are exported and those that definitions read, each once. */
  readonly sources: readonly SourceSpec[];
  /** Where a definition is exported. */
  readonly files: ReadonlyMap<object, string>;
  readonly told: readonly TesseraError[];
}

/** `join fraud_v2`: how objects are told apart. */
export type ObjectId = string;

export function idOf({ kind, name }: Pick<ObjectSpec, 'kind' | 'name'>): ObjectId {
  return `${kind === 'events' || kind === 'entities' ? 'source' : kind} ${name}`;
}
