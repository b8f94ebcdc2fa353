import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Compare the Parquet files of two datasets, byte for byte.
 *
 * Returns  how many there are
 * Throws   Error naming the first that differs
 */
export function sameFiles(one: string, other: string): number {
  const [ours, theirs] = [hashes(one), hashes(other)];
  for (const name of new Set([...ours.keys(), ...theirs.keys()]))
    if (ours.get(name) !== theirs.get(name)) throw new Error(`${name} differs below ${other}`);
  if (ours.size === 0) throw new Error(`nothing is published below ${one}`);
  return ours.size;
}

function hashes(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.parquet'),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), createHash('md5').update(readFileSync(path)).digest('hex')];
    }),
  );
}
