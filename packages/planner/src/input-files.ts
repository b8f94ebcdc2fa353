import type { PartDraft } from './draft.js';
import type { InputFile, LakeFacts, LeftPartitionFacts, SourceFacts } from './facts.js';
import { eventRange, filesInRange, filesOfRepeats, snapshotDays } from './prune.js';

export function factsOf(facts: LakeFacts, sourceId: string): SourceFacts {
  const found = facts.sources[sourceId];
  if (!found) throw new Error(`no facts for source ${sourceId}`);
  return found;
}

/** Files one part may read for left rows whose queries lie in a range. */
export function partFiles(
  part: PartDraft,
  facts: SourceFacts,
  minMs: number | null,
  maxMs: number | null,
): number[] {
  const { source } = part.part.groupBy;
  if (source.kind === 'entities') {
    if (source.static === true || minMs === null || maxMs === null)
      return facts.files.map((_, idx) => idx);
    const days = snapshotDays(part.query.lagMs, minMs, maxMs);
    return facts.files.flatMap((file, idx) =>
      file.ds === null || (file.ds >= days.first && file.ds <= days.last) ? [idx] : [],
    );
  }
  const range = eventRange(part.part, part.query, minMs, maxMs);
  return source.eventId === undefined ? filesInRange(facts, range) : filesOfRepeats(facts, range);
}

export function inputFiles(
  parts: readonly PartDraft[],
  facts: LakeFacts,
  partition: LeftPartitionFacts,
  leftFacts: SourceFacts | null,
): InputFile[] {
  const read = new Map<string, InputFile>();
  const note = (source: SourceFacts | null, idxs: readonly number[]) => {
    for (const idx of idxs) {
      const file = source?.files[idx];
      if (file) read.set(file.path, file);
    }
  };
  note(leftFacts, partition.fileIdx);
  for (const part of partition.timeless ? [] : parts) {
    const source = factsOf(facts, part.sourceId);
    note(source, partFiles(part, source, partition.minQueryMs, partition.maxQueryMs));
  }
  const sorted = [...read].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, { path, fingerprint, content, stat }]) => ({
    path,
    fingerprint,
    content,
    stat,
  }));
}
