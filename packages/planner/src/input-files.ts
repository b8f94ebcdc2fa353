import type { SourceSpec } from '@tessera/api';
import type { PartDraft } from './draft.js';
import type { InputFile, LakeFacts, LeftPartitionFacts, SourceFacts } from './facts.js';
import { reachOf } from './prune.js';
import { type Relocation, relocate, relocation } from './relocate.js';
import { mergeRuns, type Run, type Runs } from './runs.js';
import { type Range, type Rule, type SourceFiles, sourceFiles } from './source-files.js';

export function factsOf(facts: LakeFacts, sourceId: string): SourceFacts {
  const found = facts.sources[sourceId];
  if (!found) throw new Error(`no facts for source ${sourceId}`);
  return found;
}

/** All files that a definition may read. */
export interface InputIndex {
  /** By path, each once. */
  readonly files: readonly InputFile[];
  /** By source: where its files are among all. */
  readonly places: ReadonlyMap<string, Relocation>;
  /** By source that parts read. */
  readonly sources: ReadonlyMap<string, SourceFiles>;
}

export function indexInputs(facts: LakeFacts, parts: readonly PartDraft[]): InputIndex {
  const specs = new Map<string, SourceSpec>();
  for (const { sourceId, part } of parts) specs.set(sourceId, part.groupBy.source);
  const sources = [...specs].map(
    ([id, source]) => [id, sourceFiles(source, factsOf(facts, id))] as const,
  );
  return { ...oneList(facts.sources), sources: new Map(sources) };
}

/** Sources may overlap: a path is one file then, and what the last of them says of it. */
function oneList(sources: LakeFacts['sources']): Pick<InputIndex, 'files' | 'places'> {
  const to = new Map<string, Int32Array>();
  const all = Object.entries(sources).flatMap(([id, source]) => {
    const own = new Int32Array(source.files.length);
    to.set(id, own);
    return source.files.map((file, idx) => ({ file, own, idx }));
  });
  // Nearly in order as they come: a few ascending stretches, which the sort merges.
  all.sort((a, b) => (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : 0));
  const files: InputFile[] = [];
  let last: string | null = null;
  for (const { file, own, idx } of all) {
    const { path, fingerprint, content, stat } = file;
    const at = path === last ? files.length - 1 : files.length;
    files[at] = { path, fingerprint, content, stat };
    own[idx] = at;
    last = path;
  }
  return { files, places: new Map([...to].map(([id, own]) => [id, relocation(own)])) };
}

/** What parts ask of one source. Those of one rule read the same files, back to where the longest of their windows goes. */
export interface Reads {
  readonly sourceId: string;
  readonly rules: readonly Rule[];
}

export function readsOf(parts: readonly PartDraft[]): Reads[] {
  const sources = new Map<string, Map<string, PartDraft[]>>();
  for (const part of parts) {
    const { lagMs, snapshot, inclusive, untilMs } = part.query;
    const rule = `${lagMs} ${snapshot} ${inclusive} ${untilMs}`;
    const rules = sources.get(part.sourceId) ?? new Map<string, PartDraft[]>();
    sources.set(part.sourceId, rules);
    rules.set(rule, [...(rules.get(rule) ?? []), part]);
  }
  return [...sources].map(([sourceId, rules]) => ({
    sourceId,
    rules: [...rules.values()].map((alike) => ({
      query: alike[0]!.query,
      reach: reachOf(alike.map(({ part }) => part.groupBy)),
    })),
  }));
}

/** Files of the source that are read for left rows whose queries lie between (null = unknown), as positions in its files. */
export function filesRead(
  { sourceId, rules }: Reads,
  index: InputIndex,
  minMs: number | null,
  maxMs: number | null,
): Runs {
  const { range, find } = index.sources.get(sourceId)!;
  const ranges = mergeRanges(
    rules.map((rule) => range(rule, minMs, maxMs)).filter(({ start, end }) => start < end),
  );
  return ranges.length === 1 ? find(ranges[0]!) : mergeRuns(ranges.flatMap(find));
}

/** A file that meets two ranges' union meets one of them, where they touch. */
function mergeRanges(ranges: readonly Range[]): readonly Range[] {
  if (ranges.length === 1) return ranges;
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || start > last.end) merged.push({ start, end });
    else last.end = Math.max(last.end, end);
  }
  return merged;
}

/** Every file that the values of a left partition may depend on, as positions in the index's files. */
export function inputRuns(
  reads: readonly Reads[],
  index: InputIndex,
  partition: LeftPartitionFacts,
  leftId: string | null,
): Runs {
  const { fileIdx, minQueryMs, maxQueryMs, timeless } = partition;
  const runs: Run[] = [];
  const note = (sourceId: string, files: readonly Run[]) => {
    for (const run of relocate(files, index.places.get(sourceId)!)) runs.push(run);
  };
  if (leftId !== null)
    note(
      leftId,
      fileIdx.map((idx): Run => [idx, 1]),
    );
  if (timeless !== true)
    for (const read of reads) note(read.sourceId, filesRead(read, index, minQueryMs, maxQueryMs));
  return mergeRuns(runs);
}
