import type { SourceSpec } from '@tessera/api';
import { bucketCount } from './bucket-count.js';
import { type Draft, isSnapshotKey, type PartDraft } from './draft.js';
import type { LakeFacts, LeftPartitionFacts } from './facts.js';
import { factsOf, filesRead, indexInputs, inputRuns, readsOf } from './input-files.js';
import { labelInputs } from './label-inputs.js';
import type { DictionaryPlan, FeaturePlan, PartitionPlan, PhysicalPlan, ScanPlan } from './plan.js';
import type { PlanOptions } from './plan-options.js';
import { planTiles } from './plan-tiles.js';
import { asks, queryRange, scanRange } from './query-range.js';
import { compareFiles, reasonOutdated, reasonToBuild } from './reason-to-build.js';
import { positionsOf } from './runs.js';
import { timelineOf } from './timeline.js';

/**
 * What is the same for joins and groupBys: which partitions are built and why, and what each scan reads for them.
 *
 * @param parts all of the definition, on which it depends what is stale; default: those that are drafted
 */
export function finishPlan(
  head: Pick<PhysicalPlan, 'kind' | 'name' | 'definitionHash' | 'left' | 'kept'>,
  draft: Draft,
  { features, derived }: Pick<PhysicalPlan, 'features' | 'derived'>,
  facts: LakeFacts,
  options: PlanOptions,
  parts: readonly PartDraft[] = draft.parts,
): PhysicalPlan {
  const { strict = false, semantics = 1, prune = true, covers = () => true } = options;
  const kind = { definitionHash: head.definitionHash, semantics };
  const index = indexInputs(facts, parts);
  const compared = compareFiles(facts.published?.files ?? [], index.files);
  const reads = readsOf(parts);
  const leftId = head.left.kind === 'source' ? head.left.sourceId : null;
  const labelsOf = labelInputs(parts, index, leftId);
  const isPublished = ({ ds }: LeftPartitionFacts) => facts.published?.partitions[ds] !== undefined;
  const left = head.kept === undefined ? facts.left : facts.left.filter(isPublished);
  const partitions: PartitionPlan[] = left.map((partition) => {
    const { ds, fileIdx, rows } = partition;
    const inputs = inputRuns(reads, index, partition, leftId);
    const wanted = labelsOf(partition);
    const stale = reasonToBuild(
      facts.published,
      { ...kind, strict, ds, inputs, ...(wanted && { labels: wanted }) },
      compared,
    );
    return {
      ...{ ds, fileIdx, rows, inputs },
      ...(wanted && { labels: { features: wanted.features, until: wanted.until } }),
      reason: stale?.reason ?? null,
      ...(stale?.onlyLabels && { onlyLabels: true }),
    };
  });
  const toBuild = left.filter((_, idx) => partitions[idx]?.reason !== null);
  const { minMs, maxMs } = queryRange(toBuild);
  const isAsked = toBuild.some(asks);
  const scans: ScanPlan[] = [];
  const dictionaries: DictionaryPlan[] = [];
  for (const scan of draft.scans.values()) {
    const own = draft.parts.filter((part) => part.scan === scan);
    const source = factsOf(facts, scan.sourceId);
    const [read] = isAsked ? readsOf(own) : [];
    const picked = read ? filesRead(read, index, minMs, maxMs) : [];
    const passThrough = scan.part.groupBy.aggregations.length === 0;
    const timeless =
      scan.source.kind === 'entities' && (passThrough || scan.source.time === undefined);
    const range =
      scan.source.kind === 'entities' || !prune
        ? { startMs: null, endMs: null }
        : scanRange(own, minMs, maxMs);
    const inRange = prune || !isAsked ? positionsOf(picked) : [...source.files.keys()];
    const queries = [...scan.queries.values()];
    const known = facts.tiles?.[scan.id];
    const ofScan =
      known === undefined ? [] : features.filter((feature) => feature.scan === scan.id);
    const chosen =
      known === undefined
        ? { fileIdx: inRange, tiles: null, whyRows: null }
        : planTiles({
            source,
            fileIdx: inRange,
            timeline: timelineOf(queries, ofScan, toBuild),
            facts: known,
            longestWindowMs: longestWindow(ofScan),
            policy: options.tiles ?? 'off',
          });
    scans.push({
      id: scan.id,
      source: scan.source,
      sourceId: scan.sourceId,
      keySet: scan.keySet,
      keys: scan.keys,
      byPartition: isSnapshotKey(scan.source),
      ...range,
      fileIdx: chosen.fileIdx,
      lanes: [...scan.lanes.values()],
      tie: scan.tie,
      queries,
      uniqueKeys: passThrough && scan.source.kind === 'entities',
      timeless,
      parts: scan.parts,
      tiles: chosen.tiles,
      whyRows: chosen.whyRows,
    });
    const areAlone = areMostlyAlone(scan.source);
    for (const [id, dictionary] of scan.dictionaries) {
      const tied = areAlone && !scan.valued.has(id);
      dictionaries.push({ id, scan: scan.id, ...dictionary, ...(tied && { tiedBy: scan.keys }) });
    }
  }
  const planned = new Set(partitions.map(({ ds }) => ds));
  const gone = Object.keys(facts.published?.partitions ?? {})
    .filter((ds) => !planned.has(ds))
    .sort();
  const others = gone.filter((ds) => !covers(ds));
  const reason = facts.published && reasonOutdated(facts.published, kind);
  const leftRows = toBuild.reduce((sum, partition) => sum + partition.rows, 0);
  return {
    ...head,
    parts: draft.parts.map(({ name, scan, part }) => ({
      name,
      scan: scan.id,
      missing: part.missing,
      ...(part.ahead && { isLabel: true as const }),
    })),
    keySets: [...draft.keySets.values()],
    scans,
    features,
    derived,
    dictionaries,
    buckets: bucketCount(options, scans, features, facts, leftRows),
    files: index.files,
    partitions,
    removed: head.kept === undefined ? gone.filter(covers) : [],
    outdated: reason === null || others.length === 0 ? null : { reason, days: others },
  };
}

/** Whether a key's events may be expected to have times of their own, which decides what is read and no value. */
function areMostlyAlone({ kind, time, columns }: SourceSpec): boolean {
  const type = columns.find(({ name }) => name === time)?.type;
  return kind === 'events' && type !== undefined && type.kind !== 'date';
}

function longestWindow(features: readonly FeaturePlan[]): number | null {
  let longest = 0;
  for (const { windowMs } of features) {
    if (windowMs === null) return null;
    longest = Math.max(longest, windowMs);
  }
  return longest;
}
