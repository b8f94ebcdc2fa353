import { eventBytes } from '@tessera/planner';
import type { EncodeStatesTask } from '../tasks/task.js';

export type Unranged = Omit<EncodeStatesTask, 'range' | 'blocks' | 'file'>;

/** Key codes from … to - 1. */
export type KeyRange = EncodeStatesTask['range'];

/** What a key takes while its states are put together, per state and piece. */
const STATE_BYTES = 400;
/** Fewer keys are not worth another worker. */
const LEAST_KEYS = 4096;
/** Rows and tiles of a range: what is sorted should stay in a core's own cache. */
const ROWS_PER_RANGE = 250_000;
const MOST_RANGES = 1024;

/**
 * Ranges of equally many keys: as many as memory wants, and enough that no worker waits for another for long; more, for a
 * core's cache, where they are not read one by one.
 */
export function keyRanges(
  count: number,
  work: Unranged,
  {
    executor: { workers },
    taskBytes,
  }: { readonly executor: { readonly workers: number }; readonly taskBytes: number },
): KeyRange[] {
  const tiles = tileRowsOf(work);
  const bytes = work.rows * eventBytes(work.scan.lanes) + tiles * STATE_BYTES * work.states.length;
  const byMemory = Math.ceil(bytes / taskBytes);
  const forWorkers = workers === 1 ? 1 : Math.min(2 * workers, Math.ceil(count / LEAST_KEYS));
  const forCache = readsTogether(work)
    ? Math.min(MOST_RANGES, Math.ceil((work.rows + tiles) / ROWS_PER_RANGE))
    : 1;
  const size = Math.max(1, Math.ceil(count / Math.max(1, byMemory, forWorkers, forCache)));
  return Array.from({ length: Math.ceil(count / size) }, (_, at) => ({
    from: at * size,
    to: Math.min(count, (at + 1) * size),
  }));
}

/** Whether all ranges can be read at once: strings have numbers of their own in each range, of its strings alone. */
export function readsTogether({ strings }: Unranged): boolean {
  return strings.length === 0;
}

export function tileRowsOf({ tiles }: Unranged): number {
  return tiles.reduce((n, { places }) => n + places.reduce((own, { rows }) => own + rows, 0), 0);
}
