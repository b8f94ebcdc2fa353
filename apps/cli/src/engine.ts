import type { GroupBySpec, JoinSpec } from '@tessera/api';
import type { RunOptions, RunResult } from '@tessera/engine';

/** What commands need of an engine; `@tessera/engine` is the default. */
export interface Engine {
  readonly trainSet: (join: JoinSpec, options: RunOptions) => Promise<RunResult>;
  readonly backfill: (groupBy: GroupBySpec, options: RunOptions) => Promise<RunResult>;
  readonly buildTiles: (join: JoinSpec, options: RunOptions) => Promise<RunResult>;
}

/** Loaded when a command needs it: `tessera --help` must not wait for DuckDB. */
export async function loadEngine(): Promise<Engine> {
  const { trainSet, backfill, buildTiles } = await import('@tessera/engine');
  return { trainSet, backfill, buildTiles };
}
