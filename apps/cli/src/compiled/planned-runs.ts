import {
  type GroupBySpec,
  isTesseraError,
  type JoinSpec,
  joinParts,
  type TesseraError,
} from '@tessera/api';
import type { Project } from '@tessera/compiler';
import type { CommandContext } from '../commands/context.js';
import { formatAmount, formatBytes, formatSeconds } from '../output/numbers.js';
import type { ProjectConfig } from '../project/load-config.js';

/** What the next run of a definition would take, by its plan. */
export interface PlannedRun {
  /** Partitions that would be built. */
  readonly partitions: number;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly peakBytes: number;
}

export interface PlannedRuns {
  /** By kind and name: `join fraud_v2`. */
  readonly runs: ReadonlyMap<string, PlannedRun>;
  /** Why others could not be planned. */
  readonly problems: readonly TesseraError[];
}

/** Each takes a look at the files of its sources: of a project of thousands the first ones stand for all. */
const MOST_PLANS = 200;

/**
 * Plan runs of definitions over the lake as it is; nothing is built.
 *
 * Throws   INTERRUPTED; what is wrong with the machine. What is wrong with definitions or their files is returned.
 */
export async function plannedRuns(
  definitions: readonly (JoinSpec | GroupBySpec)[],
  config: Pick<ProjectConfig, 'lake' | 'out'>,
  context: CommandContext,
  range: { readonly start?: string; readonly end?: string } = {},
): Promise<PlannedRuns> {
  const engine = await context.loadEngine();
  const runs = new Map<string, PlannedRun>();
  const problems: TesseraError[] = [];
  for (const definition of definitions.slice(0, MOST_PLANS)) {
    const options = {
      ...{ lake: config.lake, out: config.out, planOnly: true, ...range },
      signal: context.interrupts.signal,
    };
    try {
      const { plan } =
        definition.kind === 'join'
          ? await engine.trainSet(definition, options)
          : await engine.backfill(definition, options);
      const { estimate, toBuild: partitions } = plan;
      if (estimate === null) continue;
      const { rowsAtMost: rows, bytes, seconds, peakBytes } = estimate;
      const id = `${definition.kind} ${definition.name}`;
      runs.set(id, { partitions, rows, bytes, seconds, peakBytes });
    } catch (error) {
      if (!isTesseraError(error) || error.kind !== 'user' || error.code === 'INTERRUPTED')
        throw error;
      problems.push(...error.problems);
    }
  }
  return { runs, problems };
}

/** Joins, and groupBys that no join reads: what is run by itself. */
export function runByThemselves({
  joins,
  groupBys,
}: Pick<Project, 'joins' | 'groupBys'>): readonly (JoinSpec | GroupBySpec)[] {
  const read = new Set(joins.flatMap((join) => joinParts(join).map(({ groupBy }) => groupBy)));
  return [...joins, ...groupBys.filter((groupBy) => !read.has(groupBy))];
}

/** `90 partitions to build: reads 2.1 M rows, 61 MB, about 8 s, peak 900 MB`. */
export function plannedText({ partitions, rows, bytes, seconds, peakBytes }: PlannedRun): string {
  if (partitions === 0) return 'nothing to build: all partitions are up to date';
  const reads = [
    `reads ${formatAmount(rows, 'row')}`,
    formatBytes(bytes),
    `about ${formatSeconds(seconds)}`,
    `peak ${formatBytes(peakBytes)}`,
  ];
  return `${formatAmount(partitions, 'partition')} to build: ${reads.join(', ')}`;
}
