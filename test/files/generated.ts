import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { generate } from '../../examples/fraud/generate.js';

/**
 * The payments of the fraud example in a folder of the caller's own. Rows depend on seed and scale alone: in the short run
 * they are generated once for all test files, and copied.
 */
export async function generated(scale: number, out: string): Promise<void> {
  const shared = inject('sharedFolder');
  if (shared === undefined) {
    await generate({ out, scale });
    return;
  }
  const kept = join(shared, `fraud-${scale}`);
  if (!existsSync(kept)) await generateInto(kept, scale);
  cpSync(kept, out, { recursive: true, preserveTimestamps: true });
}

/** Whole or not at all: another process may be at the same. */
async function generateInto(kept: string, scale: number): Promise<void> {
  const own = mkdtempSync(`${kept}-`);
  const made = join(own, 'data');
  await generate({ out: made, scale });
  try {
    renameSync(made, kept);
  } catch (error) {
    if (!existsSync(kept)) throw error;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
