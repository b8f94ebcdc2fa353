import { formatType, hash128, type OutputColumn } from '@tessera/api';
import {
  acquireLock,
  beginRun,
  commitManifest,
  endRun,
  type Lock,
  MANIFEST_FORMAT,
  type Manifest,
  type ManifestPartition,
  openDataset,
  type PublishRun,
  partitionPath,
  publishPartition,
  stagePath,
} from '@tessera/lake';
import type { InputFile, PartitionPlan, PhysicalPlan, PublishedFacts } from '@tessera/planner';
import { ENGINE_VERSION } from './version.js';

/** What is published at a path, in the planner's words. */
export async function publishedFacts(path: string): Promise<PublishedFacts | null> {
  const { manifest, lost } = await openDataset(path);
  if (!manifest) return null;
  const gone = new Set(lost);
  return {
    definitionHash: manifest.definitionHash,
    files: manifest.files,
    partitions: Object.fromEntries(
      Object.entries(manifest.partitions).map(([ds, { inputs, files }]) => [
        ds,
        { inputs, files, lost: gone.has(ds) },
      ]),
    ),
  };
}

/** A dataset that this run may write: locked, with a staging folder. */
export interface Target {
  readonly run: PublishRun;
  /** Where a partition is staged; its folder is made. */
  stage(ds: string): string;
  /** Rename what was staged into place, then replace the manifest. Returns the published files, in the given order. */
  publish(
    written: readonly WrittenPartition[],
    plan: PhysicalPlan,
    columns: readonly OutputColumn[],
  ): Promise<string[]>;
  /** Remove staging and the lock. */
  close(): Promise<void>;
}

export interface WrittenPartition {
  readonly ds: string;
  readonly rows: number;
}

export async function openTarget(path: string, owner: string, runId: string): Promise<Target> {
  const lock: Lock = await acquireLock(path, owner);
  let run: PublishRun;
  try {
    run = await beginRun(path, runId);
  } catch (error) {
    await lock.release();
    throw error;
  }
  return {
    run,
    stage: (ds) => stagePath(run, ds),
    async publish(written, plan, columns) {
      const { manifest } = await openDataset(path);
      const published = new Map<
        string,
        Omit<ManifestPartition, 'files'> & { planned: PartitionPlan | undefined }
      >();
      for (const { ds, rows } of written) {
        const bytes = await publishPartition(run, ds);
        const planned = plan.partitions.find((partition) => partition.ds === ds);
        published.set(ds, { rows, bytes, inputs: planned?.inputs ?? hash128(''), planned });
      }
      await commitManifest(path, nextManifest(manifest, plan, columns, published));
      return written.map(({ ds }) => partitionPath(path, ds));
    },
    async close() {
      try {
        await endRun(run);
      } finally {
        await lock.release();
      }
    },
  };
}

/** Partitions of an older definition stay listed only as long as the definition is the same: they are stale otherwise. */
function nextManifest(
  before: Manifest | null,
  plan: PhysicalPlan,
  columns: readonly OutputColumn[],
  published: ReadonlyMap<
    string,
    Omit<ManifestPartition, 'files'> & { planned: PartitionPlan | undefined }
  >,
): Manifest {
  const inputs = new Map<string, readonly InputFile[]>();
  const kept = before?.definitionHash === plan.definitionHash ? before : null;
  for (const [ds, partition] of Object.entries(kept?.partitions ?? {})) {
    inputs.set(
      ds,
      partition.files.flatMap((at) => kept?.files[at] ?? []),
    );
  }
  for (const [ds, { planned }] of published) inputs.set(ds, planned?.inputFiles ?? []);
  // Sorted, so that the manifest does not tell in which order partitions were made.
  const keyOf = ({ path, fingerprint }: InputFile) => `${path}\n${fingerprint}`;
  const unique = new Map([...inputs.values()].flat().map((file) => [keyOf(file), file]));
  const files = [...unique]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { path, fingerprint }]) => ({ path, fingerprint }));
  const positions = new Map(files.map((file, at) => [keyOf(file), at]));
  const partitions: Record<string, ManifestPartition> = {};
  for (const [ds, list] of inputs) {
    const { rows, bytes, inputs: hash } = published.get(ds) ?? kept!.partitions[ds]!;
    const at = list.flatMap((file) => positions.get(keyOf(file)) ?? []);
    partitions[ds] = { rows, bytes, inputs: hash, files: at.sort((a, b) => a - b) };
  }
  return {
    format: MANIFEST_FORMAT,
    engine: ENGINE_VERSION,
    name: plan.name,
    definitionHash: plan.definitionHash,
    columns: columns.map(({ name, type, hash }) => ({ name, type: formatType(type), hash })),
    files,
    partitions,
  };
}
