import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hash128 } from '@tessera/api';
import { readVersion } from '../version.js';
import { cacheFolder } from './cache-folder.js';

/** Raised when files are transformed otherwise than before. */
const FORMAT = 2;

/** What files of a project became the last time, by a hash of what they were. */
export interface TransformedFiles {
  /** The file's code, from the last time or as `make` makes it now. */
  readonly code: (identity: string, make: () => string) => string;
  /** Keep what was used for the next time. A cache that cannot be written is no failure. */
  readonly save: () => void;
}

/** For a folder that is not there for long. */
export const NOTHING_KEPT: TransformedFiles = { code: (_, make) => make(), save: () => {} };

/** Transformed files of one project, in one file of the user's cache. */
export function transformedFiles(projectFolder: string): TransformedFiles {
  const file = path.join(cacheFolder(), 'transformed', `${hash128(projectFolder)}.json`);
  const version = `${FORMAT} ${readVersion()} ${process.version}`;
  const before = read(file, version);
  const used = new Map<string, string>();
  let isNew = false;
  return {
    code(identity, make) {
      const key = hash128(identity);
      const found = used.get(key) ?? before.get(key);
      isNew ||= found === undefined;
      const code = found ?? make();
      // What is wrong with a file is told with its name, which another one of the same text has not.
      if (!code.includes('__JITI_ERROR__')) used.set(key, code);
      return code;
    },
    save() {
      if (!isNew) return;
      isNew = false;
      try {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(`${file}.${process.pid}`, JSON.stringify({ version, files: [...used] }));
        renameSync(`${file}.${process.pid}`, file);
      } catch {
        // The next time all is transformed again.
      }
    },
  };
}

function read(file: string, version: string): ReadonlyMap<string, string> {
  try {
    const { version: of, files } = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly version?: unknown;
      readonly files?: unknown;
    };
    if (of === version && Array.isArray(files) && files.every(isEntry)) return new Map(files);
  } catch {
    // None is there, or a damaged one: as if nothing had been kept.
  }
  return new Map();
}

const isEntry = (entry: unknown): entry is [string, string] =>
  Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'string';
