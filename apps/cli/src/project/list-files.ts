import { readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

const SOURCE = /\.(ts|js|mts|mjs)$/;
const NOT_DEFINITIONS = /\.d\.m?ts$|\.(test|spec|test-d)\.m?[jt]s$/;

/**
 * Every definition file below `folder`, absolute, sorted by path. Declaration files, tests, `node_modules` and names
 * that start with a dot are left out; linked folders are followed once. Empty when the folder does not exist.
 */
export function listDefinitionFiles(folder: string): string[] {
  const found: string[] = [];
  const visited = new Set<string>();
  const visit = (current: string) => {
    const real = realpathSync(current);
    if (visited.has(real)) return;
    visited.add(real);
    for (const entry of readdirSync(current, { withFileTypes: true })) {
      const { name } = entry;
      if (name.startsWith('.') || name === 'node_modules') continue;
      const full = path.join(current, name);
      const isKnown = entry.isDirectory() || entry.isFile();
      // A link is what it leads to; some file systems say nothing of what is in a folder.
      const stat = isKnown ? entry : statSync(full, { throwIfNoEntry: false });
      if (stat?.isDirectory() === true) visit(full);
      else if (stat?.isFile() === true && SOURCE.test(name) && !NOT_DEFINITIONS.test(name))
        found.push(full);
    }
  };
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) visit(folder);
  return found.sort((a, b) => (a < b ? -1 : 1));
}
