import { dayOf, formatDay } from '@tessera/api';
import type { InputFile, PublishedFacts } from './facts.js';
import type { LabelInputs } from './plan.js';
import { type Relocation, relocate, relocation } from './relocate.js';
import { firstOutside, isIn, type Runs } from './runs.js';
import { isSameFile } from './same-file.js';

/** What a partition is asked to be. */
export interface Wanted {
  readonly definitionHash: string;
  readonly semantics: number;
  readonly strict: boolean;
  readonly ds: string;
  /** Positions in the files that `compareFiles` was told. */
  readonly inputs: Runs;
  /** Of a join with labels. */
  readonly labels?: WantedLabels;
}

export interface WantedLabels extends LabelInputs {
  /** Per label, in their order: what it is called, and the instant that ends its source's data. */
  readonly of: readonly { readonly name: string; readonly endMs: number }[];
}

/** Why a partition is built. */
export interface Stale {
  readonly reason: string;
  /** Its features are as they would be made now. */
  readonly onlyLabels: boolean;
}

/** Inputs of what is published, held against those of now once for all partitions. */
export interface Comparison {
  readonly before: readonly InputFile[];
  readonly now: readonly InputFile[];
  /** Where a file of before is now, by its path. */
  readonly places: Relocation;
  /** First file from here on that is there and not known to be what it was; and that is there no more. */
  readonly nextChanged: Int32Array;
  readonly nextGone: Int32Array;
}

/** @param now by path, each once */
export function compareFiles(before: readonly InputFile[], now: readonly InputFile[]): Comparison {
  const positions = new Map<string, number>();
  if (before.length > 0)
    for (const [position, { path }] of now.entries()) positions.set(path, position);
  const to = Int32Array.from(before, ({ path }) => positions.get(path) ?? -1);
  return {
    before,
    now,
    places: relocation(to),
    nextChanged: nextWhere(before.length, (at) => {
      const file = now[to[at]!];
      return file !== undefined && !isSameFile(before[at]!, file);
    }),
    nextGone: nextWhere(before.length, (at) => to[at] === -1),
  };
}

/** Of each position, the first from there on for which it is true; the length where there is none. */
function nextWhere(length: number, isSo: (at: number) => boolean): Int32Array {
  const next = new Int32Array(length + 1).fill(length);
  for (let at = length - 1; at >= 0; at--) next[at] = isSo(at) ? at : next[at + 1]!;
  return next;
}

/** Why a partition is built, in words; null when it is up to date. The cause is named by its first file. */
export function reasonToBuild(
  published: PublishedFacts | null,
  wanted: Wanted,
  compared: Comparison,
): Stale | null {
  const all = (reason: string): Stale => ({ reason, onlyLabels: false });
  const before = published?.partitions[wanted.ds];
  if (!published || before === undefined) return all(NEVER_BUILT);
  if (before.lost) return all('its file is missing or damaged');
  const outdated = reasonOutdated(published, wanted);
  if (outdated !== null) return all(outdated);
  if (wanted.strict && !before.strict) return all('built without strict');
  const { labels } = wanted;
  const features = reasonOfInputs(
    before.labels?.features ?? before.files,
    labels?.features ?? wanted.inputs,
    compared,
  );
  if (features !== null) return all(features);
  if (labels === undefined) return null;
  const reason =
    reasonOfEnds(before.labels?.until ?? [], labels) ??
    prefixed('labels: ', reasonOfInputs(before.files, wanted.inputs, compared));
  return reason === null ? null : { reason, onlyLabels: true };
}

export const NEVER_BUILT = 'never built';

const prefixed = (prefix: string, reason: string | null) =>
  reason === null ? null : `${prefix}${reason}`;

/** Of the first label whose data end elsewhere since, as far as the partition's rows can tell. */
function reasonOfEnds(had: readonly number[], { of, until }: WantedLabels): string | null {
  const idx = until.findIndex((ms, at) => ms !== had[at]);
  const label = of[idx];
  if (label === undefined) return null;
  const isLater = until[idx]! > (had[idx] ?? Number.NEGATIVE_INFINITY);
  if (label.endMs <= Number.MIN_SAFE_INTEGER) return `${label.name}: no data are left`;
  const lastDay = formatDay(dayOf(label.endMs - 1));
  return `${label.name}: ${isLater ? `${lastDay} arrived` : `data end on ${lastDay} now`}`;
}

function reasonOfInputs(had: Runs, wanted: Runs, compared: Comparison): string | null {
  const { before, now, places, nextChanged, nextGone } = compared;
  const still = relocate(had, places);
  const added = firstOutside(wanted, still);
  if (added !== -1) return `input added: ${now[added]!.path}`;
  const changed = firstOf(had, nextChanged, (at) => isIn(wanted, places.to[at]!));
  if (changed !== -1) return `input changed: ${before[changed]!.path}`;
  const gone = firstOf(had, nextGone, () => true);
  const unread = firstOutside(still, wanted);
  const removed = [before[gone]?.path, now[unread]?.path].filter((path) => path !== undefined);
  return removed.length === 0 ? null : `input removed: ${removed.sort()[0]}`;
}

/** The first position of runs that `next` names and that passes; -1 when none does. */
function firstOf(runs: Runs, next: Int32Array, passes: (at: number) => boolean): number {
  for (const [first, count] of runs)
    for (let at = next[first]!; at < first + count; at = next[at + 1]!) if (passes(at)) return at;
  return -1;
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
