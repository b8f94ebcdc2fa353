import type { Manifest } from '@tessera/lake';
import type { PhysicalPlan } from '@tessera/planner';
import type { PartitionState, PartitionStatus } from './dataset-status.js';

/**
 * Every partition that is wanted or published, by `ds`.
 *
 * @param plan of the whole dataset; null where none could be made: nothing is known of what is published then
 */
export function partitionStates(
  plan: PhysicalPlan | null,
  manifest: Manifest | null,
): PartitionStatus[] {
  const found = new Map<string, Pick<PartitionStatus, 'state' | 'reason'>>();
  for (const { ds, reason } of plan?.partitions ?? [])
    found.set(ds, { state: stateOf(reason, manifest?.partitions[ds] !== undefined), reason });
  const gone = `no longer in the ${plan?.kind === 'train-set' ? 'left' : 'source'}`;
  for (const ds of plan?.removed ?? []) found.set(ds, { state: 'leftover', reason: gone });
  for (const ds of plan === null ? Object.keys(manifest?.partitions ?? {}) : [])
    found.set(ds, { state: 'unknown', reason: null });
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([ds, { state, reason }]) => {
      const published = manifest?.partitions[ds];
      const isThere = published !== undefined && state !== 'missing';
      return {
        ds,
        state,
        reason,
        rows: isThere ? published.rows : null,
        bytes: isThere ? published.bytes : null,
      };
    });
}

/** The planner's word for a published partition without a whole file. */
const LOST = 'its file is missing or damaged';

function stateOf(reason: string | null, isPublished: boolean): PartitionState {
  if (reason === null) return 'fresh';
  return isPublished && reason !== LOST ? 'stale' : 'missing';
}
