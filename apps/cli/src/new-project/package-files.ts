import path from 'node:path';
import { tsString } from '../describe/ts-text.js';
import type { Home } from './types-home.js';

const PACKAGES = ['api', 'engine', 'testing'] as const;

const toJson = (document: unknown) => `${JSON.stringify(document, null, 2)}\n`;
const slashed = (file: string) => file.split(path.sep).join('/');

/** Scripts run the clone's command, or the installed one; only the latter needs an `npm install`. */
export function packageJson(name: string, folder: string, home: Home): string {
  const bin =
    home.kind === 'clone'
      ? `node ${JSON.stringify(slashed(path.relative(folder, path.join(home.folder, 'apps/cli/bin/tessera.cjs'))))}`
      : 'tessera';
  const base = {
    name:
      name
        .toLowerCase()
        .replace(/[^a-z0-9._-]+/g, '-')
        .replace(/^[._-]+/, '') || 'features',
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: { node: '>=20' },
    scripts: { 'train-set': `${bin} train-set`, show: `${bin} show`, test: `${bin} test` },
  };
  if (home.kind === 'clone') return toJson(base);
  return toJson({
    ...base,
    devDependencies: {
      '@tessera/api': home.version,
      '@tessera/cli': home.version,
      '@tessera/engine': home.version,
      '@tessera/testing': home.version,
      '@types/node': '20.19.43',
      typescript: '7.0.2',
    },
  });
}

/** Types come from the clone's built packages by path, or from node_modules. */
export function tsconfigJson(folder: string, home: Home): string {
  const at = (part: string) =>
    home.kind === 'clone' ? slashed(path.relative(folder, path.join(home.folder, part))) : part;
  const fromClone = {
    typeRoots: [at('node_modules/@types')],
    paths: Object.fromEntries(
      PACKAGES.map((name) => [
        `@tessera/${name}`,
        [relative(at(`packages/${name}/dist/index.d.ts`))],
      ]),
    ),
  };
  return toJson({
    compilerOptions: {
      target: 'ES2022',
      lib: ['ES2023'],
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
      ...(home.kind === 'clone' && fromClone),
    },
    include: ['tessera.config.ts', 'features', 'test'],
  });
}

/** TypeScript takes a path mapping that begins without a dot for one from `baseUrl`. */
function relative(file: string): string {
  return file.startsWith('.') || file.startsWith('/') ? file : `./${file}`;
}

export function configText(lake: string): string {
  return [
    "import { defineProject } from '@tessera/api';",
    '',
    `export default defineProject({ lake: ${tsString(lake)}, out: 'out' });`,
    '',
  ].join('\n');
}

export const GITIGNORE = 'node_modules/\nout/\n';
