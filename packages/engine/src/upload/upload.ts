import type { GroupBySpec, JoinSpec } from '@tessera/api';
import {
  type Entry,
  loadVersion,
  type ServedUnit,
  type Store,
  type Uploaded,
  unitName,
} from '@tessera/kv-writer';
import { checkDefinition } from '../check-options.js';
import { type EncodedUnit, withPlannedUnit } from './encode-unit.js';
import type { EncodeOptions } from './upload-types.js';

export interface UploadOptions extends EncodeOptions {
  readonly store: Store;
}

export interface UploadResult extends Uploaded {
  readonly unit: string;
  readonly served: ServedUnit;
  /** Parts that are not online, by the names of their groupBys. */
  readonly leftOut: readonly string[];
  /** Partitions and blocks whose tiles were built on the way. */
  readonly tilesBuilt: number;
  readonly elapsedMs: number;
}

/**
 * Put into a store what a join, or a groupBy by itself, is served from, as it was known at an instant: of each key the states
 * that any of its windows needs within two days from then, and the entities of the day before. The same definition, instant
 * and data uploaded again change nothing.
 *
 * Throws   what a run over the same sources throws; NOTHING_ONLINE, EXACT_TAIL_ONLINE; what `loadVersion` throws. Readers of
 *          the store then have what they had before.
 */
export async function upload(
  definition: JoinSpec | GroupBySpec,
  options: UploadOptions,
): Promise<UploadResult> {
  checkDefinition(definition.kind === 'join' ? 'join' : 'groupBy', definition);
  const startedMs = performance.now();
  const { store, asOfMs, signal, onProgress } = options;
  const unit = unitName(definition);
  return withPlannedUnit(definition, options, async ({ inputHash, leftOut, encode }) => {
    const load = (served: ServedUnit, runs: Parameters<typeof loadVersion>[1]['runs']) =>
      loadVersion(store, {
        ...{ unit, asOfMs, served, inputHash, runs },
        owner: `upload ${definition.name}`,
        onProgress: (loaded) => onProgress?.({ stage: 'load', ...loaded }),
        ...(signal && { signal }),
      });
    const finished = (uploaded: Uploaded, served: ServedUnit, tilesBuilt: number) => ({
      ...{ ...uploaded, unit, served, leftOut, tilesBuilt },
      elapsedMs: performance.now() - startedMs,
    });
    const known = await loadedBefore(store, unit, inputHash);
    if (known !== null) {
      try {
        return finished(await load(known, nothing), known, 0);
      } catch (error) {
        // The store does not take that version for whole: it is made again.
        if (error !== NOT_WHOLE) throw error;
      }
    }
    return encode(async ({ served, runs, tiles }: EncodedUnit) => {
      const uploaded = await load(served, () => runs);
      return finished(uploaded, served, tiles.partitions + tiles.blocks);
    });
  });
}

/** What a whole version of the same input says of itself. */
async function loadedBefore(
  store: Store,
  unit: string,
  inputHash: string,
): Promise<ServedUnit | null> {
  for (const { meta } of await store.versions(unit)) {
    // What this upload wrote; anything else has no such hash.
    const served = meta?.served as ServedUnit | undefined;
    if (served?.inputHash === inputHash) return served;
  }
  return null;
}

const NOT_WHOLE = new Error('a version that was loaded before is loaded again');

/** A version that is whole is not loaded again; of another nothing is known without its entries. */
// biome-ignore lint/correctness/useYield: there is nothing to hand over
async function* nothing(): AsyncGenerator<readonly Entry[]> {
  throw NOT_WHOLE;
}
