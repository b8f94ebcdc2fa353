import { TesseraError } from '@tessera/api';
import type { PhysicalPlan } from '@tessera/planner';

/**
 * Labels alone can be made anew where the features beside them are as they would be made now.
 *
 * Throws   NOT_PUBLISHED, FEATURES_STALE
 */
export function checkFeaturesFresh({ name, kept, partitions }: PhysicalPlan, path: string): void {
  if (kept === undefined) return;
  const command = `tessera train-set --join=${name}`;
  if (partitions.length === 0) throw new TesseraError('NOT_PUBLISHED', { name, path, command });
  const stale = partitions.filter(({ reason, onlyLabels }) => reason !== null && !onlyLabels);
  const [first] = stale;
  if (first === undefined) return;
  const days = stale.map(({ ds }) => ds);
  throw new TesseraError('FEATURES_STALE', { name, days, reason: first.reason!, command });
}
