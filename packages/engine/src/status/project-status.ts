import { resolve } from 'node:path';
import type { GroupBySpec, JoinSpec } from '@tessera/api';
import { subjectOf } from '../subject.js';
import { openTileSets, tileStore } from '../tiles/tile-sets.js';
import { type DatasetStatus, lookAt, type StatusOptions } from './dataset-status.js';
import { eachDefinition } from './each-definition.js';
import { type TileSetStatus, tileStatuses } from './tile-status.js';

/** Datasets of the definitions, in their order, and the tile sets that they can read. */
export interface ProjectStatus {
  readonly datasets: readonly DatasetStatus[];
  readonly tiles: readonly TileSetStatus[];
}

/**
 * The state of each definition's dataset, and of the tiles that runs of it could read, by the plans that runs would follow:
 * footers are read, nothing is computed, written or locked.
 *
 * Throws   INTERRUPTED; what is wrong with the machine.
 */
export async function projectStatus(
  definitions: readonly (JoinSpec | GroupBySpec)[],
  options: StatusOptions = {},
): Promise<ProjectStatus> {
  const store = tileStore(resolve(options.out ?? 'out'));
  const tiles = tileStatuses();
  const datasets = await eachDefinition(
    definitions,
    options.signal,
    async (session, definition) => {
      const subject = subjectOf(definition);
      const sets = await openTileSets(store, subject);
      const { dataset, gathered } = await lookAt(session, subject, options, sets);
      tiles.add(subject, sets, gathered);
      return dataset;
    },
  );
  return { datasets, tiles: tiles.statuses() };
}
