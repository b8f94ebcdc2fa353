import type { InputFile, PublishedFacts } from './facts.js';
import { isSameFile } from './same-file.js';

/** What a partition is asked to be. */
export interface Wanted {
  readonly definitionHash: string;
  readonly semantics: number;
  readonly strict: boolean;
  readonly ds: string;
  readonly files: readonly InputFile[];
}

/** Why a partition is built, in words; null when it is up to date. The cause is named by its first file. */
export function reasonToBuild(published: PublishedFacts | null, wanted: Wanted): string | null {
  const before = published?.partitions[wanted.ds];
  if (!published || before === undefined) return 'never built';
  if (before.lost) return 'its file is missing or damaged';
  const outdated = reasonOutdated(published, wanted);
  if (outdated !== null) return outdated;
  if (wanted.strict && !before.strict) return 'built without strict';
  const known = new Map(before.files.map((at) => [published.files[at]?.path, published.files[at]]));
  const { files } = wanted;
  const added = files.find(({ path }) => !known.has(path));
  if (added) return `input added: ${added.path}`;
  const changed = files.find((file) => {
    const was = known.get(file.path);
    return was === undefined || !isSameFile(was, file);
  });
  if (changed) return `input changed: ${changed.path}`;
  const now = new Set(files.map(({ path }) => path));
  const removed = [...known.keys()].find((path) => path !== undefined && !now.has(path));
  return removed === undefined ? null : `input removed: ${removed}`;
}

/** Why all that is published is of another kind than what is wanted now; null when it is of the same. */
export function reasonOutdated(
  published: PublishedFacts,
  wanted: Pick<Wanted, 'definitionHash' | 'semantics'>,
): string | null {
  if (published.definitionHash !== wanted.definitionHash) return 'definition changed';
  return published.semantics === wanted.semantics
    ? null
    : `values mean something else since: semantics ${published.semantics}, now ${wanted.semantics}`;
}
