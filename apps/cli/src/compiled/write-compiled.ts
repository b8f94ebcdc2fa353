import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Compiled } from '@tessera/compiler';
import { isAlive } from '../project/synthetic-data.js';

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
    // Another process may be writing the same.
    const staged = `${place}.${process.pid}.new`;
    writeFileSync(staged, file.content);
    renameSync(staged, place);
  }
  const there = new Set(index.objects.map((entry) => entry.path));
  return FOLDERS.flatMap((name) =>
    readdirSync(path.join(folder, name))
      .map((file) => `${name}/${file}`)
      .filter((file) => (file.endsWith('.json') || isAbandoned(file)) && !there.has(file))
      .map((file) => {
        rmSync(path.join(folder, file));
        return file;
      }),
  );
}

/** What a process that is no more has not put in place. */
function isAbandoned(file: string): boolean {
  const pid = /\.json\.(\d+)\.new$/.exec(file)?.[1];
  return pid !== undefined && !isAlive(Number(pid));
}
