import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const buffer = new Uint8Array(1 << 20);

/**
 * Read files, so that who is timed next does not wait for the disk: between two of its turns others work for minutes, and the
 * system forgets what nobody asks for.
 */
export function intoPageCache(paths: Iterable<string>): void {
  for (const path of paths) readThrough(path);
}

/** What is gone, or may not be read, is nobody's to wait for. */
function readThrough(path: string): void {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return;
  }
  try {
    while (readSync(file, buffer) > 0);
  } finally {
    closeSync(file);
  }
}

/** Parquet below a folder. */
export function parquetBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.parquet'))
    .map((path) => join(folder, path));
}
