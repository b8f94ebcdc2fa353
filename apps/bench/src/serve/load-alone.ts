import { type Entry, loadVersion, openStore, type Store } from '@tessera/kv-writer';

/** A store that remembers the runs that are loaded into it. */
export function remembering(store: Store): { readonly store: Store; readonly runs: Entry[][] } {
  const runs: Entry[][] = [];
  return {
    runs,
    store: {
      ...bound(store),
      bulkLoad: (unit, version, given, options) =>
        store.bulkLoad(
          unit,
          version,
          async function* (after) {
            for await (const run of given(after)) {
              // Whoever makes them may use their memory again.
              runs.push(run.map(({ key, value }) => ({ key: key.slice(), value: value.slice() })));
              yield run;
            }
          },
          options,
        ),
    },
  };
}

/** Seconds that entries which are made and in order take to be loaded, read back, compared and switched to. */
export async function loadAlone(
  runs: readonly (readonly Entry[])[],
  { url, unit, asOfMs, served }: { url: string; unit: string; asOfMs: number; served: unknown },
): Promise<number> {
  const store = await openStore(url);
  try {
    const startedMs = performance.now();
    await loadVersion(store, {
      ...{ unit, asOfMs, served, inputHash: 'alone' },
      async *runs() {
        yield* runs;
      },
    });
    return (performance.now() - startedMs) / 1000;
  } finally {
    await store.close();
  }
}

/** Its methods apart from it. */
function bound(store: Store): Store {
  return {
    kind: store.kind,
    where: store.where,
    units: () => store.units(),
    versions: (unit) => store.versions(unit),
    current: (unit) => store.current(unit),
    reader: (unit, version) => store.reader(unit, version),
    lock: (unit, owner) => store.lock(unit, owner),
    bulkLoad: (...given) => store.bulkLoad(...given),
    finish: (...given) => store.finish(...given),
    check: (...given) => store.check(...given),
    put: (...given) => store.put(...given),
    activate: (...given) => store.activate(...given),
    rollback: (unit) => store.rollback(unit),
    drop: (...given) => store.drop(...given),
    close: () => store.close(),
  };
}
