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
  /**
   * Remember these instead. A folder that cannot be written is no failure of the run.
   *
   * @param isRecorded whether the file's content is told elsewhere, by what was made of it
   */
  readonly keep: (
    files: readonly FileFacts[],
    isRecorded: (file: FileFacts) => boolean,
  ) => Promise<void>;
}

/** Where an output folder has what is remembered, a file per source. */
export function factsFolder(out: string): string {
  return join(out, '_facts');
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
  const files = new Map(readFiles(before).map((file) => [file.path, file]));
  return {
    files,
    async keep(now, isRecorded) {
      const plain = now.map((file) => {
        const known = files.get(file.path);
        const own = known?.stat === file.stat ? known.content : null;
        // A run that makes nothing writes nothing: what was recorded meanwhile is not told again.
        return isRecorded(file) ? { ...file, content: own } : file;
      });
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
