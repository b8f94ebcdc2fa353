import type { FeaturePlan, PhysicalPlan, ScanPlan } from '@tessera/planner';

/** What every plan of a definition has in common: the physical plan without files, days and buckets; sources by name. */
export interface PlanTemplate {
  readonly keySets: PhysicalPlan['keySets'];
  readonly scans: readonly (Pick<
    ScanPlan,
    | 'id'
    | 'keySet'
    | 'keys'
    | 'byPartition'
    | 'lanes'
    | 'tie'
    | 'queries'
    | 'uniqueKeys'
    | 'timeless'
  > & { readonly source: string; readonly parts: readonly string[] })[];
  readonly features: readonly FeaturePlan[];
  readonly derived: PhysicalPlan['derived'];
  readonly dictionaries: PhysicalPlan['dictionaries'];
}

/** Where a label's data end is known by a run alone. */
const withoutEnd = ({ untilMs: _, ...query }: ScanPlan['queries'][number]) => query;

export function planTemplate(plan: PhysicalPlan): PlanTemplate {
  return {
    keySets: plan.keySets,
    scans: plan.scans.map((scan) => ({
      id: scan.id,
      source: scan.source.name,
      keySet: scan.keySet,
      keys: scan.keys,
      byPartition: scan.byPartition,
      lanes: scan.lanes,
      tie: scan.tie,
      queries: scan.queries.map(withoutEnd),
      uniqueKeys: scan.uniqueKeys,
      timeless: scan.timeless,
      parts: scan.parts.map((idx) => plan.parts[idx]?.name ?? ''),
    })),
    features: plan.features,
    derived: plan.derived,
    dictionaries: plan.dictionaries,
  };
}
