import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Written last into a finished folder: what it was made from, and what is in it. */
export interface Marker {
  readonly made: Readonly<Record<string, string | number>>;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

const MARKER = '_generated.json';

/** The marker of a finished folder; null if the folder is absent or empty. Throws if it holds something else. */
export async function readMarker(folder: string): Promise<Marker | null> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  if (names.length === 0) return null;
  if (!names.includes(MARKER)) {
    throw new Error(
      `${folder} holds files that were not generated (no ${MARKER}); name another folder or empty it`,
    );
  }
  return JSON.parse(await readFile(path.join(folder, MARKER), 'utf8')) as Marker; // our own file
}

/**
 * Makes a folder whole or not at all: `fill` writes beside it, and one rename puts it in place. A leftover of a process
 * that was killed is removed by the next one.
 */
export async function publishFolder(
  folder: string,
  fill: (partial: string) => Promise<Marker>,
): Promise<Marker> {
  const parent = path.dirname(path.resolve(folder));
  const prefix = `${path.basename(folder)}.partial-`;
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length)))) {
      await rm(path.join(parent, name), { recursive: true, force: true });
    }
  }
  const partial = path.join(parent, prefix + process.pid);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  try {
    const marker = await fill(partial);
    await writeFile(path.join(partial, MARKER), `${JSON.stringify(marker, null, 2)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    return marker;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
