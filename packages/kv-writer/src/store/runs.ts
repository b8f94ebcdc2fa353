import { TesseraError } from '@tessera/api';
import type { Entry } from './store.js';

/**
 * Entries in ascending order of their keys' bytes, in runs of any length: what is loaded is made certain at most once a run.
 *
 * @param after begin with the first key behind this one; null = with the first. Those that come before are passed over, so
 * that a source that cannot begin in the middle may begin at the beginning.
 */
export type Runs = (after: Uint8Array | null) => AsyncIterable<readonly Entry[]>;

/**
 * The runs behind `after`, checked: keys ascend and none is empty.
 *
 * Throws  INTERNAL; the signal's reason, between two runs
 */
export async function* checkedRuns(
  runs: Runs,
  after: Uint8Array | null,
  signal?: AbortSignal,
): AsyncGenerator<readonly Entry[]> {
  let last: Uint8Array | null = null;
  for await (const run of runs(after)) {
    signal?.throwIfAborted();
    for (const { key } of run) {
      if (key.length === 0) throw new TesseraError('INTERNAL', { reason: 'a key without bytes' });
      if (last !== null && !isBehind(key, last)) {
        throw new TesseraError('INTERNAL', { reason: 'keys of an upload do not ascend' });
      }
      last = key;
    }
    const kept = after === null ? run : behind(run, after);
    if (kept.length > 0) yield kept;
  }
}

function behind(run: readonly Entry[], after: Uint8Array): readonly Entry[] {
  const first = run.findIndex(({ key }) => isBehind(key, after));
  if (first === 0) return run;
  return first < 0 ? [] : run.slice(first);
}

/** Whether a key comes later; of short keys quicker than Buffer.compare, which is not inlined. */
function isBehind(key: Uint8Array, before: Uint8Array): boolean {
  const length = Math.min(key.length, before.length);
  for (let i = 0; i < length; i++) {
    const difference = key[i]! - before[i]!;
    if (difference !== 0) return difference > 0;
  }
  return key.length > before.length;
}
