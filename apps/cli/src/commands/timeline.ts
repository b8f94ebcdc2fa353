import path from 'node:path';
import type { RawRunOptions } from '../options.js';

/**
 * Where the timelines of runs go: beside each other in the working folder under the names of what is run, or to the file
 * that `--profile` names; of several runs each name is put before its ending. Nothing where it was not asked for.
 *
 * Throws  BAD_OPTION where one cannot be written, before anything is run or generated
 */
export async function timelinesOf(
  { profile }: RawRunOptions,
  names: readonly string[],
  cwd: string,
): Promise<ReadonlyMap<string, string>> {
  if (profile === undefined) return new Map();
  const { checkTracePath } = await import('@tessera/engine');
  const files = names.map(
    (name) => [name, path.resolve(cwd, fileOf(profile, name, names.length === 1))] as const,
  );
  for (const [, file] of files) checkTracePath(file, '--profile');
  return new Map(files);
}

function fileOf(profile: string | true, name: string, isOne: boolean): string {
  if (profile === true) return `${name}.trace.json`;
  if (isOne) return profile;
  const { dir, name: base, ext } = path.parse(profile);
  return path.join(dir, `${base}.${name}${ext}`);
}
