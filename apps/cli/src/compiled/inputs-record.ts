import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hash128 } from '@tessera/api';
import { cacheFolder } from '../project/cache-folder.js';
import { listDefinitionFiles } from '../project/list-files.js';
import type { ProjectConfig } from '../project/load-config.js';
import { readVersion } from '../version.js';

/** What was loaded for the artefacts of a folder: as long as all of it is the same, so are they. */
interface Record {
  /** Of the tool. */
  readonly version: string;
  /** Of the index as it was written. */
  readonly index: string;
  /** Definition files that there were, and every other file of the project that they imported: path → hash. */
  readonly files: readonly (readonly [file: string, hash: string])[];
}

type Places = Pick<ProjectConfig, 'configFile' | 'features'>;

const recordOf = (compiled: string): string =>
  path.join(cacheFolder(), 'compiled', `${hash128(compiled)}.json`);

const hashOf = (file: string): string => hash128(readFileSync(file, 'utf8'));

/**
 * Whether everything that artefacts were made from is as it was, without loading any of it. What definitions read besides
 * files of theirs (the environment, the clock) is not seen: `--no-cache` compiles anyway.
 */
export function isUnchanged(compiled: string, index: string, places: Places): boolean {
  try {
    const before = JSON.parse(readFileSync(recordOf(compiled), 'utf8')) as Record;
    if (before.version !== readVersion() || before.index !== hash128(index)) return false;
    const known = new Map(before.files);
    const now = [places.configFile, ...listDefinitionFiles(places.features)];
    return (
      now.every((file) => known.has(file)) &&
      before.files.every(([file, hash]) => hashOf(file) === hash)
    );
  } catch {
    return false;
  }
}

/** Remember what was loaded, as it was then: files may have changed since. A cache that cannot be written is no failure. */
export function rememberInputs(
  compiled: string,
  index: string,
  loaded: ReadonlyMap<string, string | null>,
): void {
  const file = recordOf(compiled);
  try {
    const files = [...loaded].map(([one, hash]) => [one, hash ?? hashOf(one)] as const);
    const record: Record = { version: readVersion(), index: hash128(index), files };
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(record));
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // The next time everything is loaded again.
  }
}
