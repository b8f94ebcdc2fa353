import { resolve } from 'node:path';
import { type GroupBySpec, isTesseraError, type JoinSpec } from '@tessera/api';
import { datasetPath, openDataset, type Session } from '@tessera/lake';
import { type Gathered, gatherFacts } from '../gather.js';
import { publishedFacts } from '../publish.js';
import { factsFolder } from '../remembered-facts.js';
import { type Subject, subjectOf } from '../subject.js';
import { NO_SETS, type TileSets } from '../tiles/tile-sets.js';
import { SEMANTICS_VERSION } from '../version.js';
import { eachDefinition } from './each-definition.js';
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
  return eachDefinition(definitions, options.signal, async (session, definition) => {
    const { dataset } = await lookAt(session, subjectOf(definition), options, NO_SETS);
    return dataset;
  });
}

/** Of plans that nobody runs. */
export const LOOKING = { buckets: 1, workers: 1, semantics: SEMANTICS_VERSION } as const;

export interface LookedAt {
  readonly dataset: DatasetStatus;
  /** What is known of its sources; null where they could not be looked at. */
  readonly gathered: Gathered | null;
}

/** @param sets whose tiles were made of the same files: what is recorded of those spares reading them again */
export async function lookAt(
  session: Session,
  subject: Subject,
  { lake = '.', out = 'out' }: StatusOptions,
  sets: TileSets,
): Promise<LookedAt> {
  const { kind, name } = subject;
  const path = datasetPath(resolve(out), kind === 'train-set' ? 'train-sets' : 'group-bys', name);
  const own = { kind, name, path } as const;
  const absent = { engine: null, partitions: [] };
  try {
    const { manifest } = await openDataset(path);
    const engine = manifest?.engine ?? null;
    try {
      const published = await publishedFacts(path);
      const gathered = await gatherFacts(
        session,
        subject,
        { lake: resolve(lake), factsFolder: factsFolder(resolve(out)) },
        published,
        sets,
      );
      const partitions = partitionStates(subject.plan(gathered, LOOKING), manifest);
      return { dataset: { ...own, engine, partitions, problem: null }, gathered };
    } catch (error) {
      const problem = problemOf(error);
      const partitions = partitionStates(null, manifest);
      return { dataset: { ...own, engine, partitions, problem }, gathered: null };
    }
  } catch (error) {
    // A damaged manifest.
    return { dataset: { ...own, ...absent, problem: problemOf(error) }, gathered: null };
  }
}

function problemOf(error: unknown): NonNullable<DatasetStatus['problem']> {
  if (!isTesseraError(error)) throw error;
  if (error.kind !== 'user' && error.code !== 'FILE_UNREADABLE') throw error;
  return { code: error.code, message: error.summary };
}
