import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { treeOf } from './tree.js';

interface Package {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Tessera's own code, as it is installed or built here, and the versions of what it depends on. */
export function ownCode(): string[] {
  const found = new Set<string>();
  const visit = (folder: string) => {
    const file = path.join(folder, 'package.json');
    if (found.has(file)) return;
    found.add(file);
    const { name = '', dependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as Package;
    if (!name.startsWith('@tessera/')) return;
    // Packages run what is bundled, the command its own files.
    for (const part of name === '@tessera/cli' ? ['bin', 'dist'] : ['bundle'])
      for (const one of treeOf(path.join(folder, part))) found.add(one);
    for (const one of Object.keys(dependencies)) {
      const there = packageFolder(one, folder);
      if (there !== null) visit(there);
    }
  };
  visit(path.resolve(fileURLToPath(new URL('../..', import.meta.url))));
  return [...found];
}

/** Where a folder's modules find a package. */
function packageFolder(name: string, from: string): string | null {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const there = path.join(folder, 'node_modules', name);
    if (existsSync(path.join(there, 'package.json'))) return there;
    if (path.dirname(folder) === folder) return null;
  }
}
