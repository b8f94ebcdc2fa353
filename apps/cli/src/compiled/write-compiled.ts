import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Compiled } from '@tessera/compiler';

const FOLDERS = ['sources', 'group-bys', 'joins'];

/**
 * Write what was compiled, the index last, each file by a rename: a reader, or whoever is killed, never leaves half of one.
 *
 * Returns  files of objects that are no more, removed
 */
export function writeCompiled(folder: string, { files, index }: Compiled): readonly string[] {
  mkdirSync(folder, { recursive: true });
  for (const name of FOLDERS) mkdirSync(path.join(folder, name), { recursive: true });
  for (const file of files) {
    const place = path.join(folder, file.path);
    writeFileSync(`${place}.new`, file.content);
    renameSync(`${place}.new`, place);
  }
  const there = new Set(index.objects.map((entry) => entry.path));
  return FOLDERS.flatMap((name) =>
    readdirSync(path.join(folder, name))
      .map((file) => `${name}/${file}`)
      .filter((file) => /\.json(\.new)?$/.test(file) && !there.has(file))
      .map((file) => {
        rmSync(path.join(folder, file));
        return file;
      }),
  );
}
