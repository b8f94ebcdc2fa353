import { type PhysicalPlan, ROWS_PER_BUCKET } from '@tessera/planner';
import { sum } from '../sum.js';
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
        others: [],
        features: plan.features.filter((feature) => feature.scan === scan.id),
        lanes: scan.lanes,
        queries: scan.queries,
        missingDays: made.nullDays[scan.id] ?? [],
        tie: scan.tie,
        bucket,
        endBucket: bucket + 1,
        buckets: plan.buckets,
        slice: null,
        isOversized: false,
        pieceRows: options.pieceRows,
        strict: options.strict,
      }),
    ),
  );
}

/**
 * Neighbouring buckets of each scan put together: where few events are of wanted keys, buckets that were made for all of
 * them hold next to nothing, and a task each would cost more than its rows.
 *
 * @param buckets of each scan in order, one scan after the other
 * @param workers there are tasks for all of them, of each scan
 */
export function mergeSmall(
  buckets: readonly SweepTask[],
  { workers, taskBytes }: { readonly workers: number; readonly taskBytes: number },
): SweepTask[] {
  const scans = new Map<string, number>();
  for (const task of buckets)
    scans.set(task.scanId, (scans.get(task.scanId) ?? 0) + sweptRows(task));
  const groups: { readonly members: SweepTask[]; rows: number; bytes: number }[] = [];
  for (const task of buckets) {
    const most = Math.min(ROWS_PER_BUCKET, Math.ceil(scans.get(task.scanId)! / workers));
    const [rows, bytes] = [sweptRows(task), sweepBytes(task)];
    const last = groups.at(-1);
    const isAlike = last?.members[0]?.scanId === task.scanId;
    if (last && isAlike && last.rows + rows <= most && last.bytes + bytes <= taskBytes) {
      last.members.push(task);
      last.rows += rows;
      last.bytes += bytes;
    } else groups.push({ members: [task], rows, bytes });
  }
  return groups.map(({ members }) => together(members));
}

const sweptRows = ({ events, tiles, left }: SweepTask) =>
  sum([...events, ...tiles, ...left].map(({ rows }) => rows));

function together(members: readonly SweepTask[]): SweepTask {
  const [first] = members;
  if (first === undefined) throw new Error('no bucket');
  if (members.length === 1) return first;
  const { endBucket } = members.at(-1)!;
  return {
    ...first,
    id: `${first.id}-${endBucket - 1}`,
    events: inTurn(members.map(({ events }) => events)),
    tiles: inTurn(members.map(({ tiles }) => tiles)),
    left: inTurn(members.map(({ left }) => left)),
    endBucket,
  };
}

/** Blocks in the order of time, so that the rows of a key nearly are too. */
function inTurn(lists: readonly (readonly Section[])[]): Section[] {
  return lists.flat().sort((a, b) => (a.minMs < b.minMs ? -1 : a.minMs > b.minMs ? 1 : 0));
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
