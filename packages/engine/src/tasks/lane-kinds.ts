import type { ReadKind } from '@tessera/lake';
import type { LanePlan } from '@tessera/planner';

/** How lanes are read whose type alone does not tell: codes of strings. */
export function laneKinds(lanes: readonly LanePlan[]): Record<string, ReadKind> {
  const kinds: Record<string, ReadKind> = {};
  for (const { name, read, type } of lanes)
    if (read.how === 'code') kinds[name] = type.kind === 'list' ? { list: 'code' } : 'code';
  return kinds;
}
