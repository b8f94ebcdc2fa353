import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a project's editor and scripts find Tessera: a clone of the repository, or packages in its own node_modules. */
export type Home =
  | { readonly kind: 'clone'; readonly folder: string }
  | { readonly kind: 'installed'; readonly version: string };

/** This command runs from a clone when the packages lie beside it as the repository has them. */
export function findHome(version: string): Home {
  const own = fileURLToPath(new URL('../..', import.meta.url));
  const root = path.resolve(own, '../..');
  const isClone = [
    'packages/api/package.json',
    'apps/cli/package.json',
    'pnpm-workspace.yaml',
  ].every((file) => existsSync(path.join(root, file)));
  return isClone ? { kind: 'clone', folder: realpathSync(root) } : { kind: 'installed', version };
}

/** What a user types for `tessera`. */
export function commandText(home: Home): string {
  return home.kind === 'clone' ? 'pnpm tessera' : 'npx tessera';
}
