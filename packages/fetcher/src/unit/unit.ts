import { type GroupBySpec, isTesseraError, type JoinSpec, TesseraError } from '@tessera/api';
import type { Store } from '@tessera/kv-writer';
import type { EntryCache } from '../entry/entry-cache.js';
import type { RefreshEvent } from '../options.js';
import { type OpenVersion, openVersion } from './open-version.js';

/** What is uploaded as a whole, and its version that is read. */
export interface Unit {
  readonly name: string;
  /** A definition that requests have: versions to come are planned for it before they are read. */
  serve(spec: JoinSpec | GroupBySpec): void;
  /** The version that is read; null before the first was opened. */
  current(): OpenVersion | null;
  /** The first time it opens one. Throws NOT_UPLOADED, STORE_UNAVAILABLE. */
  opened(): Promise<OpenVersion>;
  /** Look whether another version is current, and read it from now on. Looks are not doubled. Never throws. */
  refresh(): Promise<void>;
  close(): void;
}

export interface UnitOptions {
  readonly store: Store;
  /** For so long a store that could not be opened is not tried again by requests. */
  readonly refreshMs: number;
  readonly cache: EntryCache;
  readonly onRefresh?: ((event: RefreshEvent) => void) | undefined;
}

/** Of one unit, that are planned ahead. */
const MOST_SPECS = 16;

export function createUnit(
  name: string,
  { store, refreshMs, cache, onRefresh }: UnitOptions,
): Unit {
  let version: OpenVersion | null = null;
  let looking: Promise<void> | null = null;
  let isClosed = false;
  const specs = new Set<JoinSpec | GroupBySpec>();
  let failure: { readonly error: unknown; readonly untilMs: number } | null = null;

  const open = async (): Promise<void> => {
    const found = await store.current(name);
    if (found !== null && found === version?.version) return;
    // Dropped with its unit, or by hand: what is open can still be read, as long as it lasts.
    if (found === null && version !== null) return;
    const reader = await store.reader(name);
    if (isClosed || reader.meta.version === version?.version) {
      await reader.close();
      return;
    }
    const before = version;
    const next = openVersion(reader, cache, store.where);
    // No request shall wait for it.
    for (const spec of specs) next.planFor(spec);
    version = next;
    before?.retire();
    onRefresh?.({ unit: name, from: before?.version ?? null, to: version.version });
  };

  /** One look at a time; all who wait have its outcome. */
  const look = (): Promise<void> => {
    looking ??= open()
      .then(
        () => {
          failure = null;
        },
        (error: unknown) => {
          // To find nothing costs nothing, and may be mended by whoever asks.
          const isNothing = isTesseraError(error) && error.code === 'NOT_UPLOADED';
          failure = isNothing ? null : { error, untilMs: performance.now() + refreshMs };
          throw error;
        },
      )
      .finally(() => {
        looking = null;
      });
    return looking;
  };

  return {
    name,
    serve(spec) {
      // Definitions are a few; those of a program that makes them anew for each request are not kept.
      if (specs.size >= MOST_SPECS && !specs.has(spec)) specs.clear();
      specs.add(spec);
    },
    current: () => version,
    async opened() {
      // A store that is down, or damaged, is not asked by every request: the next look will tell.
      if (version === null && failure !== null && performance.now() < failure.untilMs)
        throw failure.error;
      if (version === null) await look();
      if (version === null)
        throw new TesseraError('INTERNAL', { reason: `${name} was closed while it was opened` });
      return version;
    },
    async refresh() {
      try {
        await look();
      } catch (error) {
        const at = version?.version ?? null;
        onRefresh?.({ unit: name, from: at, to: at, error });
      }
    },
    close() {
      isClosed = true;
      version?.retire();
      version = null;
    },
  };
}
