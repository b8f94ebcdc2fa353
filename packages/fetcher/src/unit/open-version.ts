import type { GroupBySpec, JoinSpec } from '@tessera/api';
import type { StoreReader } from '@tessera/kv-writer';
import type { EntryCache } from '../entry/entry-cache.js';
import { type EntryReader, entryReader } from '../entry/entry-reader.js';
import { definitionPlan } from '../plan/definition-plan.js';
import { type ServingPlan, servingPlan } from '../plan/serving-plan.js';

/** One version that is read. It is closed when it is neither current nor in use. */
export interface OpenVersion {
  readonly version: string;
  readonly asOfMs: number;
  readonly entries: EntryReader;
  /** Made once for each definition. */
  planFor(spec: JoinSpec | GroupBySpec): ServingPlan;
  use(): void;
  /** The end of a use. */
  release(): void;
  /** Another one is current. */
  retire(): void;
}

/** Entries of different readers are apart, though they be of one version. */
let serial = 0;

export function openVersion(reader: StoreReader, cache: EntryCache, where: string): OpenVersion {
  const plans = new WeakMap<JoinSpec | GroupBySpec, ServingPlan>();
  let users = 0;
  let isRetired = false;
  const closeUnused = () => {
    if (!isRetired || users > 0) return;
    // What it held is given free; whether that went well is nobody's concern now.
    reader.close().catch(() => {});
  };
  return {
    version: reader.meta.version,
    asOfMs: reader.meta.asOfMs,
    entries: entryReader(reader, cache, `${serial++}:`),
    planFor(spec) {
      let plan = plans.get(spec);
      if (plan === undefined) {
        plan = servingPlan(definitionPlan(spec), reader.meta, where);
        plans.set(spec, plan);
      }
      return plan;
    },
    use() {
      users++;
    },
    release() {
      users--;
      closeUnused();
    },
    retire() {
      isRetired = true;
      closeUnused();
    },
  };
}
