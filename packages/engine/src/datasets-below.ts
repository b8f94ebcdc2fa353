import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of the datasets in an output folder. */
export async function datasetsBelow(out: string): Promise<string[]> {
  const found: string[] = [];
  for (const kind of ['train-sets', 'group-bys']) {
    const items = await readdir(join(out, kind), { withFileTypes: true }).catch(() => []);
    for (const item of items) {
      // Copies in other formats lie beside.
      if (item.isDirectory() && !/\.(csv|arrow)$/.test(item.name))
        found.push(join(out, kind, item.name));
    }
  }
  return found.sort();
}
