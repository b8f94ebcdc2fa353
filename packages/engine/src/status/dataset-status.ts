import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import {
  type GroupBySpec,
  groupByColumns,
  isTesseraError,
  type JoinSpec,
  outputColumns,
  TesseraError,
} from '@tessera/api';
import { datasetPath, openDataset, openDuckDb, type Session } from '@tessera/lake';
import { type PhysicalPlan, planBackfill, planJoin } from '@tessera/planner';
import { gatherFacts } from '../gather.js';
import { interruptOnAbort } from '../interrupt-on-abort.js';
import { memoryBudget, shareMemory } from '../memory.js';
import { checkSignal } from '../process-state.js';
import { publishedFacts } from '../publish.js';
import { SEMANTICS_VERSION } from '../version.js';
import { partitionStates } from './partition-states.js';

/** What there is of a dataset, and what a run would do about it: plain data. */
export interface DatasetStatus {
  readonly kind: 'train-set' | 'backfill';
  readonly name: string;
  /** Absolute folder of the dataset. */
  readonly path: string;
  /** By `ds`, ascending: those that the sources ask for, and published ones that are no more. */
  readonly partitions: readonly PartitionStatus[];
  /** Version of the engine that wrote the manifest last; null where nothing was ever published. */
  readonly engine: string | null;
  /** Why it could not be looked at: partitions are those of the manifest then, their state unknown. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

export type PartitionState =
  /** What a run would make again, as it is. */
  | 'fresh'
  /** Published, and a run would build it again. */
  | 'stale'
  /** Never published, or its file is gone or damaged. */
  | 'missing'
  /** Published, and a run would remove it. */
  | 'leftover'
  /** Published; its inputs could not be looked at. */
  | 'unknown';

export interface PartitionStatus {
  readonly ds: string;
  readonly state: PartitionState;
  /** Why a run would build or remove it; null for fresh ones. */
  readonly reason: string | null;
  /** Of the published file; null where there is none. */
  readonly rows: number | null;
  readonly bytes: number | null;
}

export interface StatusOptions {
  /** Folder that relative source paths start from. Default: the working directory. */
  readonly lake?: string;
  /** Folder of the datasets. Default: `out`. */
  readonly out?: string;
  readonly signal?: AbortSignal;
}

/**
 * The state of each definition's dataset, by the plan that a run would follow: footers are read, nothing is computed,
 * written or locked. What is wrong with one dataset's data is told in its place.
 *
 * Throws   INTERRUPTED; what is wrong with the machine.
 */
export async function datasetStatus(
  definitions: readonly (JoinSpec | GroupBySpec)[],
  options: StatusOptions = {},
): Promise<DatasetStatus[]> {
  const workers = availableParallelism();
  const memory = shareMemory(memoryBudget(undefined), workers);
  const session = await openDuckDb({ threads: workers, memoryBytes: memory.planningBytes });
  const interruption = interruptOnAbort(session, options.signal);
  try {
    const found: DatasetStatus[] = [];
    for (const definition of definitions) {
      checkSignal(options.signal);
      found.push(await statusOf(session, definition, options));
    }
    return found;
  } catch (error) {
    throw options.signal?.aborted ? new TesseraError('INTERRUPTED', {}) : error;
  } finally {
    interruption.end();
    session.close();
  }
}

async function statusOf(
  session: Session,
  definition: JoinSpec | GroupBySpec,
  options: StatusOptions,
): Promise<DatasetStatus> {
  const kind = definition.kind === 'join' ? 'train-set' : 'backfill';
  const folder = definition.kind === 'join' ? 'train-sets' : 'group-bys';
  const path = datasetPath(resolve(options.out ?? 'out'), folder, definition.name);
  const own = { kind, name: definition.name, path } as const;
  try {
    const { manifest } = await openDataset(path);
    const engine = manifest?.engine ?? null;
    try {
      const plan = await planOf(session, definition, path, resolve(options.lake ?? '.'));
      return { ...own, engine, partitions: partitionStates(plan, manifest), problem: null };
    } catch (error) {
      const problem = problemOf(error);
      return { ...own, engine, partitions: partitionStates(null, manifest), problem };
    }
  } catch (error) {
    // A damaged manifest.
    return { ...own, engine: null, partitions: [], problem: problemOf(error) };
  }
}

function problemOf(error: unknown): NonNullable<DatasetStatus['problem']> {
  if (!isTesseraError(error)) throw error;
  if (error.kind !== 'user' && error.code !== 'FILE_UNREADABLE') throw error;
  return { code: error.code, message: error.summary };
}

async function planOf(
  session: Session,
  definition: JoinSpec | GroupBySpec,
  path: string,
  lake: string,
): Promise<PhysicalPlan> {
  const subject =
    definition.kind === 'join'
      ? { join: definition, groupBy: null }
      : { join: null, groupBy: definition };
  const { facts } = await gatherFacts(session, subject, { lake }, await publishedFacts(path));
  const options = { buckets: 1, workers: 1, semantics: SEMANTICS_VERSION };
  return definition.kind === 'join'
    ? planJoin(definition, outputColumns(definition), facts, options)
    : planBackfill(definition, groupByColumns(definition), facts, options);
}
