import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder with golden cases and public data, kept beside the project; null (with a visible line) where absent. */
export function sharedFolder(part: string): string | null {
  const folder = resolve(root, process.env.TESSERA_SHARED ?? '../shared', part);
  if (existsSync(folder)) return folder;
  console.warn(`skipped: no ${part} at ${folder}; set TESSERA_SHARED`);
  return null;
}
