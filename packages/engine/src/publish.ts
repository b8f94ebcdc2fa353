import { existsSync } from 'node:fs';
import { isTesseraError, type OutputColumn } from '@tessera/api';
import {
  acquireLock,
  beginRun,
  clearLeftovers,
  commitManifest,
  endRun,
  fault,
  hasLeftovers,
  journalPath,
  type Lock,
  leftoversOf,
  type ManifestPartition,
  openDataset,
  type PublishRun,
  partitionPath,
  publish as publishStaged,
  recoverPublish,
  removeUnlisted,
  stagePath,
  WORK,
} from '@tessera/lake';
import type { InputFile, LakeFacts, PhysicalPlan, PublishedFacts } from '@tessera/planner';
import type { Contents } from './contents.js';
import type { Written } from './made.js';
import { type Listed, manifestOf, oneList, seenNow } from './next-manifest.js';
import { SEMANTICS_VERSION } from './version.js';

/** What is published at a path, in the planner's words. */
export async function publishedFacts(path: string): Promise<PublishedFacts | null> {
  const { manifest, lost } = await openDataset(path);
  if (!manifest) return null;
  const gone = new Set(lost);
  return {
    definitionHash: manifest.definitionHash,
    semantics: manifest.semantics,
    files: manifest.files,
    partitions: Object.fromEntries(
      Object.entries(manifest.partitions).map(([ds, { strict, files, labels, crc }]) => [
        ds,
        { strict, files, lost: gone.has(ds), ...(crc && { crc }), ...(labels && { labels }) },
      ]),
    ),
  };
}

/** A dataset that this run may write: locked, with a staging folder. */
export interface Target {
  readonly run: PublishRun;
  /** Where a partition is staged. */
  stage(ds: string): string;
  /** Put what was staged in place. Returns the published files, in the given order. */
  publish(made: Publication): Promise<string[]>;
  /** Remove the lock, and what was staged unless finished tasks are left to the next run. */
  close(left: 'nothing' | 'tasks'): Promise<void>;
}

export interface Publication {
  readonly written: readonly Written[];
  /** Published partitions that go. */
  readonly removed: readonly string[];
  readonly plan: PhysicalPlan;
  readonly columns: readonly OutputColumn[];
  readonly facts: LakeFacts;
  readonly contents: Contents;
  readonly strict: boolean;
}

export async function openTarget(path: string, owner: string): Promise<Target> {
  const lock: Lock = await acquireLock(path, owner);
  let run: PublishRun;
  try {
    await recoverPublish(path);
    run = await beginRun(path, WORK);
  } catch (error) {
    await lock.release();
    throw error;
  }
  return {
    run,
    stage: (ds) => stagePath(run, ds),
    publish: (made) => publish(run, made),
    async close(left) {
      try {
        if (left === 'nothing') await endRun(run);
      } finally {
        await lock.release();
      }
    },
  };
}

/** What is there, without what goes, and what was written: docs/publishing.md tells the steps. */
async function publish(run: PublishRun, made: Publication): Promise<string[]> {
  const { written, removed, plan, columns, facts, contents, strict } = made;
  const path = run.dataset;
  const { manifest } = await openDataset(path);
  const going = new Set([...removed, ...written.map(({ ds }) => ds)]);
  // Should another run have published another definition since the plan was made, that is not kept beside this one.
  const isKept =
    manifest?.definitionHash === plan.definitionHash && manifest.semantics === SEMANTICS_VERSION;
  const kept: Listed = {
    files: isKept ? manifest.files.map(seenNow(facts)) : [],
    partitions: isKept ? Object.entries(manifest.partitions).filter(([ds]) => !going.has(ds)) : [],
  };
  const planned = new Map(plan.partitions.map((partition) => [partition.ds, partition]));
  const partitions = written.map(({ ds, rows, bytes, crc }): [string, ManifestPartition] => {
    const { inputs = [], labels } = planned.get(ds) ?? {};
    return [ds, { rows, bytes, crc, strict, files: inputs, ...(labels && { labels }) }];
  });
  const files = plan.files.map((file) => ({
    ...file,
    content: file.content ?? contents.get(file.path) ?? null,
  }));
  fault('checked', path);
  await publishStaged(run, {
    staged: written.map(({ ds }) => ds),
    stale: [...going],
    manifest: manifestOf(plan, columns, [kept, { files, partitions }]),
  });
  return written.map(({ ds }) => partitionPath(path, ds));
}

/** Finish what a killed run was publishing, before anything is planned: unless its process, or another's, still writes. */
export async function finishOthers(path: string, owner: string): Promise<void> {
  if (existsSync(journalPath(path))) await whenFree(path, owner, () => recoverPublish(path));
}

/**
 * What a run with nothing to build still does for the next one: remember files that were read again because they were
 * touched, and remove what a killed run left. Not while another run writes: it does the same.
 */
export async function tidy(path: string, owner: string, facts: LakeFacts): Promise<void> {
  /** The manifest as it should be; null when all is well. */
  const untidy = async () => {
    const { manifest, unlisted } = await openDataset(path);
    if (manifest === null) return null;
    const files = manifest.files.map(seenNow(facts));
    const isSame = files.every((file, at) => isEqual(file, manifest.files[at]!));
    if (isSame && unlisted.length === 0) return null;
    const partitions = Object.entries(manifest.partitions);
    return { ...manifest, ...oneList([{ files, partitions }]) };
  };
  if ((await untidy()) === null && !(await isLittered(path))) return;
  await whenFree(path, owner, async () => {
    await recoverPublish(path);
    const next = await untidy();
    if (next !== null) {
      await commitManifest(path, next);
      await removeUnlisted(path, next);
    }
    await clearLeftovers(path);
  });
}

/** Remove what killed runs left in the folder of a dataset or tile set, unless somebody writes there. */
export async function clearUp(path: string, owner: string): Promise<void> {
  if (await isLittered(path)) await whenFree(path, owner, () => clearLeftovers(path));
}

async function isLittered(path: string): Promise<boolean> {
  return hasLeftovers(await leftoversOf(path));
}

/** Do something under a lock; nothing where somebody else has it, or where this process may not write. */
async function whenFree(path: string, owner: string, what: () => Promise<unknown>): Promise<void> {
  let lock: Lock;
  try {
    lock = await acquireLock(path, owner);
  } catch (error) {
    if (isTesseraError(error) && (error.code === 'DATASET_LOCKED' || error.code === 'NOT_WRITABLE'))
      return;
    throw error;
  }
  try {
    await what();
  } finally {
    await lock.release();
  }
}

function isEqual(a: InputFile, b: InputFile): boolean {
  return (
    a.path === b.path &&
    a.fingerprint === b.fingerprint &&
    a.content === b.content &&
    a.stat === b.stat
  );
}
