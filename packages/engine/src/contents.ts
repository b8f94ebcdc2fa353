import { contentOf } from '@tessera/lake';
import { mergeRuns, type PhysicalPlan, positionsOf } from '@tessera/planner';
import type { Gathered } from './gather.js';

/** Hashes of all bytes, by path as the plan names files; null where a file changed meanwhile. */
export type Contents = ReadonlyMap<string, string | null>;

/**
 * Read, once, every input of the partitions to build whose content is not known, so that a later run can tell an edit
 * from a copy. Meant to run beside the stages: it waits for the disk more than it computes.
 */
export async function hashContents(
  plan: PhysicalPlan,
  gathered: Gathered,
  signal: AbortSignal | undefined,
): Promise<Contents> {
  const contents = new Map<string, string | null>();
  const building = plan.partitions.filter(({ reason }) => reason !== null);
  for (const at of positionsOf(mergeRuns(building.flatMap(({ inputs }) => inputs)))) {
    const { path, content, stat } = plan.files[at]!;
    if (content !== null) continue;
    contents.set(path, null);
    contents.set(path, await contentOf(gathered.absolute(path), stat, signal));
  }
  return contents;
}
