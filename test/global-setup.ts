import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** For what several test files need alike, in the short run. */
    readonly sharedFolder?: string;
  }
}

/** A folder of memory, on machines that have one. */
const MEMORY = '/dev/shm';
/** Far more than the tests of two processes hold at a time. */
const LEAST_BYTES = 2 ** 30;

/**
 * Everything is written to be there after a power cut, and waiting for the disk would be half of the tests' time. Unless they
 * are told where to write, and in the long run, their temporary folders are in memory: the same calls, nothing to wait for.
 */
export function setup({ provide }: TestProject): (() => void) | undefined {
  if (process.env.TESSERA_LONG === '1' || process.env.TMPDIR !== undefined) return undefined;
  if (availableBytes() < LEAST_BYTES) return undefined;
  const folder = mkdtempSync(`${MEMORY}/tessera-tests-`);
  process.env.TMPDIR = folder;
  // What several files need alike, made by the first of them.
  provide('sharedFolder', mkdtempSync(`${folder}/shared-`));
  return () => {
    delete process.env.TMPDIR;
    rmSync(folder, { recursive: true, force: true });
  };
}

function availableBytes(): number {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return Math.min(bavail * bsize, freemem());
  } catch {
    // There is none.
    return 0;
  }
}
