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

/** Files that a process has mapped: its program and its libraries; empty where the kernel does not say. */
export function mappedFiles(pid: number): string[] {
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
    return [...new Set(maps.match(/\/\S.*$/gm) ?? [])].filter((path) => !NO_FILE.test(path));
  } catch {
    return [];
  }
}

const NO_FILE = /^\/(?:dev|proc|memfd:|SYSV)|\(deleted\)$/;

/** What was seen of a tree of processes. */
export interface Watched {
  /** The most memory they held together: the sum of the kernel's high-water marks of those alive at one time. 0 = none. */
  readonly peakBytes: number;
  /** Programs and libraries of all of them. */
  readonly files: ReadonlySet<string>;
}

/**
 * Watches the descendants of a process until `stop`.
 *
 * @param forFiles look for their files too: for a while, after which they have loaded what they need
 */
export function watchTree(
  pid: number,
  { everyMs = 100, forFiles = false } = {},
): { readonly stop: () => Watched } {
  let peakBytes = 0;
  const files = new Set<string>();
  const startMs = performance.now();
  const look = () => {
    const alive = descendants(pid);
    peakBytes = Math.max(
      peakBytes,
      alive.reduce((sum, one) => sum + (highWaterBytes(one) ?? 0), 0),
    );
    if (forFiles && performance.now() - startMs < LOADED_MS)
      for (const file of alive.flatMap(mappedFiles)) files.add(file);
  };
  const timer = setInterval(look, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return { peakBytes, files };
    },
  };
}

const LOADED_MS = 3000;
