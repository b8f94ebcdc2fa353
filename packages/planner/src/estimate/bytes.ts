import type { LakeFacts } from '../facts.js';
import type { PhysicalPlan } from '../plan.js';

/**
 * Size of the lake's files that a plan reads, each once, and of its tiles.
 *
 * @param what `tiles`: they are built and nothing is read for values
 */
export function bytesOf(
  plan: PhysicalPlan,
  facts: LakeFacts,
  what: 'tiles' | 'all',
): { readonly bytes: number; readonly tileBytes: number | null } {
  const read = new Map<string, number>();
  const note = (sourceId: string, fileIdx: readonly number[]) => {
    const files = facts.sources[sourceId]?.files ?? [];
    for (const idx of fileIdx) {
      const file = files[idx];
      if (file !== undefined) read.set(file.path, file.bytes);
    }
  };
  let tileBytes: number | null = 0;
  const building = what === 'all' ? plan.partitions.filter(({ reason }) => reason !== null) : [];
  for (const { sourceId, fileIdx, tiles } of plan.scans) {
    for (const build of tiles?.builds ?? []) note(sourceId, build.fileIdx);
    if (building.length === 0) continue;
    note(sourceId, fileIdx);
    for (const { bytes } of tiles?.reads ?? [])
      tileBytes = tileBytes === null || bytes === null ? null : tileBytes + bytes;
  }
  if (plan.left.kind === 'source')
    for (const { fileIdx } of building) note(plan.left.sourceId, fileIdx);
  return { bytes: [...read.values()].reduce((sum, bytes) => sum + bytes, 0), tileBytes };
}
