import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './markdown.js';

/** What the documents' Python is run with. */
const PINNED = ['duckdb==2.0.0', 'pandas==3.1.1', 'polars==2.1.0', 'pyarrow==26.0.1'];

const id = createHash('sha256').update(PINNED.join(' ')).digest('hex').slice(0, 12);
const folder = join(ROOT, '.cache', `python-${id}`);
const program = join(folder, 'bin', 'python');

/**
 * A Python with the pinned packages, or null (with a visible line). It is kept in `.cache`; the long tests make it where it
 * lacks, which takes a minute and a network; others only use it.
 */
export function python(): string | null {
  if (existsSync(program)) return program;
  if (process.env.TESSERA_LONG !== '1') {
    console.warn('skipped: no Python packages in .cache; pnpm test:long installs them');
    return null;
  }
  const making = `${folder}.making-${process.pid}`;
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', making]],
    [join(making, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...PINNED]],
  ];
  for (const [command, args] of steps) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
    if (status === 0) continue;
    rmSync(making, { recursive: true, force: true });
    const last = stderr?.trim().split('\n').at(-1);
    console.warn(`skipped: no Python packages: ${command} ${args[1]}: ${last ?? error?.message}`);
    return null;
  }
  renameSync(making, folder);
  return program;
}
