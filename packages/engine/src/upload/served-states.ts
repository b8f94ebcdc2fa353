import {
  type AggregationSpec,
  contentHash,
  countsNothingAsZero,
  formatType,
  type OutputColumn,
  type PartSpec,
  parseWindow,
  partColumns,
  type SourceSpec,
} from '@tessera/api';
import type { MachineConfig, ServedColumn, ServedState } from '@tessera/kv-writer';
import type { FeaturePlan, ScanPlan } from '@tessera/planner';
import { type StateFamily, statesOf } from '@tessera/tiling';
import { aggregationOf } from '../tiles/aggregation-of.js';
import { machineOf } from './machine-of.js';

/** States of a part and where each lies in tiles. */
export interface PartStates {
  readonly axes: readonly { readonly windowsMs: readonly (number | null)[] }[];
  /** By axis. */
  readonly states: readonly (ServedState & { readonly families: readonly StateFamily[] })[];
}

interface Draft {
  readonly operation: AggregationSpec['operation'];
  readonly machine: MachineConfig;
  readonly families: readonly StateFamily[];
  readonly columns: ServedColumn[];
}

/**
 * Aggregations of one input share a state, as they share columns of tiles; states with the same windows share an axis.
 *
 * @param partIdx position of the part in its join: hashes of columns are those of the join
 */
export function partStates(
  part: PartSpec,
  partIdx: number,
  scan: Pick<ScanPlan, 'source' | 'lanes'>,
  features: readonly FeaturePlan[],
): PartStates {
  const { groupBy } = part;
  const planned = new Map(features.map((feature) => [feature.name, feature]));
  const drafts = new Map<string, Draft>();
  for (const column of partColumns(part, partIdx)) {
    const aggregation = groupBy.aggregations[column.aggregationIdx];
    const feature = planned.get(column.name);
    if (aggregation === undefined || feature === undefined)
      throw new TypeError(`${column.name} is not planned`);
    const families = statesOf({ ...aggregationOf(feature, scan), windows: [null] }, scan.source);
    const key = families.map(({ hash }) => hash).join();
    const draft = drafts.get(key) ?? {
      operation: aggregation.operation,
      machine: machineOf(aggregation, groupBy.source),
      families,
      columns: [],
    };
    draft.columns.push(servedColumn(column, aggregation, part));
    drafts.set(key, draft);
  }
  return byAxis([...drafts.values()]);
}

function servedColumn(
  { name, hash, type, window }: OutputColumn,
  aggregation: AggregationSpec,
  { groupBy }: PartSpec,
): ServedColumn {
  const { operation, percentiles, maxDistinct, by } = aggregation;
  const byType = typeOf(groupBy.source, by);
  return {
    name,
    hash,
    type: formatType(type),
    operation,
    windowMs: window === null ? null : parseWindow(window),
    nullWhenEmpty: groupBy.empty === 'null' || !countsNothingAsZero(operation),
    ...(percentiles !== undefined && { percentiles }),
    ...(maxDistinct !== undefined && { maxDistinct }),
    ...(byType !== undefined && { byType }),
  };
}

function typeOf({ columns }: SourceSpec, name: string | undefined): string | undefined {
  const found = columns.find((column) => column.name === name);
  return found && formatType(found.type);
}

function byAxis(drafts: readonly Draft[]): PartStates {
  const axes = new Map<string, { windowsMs: (number | null)[]; drafts: Draft[] }>();
  for (const draft of drafts) {
    const windowsMs = [...new Set(draft.columns.map(({ windowMs }) => windowMs))].sort(
      (a, b) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY),
    );
    const key = JSON.stringify(windowsMs);
    const axis = axes.get(key) ?? { windowsMs, drafts: [] };
    axis.drafts.push(draft);
    axes.set(key, axis);
  }
  const all = [...axes.values()];
  return {
    axes: all.map(({ windowsMs }) => ({ windowsMs })),
    states: all.flatMap(({ drafts: own }, axis) => own.map((draft) => ({ axis, ...draft }))),
  };
}

/** Of everything that decides how entries are read. */
export function fingerprintOf(of: unknown): string {
  return contentHash(of).slice(0, 16);
}
