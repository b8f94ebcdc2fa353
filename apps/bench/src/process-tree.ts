import { readdirSync, readFileSync } from 'node:fs';
import { highWaterBytes } from './peak.js';

/** All living descendants of a process, without itself; empty where the kernel does not say. */
export function descendants(pid: number): number[] {
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const child of children(next)) {
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}

/** A child belongs to the thread that started it, so every thread is asked. Whoever ends meanwhile has none. */
function children(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
        .split(' ')
        .filter((text) => text !== '')
        .map(Number),
    );
  } catch {
    return [];
  }
}

/**
 * Watches the descendants of a process until `stop`, which gives the most memory they held together: the sum of the
 * kernel's high-water marks of those alive at one time, in bytes. 0 = nothing was seen.
 */
export function watchTree(pid: number, everyMs = 100): { readonly stop: () => number } {
  let peak = 0;
  const look = () => {
    const together = descendants(pid).reduce((sum, one) => sum + (highWaterBytes(one) ?? 0), 0);
    peak = Math.max(peak, together);
  };
  const timer = setInterval(look, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}
