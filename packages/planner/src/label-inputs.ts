import type { PartDraft } from './draft.js';
import type { LeftPartitionFacts } from './facts.js';
import { type InputIndex, inputRuns, readsOf } from './input-files.js';
import { effectiveQueryMs } from './prune.js';
import { asks } from './query-range.js';
import type { WantedLabels } from './reason-to-build.js';

/**
 * What the labels of a partition depend on beside its files, or nothing where there are none.
 *
 * A label of a row is known once its source's data reach `q + W`. Of a partition it is enough to know how far they reach
 * among its own queries: before the first of them no label is known, beyond the last all are, and where the data end
 * elsewhere outside of those two no label is another one.
 *
 * @param parts of features and of labels
 */
export function labelInputs(
  parts: readonly PartDraft[],
  index: InputIndex,
  leftId: string | null,
): (partition: LeftPartitionFacts) => WantedLabels | undefined {
  const labels = parts.filter(({ part }) => part.ahead !== undefined);
  if (labels.length === 0) return () => undefined;
  const reads = readsOf(parts.filter(({ part }) => part.ahead === undefined));
  const of = labels.map(({ name, query }) => ({ name, endMs: query.untilMs! }));
  return (partition) => ({
    of,
    features: inputRuns(reads, index, partition, leftId),
    until: labels.map(({ query }) => reachedIn(partition, query)),
  });
}

function reachedIn(partition: LeftPartitionFacts, query: PartDraft['query']): number {
  const { minQueryMs, maxQueryMs } = partition;
  const until = query.untilMs!;
  if (!asks(partition)) return 0;
  if (minQueryMs === null || maxQueryMs === null) return until;
  const [first, last] = [minQueryMs, maxQueryMs].map((ms) => effectiveQueryMs(ms, query));
  return Math.max(first! - 1, Math.min(last!, until));
}
