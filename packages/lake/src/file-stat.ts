import type { Stats } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A file whose size and times are what they were holds the bytes that it held: every write moves the time of change
 * forward, and nobody can set that one back. But clocks tick. Two writes within a tick bear one time, so the times of a
 * file say nothing until a tick has passed since.
 */

/** Kernels stamp files every 1 to 10 ms. Where times are whole seconds the disk has no finer ones (FAT: every two). */
const TICK_MS = 50;
const COARSE_TICK_MS = 2_100;
const TRIES = 4;

/** Size and times as one text; null while they may still be those of another write. */
export function settledStat(stats: Stats): string | null {
  const { size, mtimeMs, ctimeMs } = stats;
  const tickMs = ctimeMs % 1000 === 0 ? COARSE_TICK_MS : TICK_MS;
  return ctimeMs + tickMs <= Date.now() ? `${size} ${mtimeMs} ${ctimeMs}` : null;
}

/** Look again after a tick where a file was written just now; one that never rests, or is of tomorrow, keeps null. */
export async function untilSettled<T>(
  look: () => Promise<T>,
  filesOf: (found: T) => readonly { readonly stat: string | null }[],
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const found = await look();
    if (tries === TRIES || filesOf(found).every(({ stat }) => stat !== null)) return found;
    await sleep(TICK_MS);
  }
}
