import { combineProblems, isTesseraError, type SourceSpec, TesseraError } from '@tessera/api';
import { changedFiles, checkParquet, type FileFacts } from '@tessera/lake';
import type { PhysicalPlan, ScanPlan } from '@tessera/planner';
import { sum } from './sum.js';

/** Files of one source as they were found. */
export interface LakeFiles {
  readonly source: SourceSpec;
  readonly files: readonly FileFacts[];
}

interface SourceRead {
  readonly sourceId: string;
  readonly fileIdx: readonly number[];
}

type FilesOf = (sourceId: string, fileIdx: readonly number[]) => LakeFiles;

/** The lake's files that a plan reads, each source's once. */
export function inputsOf(plan: PhysicalPlan, filesOf: FilesOf): LakeFiles[] {
  const reads = readsOf(plan);
  if (plan.left.kind !== 'source') return onceEach(reads, filesOf);
  const { sourceId } = plan.left;
  const building = plan.partitions.filter(({ reason }) => reason !== null);
  const left = { sourceId, fileIdx: building.flatMap(({ fileIdx }) => fileIdx) };
  return onceEach([...reads, left], filesOf);
}

/** The same of several plans over one lake, but for what they read of their left. */
export function scannedInputs(plans: readonly PhysicalPlan[], filesOf: FilesOf): LakeFiles[] {
  return onceEach(plans.flatMap(readsOf), filesOf);
}

const readsOf = ({ scans }: PhysicalPlan): SourceRead[] =>
  scans.map((scan) => ({ sourceId: scan.sourceId, fileIdx: filesRead(scan) }));

function onceEach(reads: readonly SourceRead[], filesOf: FilesOf): LakeFiles[] {
  const read = new Map<string, Set<number>>();
  for (const { sourceId, fileIdx } of reads)
    read.set(sourceId, new Set([...(read.get(sourceId) ?? []), ...fileIdx]));
  return [...read].map(([sourceId, fileIdx]) =>
    filesOf(
      sourceId,
      [...fileIdx].sort((a, b) => a - b),
    ),
  );
}

/** Their size, each file once however many sources have it. */
export function bytesOfFiles(inputs: readonly LakeFiles[]): number {
  const files = inputs.flatMap((input) => input.files);
  const sizes = new Map(files.map(({ path, bytes }) => [path, bytes]));
  return sum([...sizes.values()]);
}

/** Files of its source that a scan reads, for itself or to build tiles. */
export function filesRead({ fileIdx, tiles }: ScanPlan): number[] {
  return [...new Set([...fileIdx, ...(tiles?.builds ?? []).flatMap((build) => build.fileIdx)])];
}

/** Files checked at a time. */
const AT_ONCE = 8;

/**
 * Walk the pages of all Parquet files before DuckDB reads them: damage to their headers could end the process.
 *
 * Throws  FILE_UNREADABLE, all damaged files together
 * Cost    one small read per page
 */
export async function checkWhole(inputs: readonly LakeFiles[]): Promise<void> {
  const problems: TesseraError[] = [];
  for (const { source, files } of inputs) {
    if (source.format !== 'parquet') continue;
    const columns = source.columns.map(({ name }) => name);
    for (let at = 0; at < files.length; at += AT_ONCE) {
      const checks = files.slice(at, at + AT_ONCE).map(({ path }) => checkParquet(path, columns));
      for (const check of await Promise.allSettled(checks)) {
        if (check.status === 'fulfilled') continue;
        if (!isTesseraError(check.reason)) throw check.reason;
        problems.push(check.reason);
      }
    }
  }
  if (problems.length > 0) throw combineProblems(problems);
}

/**
 * A result made from two versions of a file would be that of neither.
 *
 * Throws  FILE_CHANGED
 */
export async function checkUnchanged(inputs: readonly LakeFiles[]): Promise<void> {
  const files = await changedFiles(inputs.flatMap((input) => input.files));
  if (files.length > 0) throw new TesseraError('FILE_CHANGED', { files });
}

/** Why a run failed: that its inputs changed meanwhile explains every other error that the data can cause. */
export async function explained(error: unknown, inputs: readonly LakeFiles[]): Promise<unknown> {
  if (isTesseraError(error) && NOT_OF_DATA.has(error.code)) return error;
  const files = await changedFiles(inputs.flatMap((input) => input.files));
  return files.length === 0 ? error : new TesseraError('FILE_CHANGED', { files }, { cause: error });
}

const NOT_OF_DATA: ReadonlySet<string> = new Set([
  'INTERRUPTED',
  'FILE_CHANGED',
  'DISK_FULL',
  'NOT_WRITABLE',
  'DATASET_LOCKED',
]);
