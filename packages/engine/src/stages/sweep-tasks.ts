import type { PhysicalPlan } from '@tessera/planner';
import type { LeftResult, ScatterResult } from '../tasks/result.js';
import { sweepBytes } from '../tasks/slices.js';
import type { Section, Slice, SweepTask } from '../tasks/task.js';
import type { StageOptions, StageOutcome } from './stage-options.js';

/** One task per scan and bucket. */
export function sweepTasks(
  plan: PhysicalPlan,
  made: {
    readonly left: readonly LeftResult[];
    readonly scans: StageOutcome['scans'];
    readonly tiles: StageOutcome['tiles'];
    readonly nullDays: Readonly<Record<string, readonly number[]>>;
  },
  options: Pick<StageOptions, 'strict' | 'pieceRows' | 'tiles'>,
): SweepTask[] {
  return plan.scans.flatMap((scan) =>
    Array.from(
      { length: plan.buckets },
      (_, bucket): SweepTask => ({
        type: 'sweep',
        id: `${scan.id}.${bucket}`,
        scanId: scan.id,
        events: sectionsOf(made.scans[scan.id] ?? [], bucket),
        tiles: sectionsOf(made.tiles[scan.id] ?? [], bucket),
        states: options.tiles?.[scan.id]?.states.lanes ?? {},
        left: made.left.flatMap((result) => result.sections[scan.keySet]?.[bucket] ?? []),
        features: plan.features.filter((feature) => feature.scan === scan.id),
        lanes: scan.lanes,
        queries: scan.queries,
        missingDays: made.nullDays[scan.id] ?? [],
        tie: scan.tie,
        bucket,
        buckets: plan.buckets,
        slice: null,
        isOversized: false,
        pieceRows: options.pieceRows,
        strict: options.strict,
      }),
    ),
  );
}

function sectionsOf(
  results: readonly Pick<ScatterResult, 'sections'>[],
  bucket: number,
): Section[] {
  return results.flatMap((result) => result.sections[bucket] ?? []);
}

/** The large first, so that none is left for the end; one too large for its memory as the slices it was cut into. */
export function inSlices(
  buckets: readonly SweepTask[],
  cut: ReadonlyMap<string, readonly Slice[]>,
  taskBytes: number,
): SweepTask[] {
  return buckets
    .flatMap((task) => {
      const slices = cut.get(task.id);
      if (slices === undefined) return [task];
      return slices.map((slice, idx) => ({ ...task, id: `${task.id}.${idx}`, slice }));
    })
    .map((task) => ({ task, bytes: sweepBytes(task) }))
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ task, bytes }) => ({ ...task, isOversized: bytes > taskBytes }));
}
