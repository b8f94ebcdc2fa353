import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Deeper is a link that leads around; more is too much to look at each time. */
const DEEPEST = 40;
const MOST = 400_000;

/** A tree that is not walked. */
export class TooMuch extends Error {}

/**
 * A file, or a folder with all files and folders below it, links followed; nothing where nothing is.
 *
 * Throws  TooMuch, and what the system says
 */
export function treeOf(root: string, skips: (name: string) => boolean = () => false): string[] {
  const found: string[] = [];
  const visit = (folder: string, depth: number): void => {
    if (depth > DEEPEST || found.length > MOST) throw new TooMuch();
    found.push(folder);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (skips(entry.name)) continue;
      const full = path.join(folder, entry.name);
      const isFolder = entry.isSymbolicLink() ? statSync(full).isDirectory() : entry.isDirectory();
      if (isFolder) visit(full, depth + 1);
      else found.push(full);
    }
  };
  const stat = statSync(root, { throwIfNoEntry: false });
  if (stat?.isDirectory()) visit(root, 0);
  else if (stat !== undefined) found.push(root);
  return found;
}
