import type { PhysicalPlan } from '@tessera/planner';
import type { RunCounters } from './run-types.js';
import type { StageOutcome } from './stages/stage-options.js';
import { sum } from './sum.js';
import type { TilesBuilt } from './tiles/build-tiles.js';

/** Of a run that did nothing. */
export const NO_COUNTERS: RunCounters = {
  tasks: 0,
  tasksResumed: 0,
  filesRead: 0,
  rowsScanned: 0,
  bytesRead: 0,
  rowsSwept: 0,
  tilesRead: 0,
  tilePlacesRead: 0,
  tileBytesRead: 0,
  tilePartitionsBuilt: 0,
  tileBlocksBuilt: 0,
  slices: 0,
  pieces: 0,
  leftRows: 0,
};

/** What a run did, in exact numbers; but for the bytes of its files. */
export function countersOf(
  plan: PhysicalPlan,
  outcome: StageOutcome,
  writes: number,
  built: TilesBuilt,
  resumed: number,
): RunCounters {
  const scans = Object.values(outcome.scans).flat();
  const tiles = countersOfTiles(built);
  return {
    ...tiles,
    tasks: tiles.tasks + outcome.tasks + writes - resumed,
    tasksResumed: tiles.tasksResumed + resumed,
    filesRead: tiles.filesRead + sum(plan.scans.map((scan) => scan.fileIdx.length)),
    rowsScanned: tiles.rowsScanned + sum(scans.map((result) => result.rowsScanned)),
    rowsSwept: sum(scans.map((result) => result.rowsMatched)),
    tilesRead: sum(Object.values(outcome.tiles).flatMap((list) => list.map(({ rows }) => rows))),
    tilePlacesRead: sum(plan.scans.map(({ tiles: own }) => own?.reads.length ?? 0)),
    tileBytesRead: sum(
      plan.scans.flatMap(({ tiles: own }) => (own?.reads ?? []).map(({ bytes }) => bytes ?? 0)),
    ),
    slices: outcome.sweeps.length,
    pieces: sum(outcome.assemble.map((task) => Math.max(1, Math.ceil(task.rows / task.pieceRows)))),
    leftRows: sum(outcome.partitions.map((partition) => partition.rows)),
  };
}

/** Of a run that builds tiles and no more. */
export function countersOfTiles(built: TilesBuilt): RunCounters {
  const { tasks, resumed, partitions, blocks, rowsRead, filesRead } = built;
  return {
    ...NO_COUNTERS,
    ...{ tasks: tasks - resumed, tasksResumed: resumed, filesRead, rowsScanned: rowsRead },
    tilePartitionsBuilt: partitions,
    tileBlocksBuilt: blocks,
  };
}
