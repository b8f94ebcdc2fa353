import type { InputFile, PublishedFacts } from './facts.js';
import { hashOf } from './input-files.js';

/** Why a partition is built, in words; null when it is up to date. The cause is named by its first file. */
export function reasonToBuild(
  published: PublishedFacts | null,
  definition: string,
  ds: string,
  files: readonly InputFile[],
): string | null {
  const before = published?.partitions[ds];
  if (!published || before === undefined) return 'never built';
  if (before.lost) return 'its file is missing or damaged';
  if (published.definitionHash !== definition) return 'definition changed';
  if (before.inputs === hashOf(files)) return null;
  const known = new Map(
    before.files.map((at) => [published.files[at]?.path, published.files[at]?.fingerprint]),
  );
  const added = files.find(({ path }) => !known.has(path));
  if (added) return `input added: ${added.path}`;
  const changed = files.find(({ path, fingerprint }) => known.get(path) !== fingerprint);
  if (changed) return `input changed: ${changed.path}`;
  const now = new Set(files.map(({ path }) => path));
  const removed = [...known.keys()].find((path) => path !== undefined && !now.has(path));
  return `input removed: ${removed ?? 'unknown'}`;
}
