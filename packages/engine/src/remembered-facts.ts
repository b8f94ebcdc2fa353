import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileFacts, makeFolder, readText, replaceFile } from '@tessera/lake';
import { ENGINE_VERSION } from './version.js';

/**
 * What footers said, kept between runs: a run that changes little need not open thousands of files to find that out. A
 * file's entry holds as long as its size and times do. All of it may be lost at any time.
 */
export interface RememberedFacts {
  readonly files: ReadonlyMap<string, FileFacts>;
  /** Remember these instead. A folder that cannot be written is no failure of the run. */
  readonly keep: (files: readonly FileFacts[]) => Promise<void>;
}

const FORMAT = 1;

/**
 * @param folder null = remember nothing
 * @param source hash of its definition: it decides what facts say
 */
export async function rememberedFacts(
  folder: string | null,
  source: string,
): Promise<RememberedFacts> {
  if (folder === null) return { files: new Map(), keep: async () => {} };
  const path = join(folder, `${source}.json`);
  const before = await readText(path).catch(() => null);
  const files = readFiles(before);
  return {
    files: new Map(files.map((file) => [file.path, file])),
    async keep(now) {
      // Hashes of contents are recorded with what was made of them.
      const plain = now.map((file) => ({ ...file, content: null }));
      const text = `${JSON.stringify({ format: FORMAT, engine: ENGINE_VERSION, files: plain })}\n`;
      if (text === before) return;
      try {
        await makeFolder(folder);
        await replaceFile(path, text);
      } catch {
        await rm(path, { force: true }).catch(() => {});
      }
    },
  };
}

/** None where the text is damaged or of another version: they can be read again. */
function readFiles(text: string | null): FileFacts[] {
  if (text === null) return [];
  try {
    const { format, engine, files } = JSON.parse(text) as Record<string, unknown>;
    if (format !== FORMAT || engine !== ENGINE_VERSION || !Array.isArray(files)) return [];
    return files.every(isFacts) ? files : [];
  } catch {
    return [];
  }
}

function isFacts(value: unknown): value is FileFacts {
  if (typeof value !== 'object' || value === null) return false;
  const { path, stat, rows, columns, nulls, fingerprint } = value as Partial<FileFacts>;
  return (
    typeof path === 'string' &&
    (stat === null || typeof stat === 'string') &&
    Number.isSafeInteger(rows) &&
    Array.isArray(columns) &&
    typeof nulls === 'object' &&
    nulls !== null &&
    typeof fingerprint === 'string'
  );
}
