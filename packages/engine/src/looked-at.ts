import { join, resolve } from 'node:path';
import type { GroupBySpec, JoinSpec } from '@tessera/api';
import { datasetPath } from '@tessera/lake';
import { tileSetPath } from '@tessera/tiling';
import { sourcesOf } from './definition.js';
import { subjectOf } from './subject.js';
import { setsOf, tileStore } from './tiles/tile-sets.js';

/** Where a run that publishes looks before it says that nothing is to do: all absolute, each there or not. */
export interface LookedAt {
  /** A file, or a folder of any depth, per source; each once. */
  readonly sources: readonly string[];
  /** What is published, with its manifest and what killed runs left. */
  readonly dataset: string;
  /** Of tile sets the manifest and what killed runs left, not the tiles. */
  readonly tileSets: readonly string[];
  /** Parent of the temporary folders of runs, which are removed when their run is dead. */
  readonly tmp: string;
}

/** What `trainSet` of a join, or `backfill` of a groupBy, looks at in a lake and an output folder; nothing is read. */
export function lookedAt(
  definition: JoinSpec | GroupBySpec,
  folders: { readonly lake: string; readonly out: string },
): LookedAt {
  const out = resolve(folders.out);
  const lake = resolve(folders.lake);
  const subject = subjectOf(definition);
  const kind = subject.kind === 'train-set' ? 'train-sets' : 'group-bys';
  return {
    sources: [...new Set(sourcesOf(subject).map(({ path }) => resolve(lake, path)))],
    dataset: datasetPath(out, kind, subject.name),
    tileSets: [...setsOf(subject).keys()].map((hash) => tileSetPath(tileStore(out), hash)),
    tmp: join(out, '.tmp'),
  };
}
