import { formatType } from '@tessera/api';
import type { FeaturePlan, PhysicalPlan, ScanPlan } from '@tessera/planner';
import { expressionText } from './expression-text.js';

/**
 * What every plan of a definition has in common: the physical plan without files, days and buckets; sources by name, types and
 * expressions as text. What its lanes and the artefact's columns say already is not said again.
 */
export interface PlanTemplate {
  readonly keySets: readonly (Omit<PhysicalPlan['keySets'][number], 'types'> & {
    readonly types: readonly string[];
  })[];
  readonly scans: readonly ScanTemplate[];
  readonly features: readonly FeatureTemplate[];
  readonly derived: readonly {
    readonly name: string;
    readonly type: string;
    readonly expression: string;
  }[];
  readonly dictionaries: PhysicalPlan['dictionaries'];
}

interface ScanTemplate
  extends Pick<
    ScanPlan,
    'id' | 'keySet' | 'keys' | 'byPartition' | 'tie' | 'queries' | 'uniqueKeys' | 'timeless'
  > {
  readonly source: string;
  readonly lanes: readonly LaneTemplate[];
  readonly parts: readonly string[];
}

interface LaneTemplate {
  readonly name: string;
  readonly type: string;
  readonly how: ScanPlan['lanes'][number]['read']['how'];
  readonly column?: string;
  readonly dictionary?: string;
  readonly where?: string;
  readonly notNull?: readonly string[];
}

/** Absent where it is not. */
type Optional = 'k' | 'percentiles' | 'maxDistinct' | 'where' | 'weight' | 'isPresence';

/** Features that differ in their windows alone. Inputs, weights, conditions and buckets are lanes of the scan. */
interface FeatureTemplate
  extends Pick<FeaturePlan, 'scan' | 'query' | 'operation' | 'empty' | 'tail'>,
    Record<'input' | 'by', string | undefined>,
    Readonly<{ [K in Optional]: FeaturePlan[K] | undefined }> {
  /** By name of the column, in ms; null = all there is. */
  readonly windowsMs: Readonly<Record<string, number | null>>;
}

export function planTemplate(plan: PhysicalPlan): PlanTemplate {
  return {
    keySets: plan.keySets.map((keySet) => ({ ...keySet, types: keySet.types.map(formatType) })),
    scans: plan.scans.map((scan) => ({
      id: scan.id,
      source: scan.source.name,
      keySet: scan.keySet,
      keys: scan.keys,
      byPartition: scan.byPartition,
      lanes: scan.lanes.map(laneTemplate),
      tie: scan.tie,
      queries: scan.queries.map(withoutEnd),
      uniqueKeys: scan.uniqueKeys,
      timeless: scan.timeless,
      parts: scan.parts.map((idx) => plan.parts[idx]?.name ?? ''),
    })),
    features: featureTemplates(plan.features),
    derived: plan.derived.map(({ name, type, expression }) => ({
      name,
      type: formatType(type),
      expression: expressionText(expression),
    })),
    dictionaries: plan.dictionaries,
  };
}

/** Where a label's data end is known by a run alone. */
const withoutEnd = ({ untilMs: _, ...query }: ScanPlan['queries'][number]) => query;

function laneTemplate({ name, type, read }: ScanPlan['lanes'][number]): LaneTemplate {
  const { how } = read;
  const own = { name, type: formatType(type), how };
  if (how === 'code') return { ...own, column: read.column, dictionary: read.dictionary };
  if (how !== 'true-where') return { ...own, column: read.column };
  const { where, notNull } = read;
  return {
    ...own,
    ...(where !== null && { where: expressionText(where) }),
    ...(notNull.length > 0 && { notNull }),
  };
}

function featureTemplates(features: readonly FeaturePlan[]): FeatureTemplate[] {
  const templates: FeatureTemplate[] = [];
  let windowsMs: Record<string, number | null> = {};
  let before: FeaturePlan | undefined;
  for (const feature of features) {
    if (before === undefined || !isAlike(before, feature)) {
      windowsMs = {};
      templates.push(featureTemplate(feature, windowsMs));
    }
    windowsMs[feature.name] = feature.windowMs;
    before = feature;
  }
  return templates;
}

const COMPARED = [
  ...(['scan', 'partIdx', 'query', 'operation', 'input', 'k', 'percentiles'] as const),
  ...(['maxDistinct', 'where', 'weight', 'empty', 'tail', 'isPresence'] as const),
];

const isAlike = (one: FeaturePlan, other: FeaturePlan): boolean =>
  COMPARED.every((name) => one[name] === other[name]) && one.by?.lane === other.by?.lane;

const featureTemplate = (
  feature: FeaturePlan,
  windowsMs: FeatureTemplate['windowsMs'],
): FeatureTemplate => ({
  scan: feature.scan,
  query: feature.query,
  operation: feature.operation,
  input: feature.input ?? undefined,
  k: feature.k,
  percentiles: feature.percentiles,
  maxDistinct: feature.maxDistinct,
  where: feature.where,
  weight: feature.weight,
  by: feature.by?.lane,
  empty: feature.empty,
  tail: feature.tail,
  isPresence: feature.isPresence,
  windowsMs,
});
