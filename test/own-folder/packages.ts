import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly types?: string;
  readonly exports?: unknown;
  readonly engines?: { readonly node?: string };
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Folders of everything that is published. */
export const PUBLISHED = [
  ...readdirSync(join(ROOT, 'packages')).map((name) => join(ROOT, 'packages', name)),
  join(ROOT, 'apps/cli'),
];

function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}${error ?? ''}`);
  return stdout;
}

/** Pack every published package into `folder`. Returns the tarballs by package name. */
export function packAll(folder: string): Map<string, string> {
  mkdirSync(folder, { recursive: true });
  return new Map(
    PUBLISHED.map((from) => {
      run('pnpm', ['pack', '--pack-destination', folder], from);
      const { name, version } = manifestOf(from);
      return [name, join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)];
    }),
  );
}

/**
 * Unpack tarballs into `project/node_modules`, and beside them what they depend on, from this clone's own installation: what
 * `npm install` would make, without a network.
 */
export function unpackInto(project: string, tarballs: ReadonlyMap<string, string>): void {
  const modules = join(project, 'node_modules');
  for (const [name, tarball] of tarballs) {
    const target = join(modules, name);
    mkdirSync(target, { recursive: true });
    run('tar', ['-xzf', tarball, '--strip-components=1', '-C', target], project);
  }
  for (const from of PUBLISHED) {
    for (const dependency of Object.keys(manifestOf(from).dependencies ?? {})) {
      if (tarballs.has(dependency)) continue;
      const link = join(modules, dependency);
      mkdirSync(dirname(link), { recursive: true });
      try {
        symlinkSync(realpathSync(join(from, 'node_modules', dependency)), link);
      } catch (error) {
        // Another package has it too.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }
}
