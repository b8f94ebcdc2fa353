import { resolve } from 'node:path';
import { combineProblems, type GroupBySpec, type JoinSpec, TesseraError } from '@tessera/api';
import { isLocked, removeTree } from '@tessera/lake';
import {
  listTileSets,
  measureTileSet,
  removeTileGarbage,
  removeTileSet,
  type TileGarbage,
  tileGarbage,
  tileSetPath,
} from '@tessera/tiling';
import { subjectOf } from '../subject.js';
import { setsOf, tileStore } from '../tiles/tile-sets.js';
import { datasetGarbage, removeDatasetGarbage } from './dataset-garbage.js';
import { factsGarbage } from './facts-garbage.js';

export interface GarbageOptions {
  /** Folder of the datasets. Default: `out`. */
  readonly out?: string;
  /** Only what nobody has changed, or forgotten, for this long. Default: a day. */
  readonly olderThanMs?: number;
  /** Also tile sets that no definition reads. */
  readonly unused?: boolean;
}

/** Something in an output folder that no run needs: plain data. */
export interface GarbageItem {
  /** Absolute. */
  readonly path: string;
  /**
   * `replaced`: files of tile sets that their manifests do not list; `staged`, `temporary`: left by runs that did not end; `facts`: what was remembered of
   * files of a source that no definition reads; `unused`: a whole tile set that no definition reads.
   */
  readonly kind: TileGarbage['kind'] | 'facts' | 'unused';
  /** Hash of its tile set; null for facts, and for what lies in a dataset. */
  readonly set: string | null;
  readonly bytes: number;
  /** The newest time of anything in it, ms since epoch. */
  readonly newestMs: number;
  /**
   * `removable`, or `removed` once it is; `young`: changed too recently; `held`: a living process writes there; `unasked`:
   * only with `unused`.
   */
  readonly state: 'removable' | 'removed' | 'young' | 'held' | 'unasked';
}

export interface Garbage {
  /** Absolute. */
  readonly out: string;
  readonly items: readonly GarbageItem[];
  /** Tile sets that the definitions read, by hash. */
  readonly sets: readonly {
    readonly set: string;
    readonly source: string;
    readonly keys: readonly string[];
  }[];
  /** Tile sets that are read by definitions and whose manifest is damaged: nothing of them is looked at. */
  readonly damaged: readonly { readonly set: string; readonly path: string }[];
}

const DAY_MS = 86_400_000;

/**
 * What an output folder holds that no run of these definitions needs. Nothing that a manifest lists, nor anything that a
 * living process is writing, is removable; nothing is changed.
 *
 * Throws  BAD_OPTION; FILE_UNREADABLE for a manifest that may not be read
 */
export async function findGarbage(
  definitions: readonly (JoinSpec | GroupBySpec)[],
  options: GarbageOptions = {},
): Promise<Garbage> {
  const { out, store, olderThanMs, used } = read(definitions, options);
  const nowMs = Date.now();
  const stateOf = ({ newestMs }: { readonly newestMs: number }) =>
    nowMs - newestMs < olderThanMs ? 'young' : 'removable';
  const summaries = await listTileSets(store);
  const held = new Set<string>();
  for (const { hash } of summaries) if (await isLocked(tileSetPath(store, hash))) held.add(hash);
  const found = await tileGarbage(store);
  const items = found.map(
    ({ hash, ...item }): GarbageItem => ({
      ...item,
      set: hash,
      state: held.has(hash) ? 'held' : stateOf(item),
    }),
  );
  for (const { hash, state } of summaries) {
    // What a newer version wrote is its to judge.
    if (used.has(hash) || state === 'newer') continue;
    const size = await measureTileSet(store, hash);
    if (size === null) continue;
    const told = found.filter((item) => item.hash === hash);
    const bytes = size.bytes - told.reduce((sum, item) => sum + item.bytes, 0);
    const unused = { path: tileSetPath(store, hash), kind: 'unused', set: hash } as const;
    const may = options.unused === true ? stateOf(size) : 'unasked';
    const { newestMs } = size;
    items.push({ ...unused, bytes, newestMs, state: held.has(hash) ? 'held' : may });
  }
  for (const item of await factsGarbage(out, definitions))
    items.push({ ...item, kind: 'facts', set: null, state: stateOf(item) });
  for (const { isHeld, ...item } of await datasetGarbage(out))
    items.push({ ...item, set: null, state: isHeld ? 'held' : stateOf(item) });
  return {
    out,
    items,
    sets: [...used].map(([set, { source, keys }]) => ({ set, source, keys })),
    damaged: summaries.flatMap(({ hash, state }) =>
      state === 'damaged' && used.has(hash) ? [{ set: hash, path: tileSetPath(store, hash) }] : [],
    ),
  };
}

/**
 * Remove what `findGarbage` finds removable, tile sets each under its lock.
 *
 * Throws  as `findGarbage`, and NOT_WRITABLE
 */
export async function removeGarbage(
  definitions: readonly (JoinSpec | GroupBySpec)[],
  options: GarbageOptions = {},
): Promise<Garbage> {
  const found = await findGarbage(definitions, options);
  const { store, olderThanMs } = read(definitions, options);
  const gone = new Set<string>();
  const removable = found.items.filter(({ state }) => state === 'removable');
  for (const { kind, set, path } of removable) {
    if (kind === 'facts') await removeTree(path);
    else if (set === null && (kind === 'staged' || kind === 'temporary')) {
      if (!(await removeDatasetGarbage({ path, kind }))) continue;
    } else if (kind !== 'unused' || set === null) continue;
    else if (!(await removeTileSet(store, set, { olderThanMs }))) continue;
    gone.add(path);
  }
  const { removed } = await removeTileGarbage(store, { olderThanMs });
  for (const { path } of removed) gone.add(path);
  const items = found.items.map((item): GarbageItem => {
    const isGone = gone.has(item.path);
    // What lay in a tile set that went as a whole.
    const isInside = item.set !== null && gone.has(tileSetPath(store, item.set));
    if (isGone || isInside) return { ...item, state: 'removed' };
    // Somebody began to write there meanwhile.
    return item.state === 'removable' ? { ...item, state: 'held' } : item;
  });
  return { ...found, items };
}

function read(definitions: readonly (JoinSpec | GroupBySpec)[], options: GarbageOptions) {
  const { olderThanMs = DAY_MS } = options;
  if (!Number.isFinite(olderThanMs) || olderThanMs < 0) {
    const reason = `must be a number of at least 0: ${String(olderThanMs)}`;
    throw combineProblems([new TesseraError('BAD_OPTION', { option: 'olderThanMs', reason })]);
  }
  const out = resolve(options.out ?? 'out');
  const used = new Map(definitions.flatMap((one) => [...setsOf(subjectOf(one))]));
  return { out, store: tileStore(out), olderThanMs, used };
}
