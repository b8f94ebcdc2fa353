import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { version as duckdb } from './duckdb.js';

const ROOT = new URL('../../../', import.meta.url);

export interface Versions {
  readonly node: string;
  readonly duckdb: string;
  readonly tessera: string;
  /** Short hash, with `+` if files differ from it; null outside a clone. */
  readonly commit: string | null;
}

export function versions(): Versions {
  const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
    readonly version: string;
  };
  const commit = git('rev-parse', '--short', 'HEAD');
  const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
  return {
    node: process.version,
    duckdb: duckdb(),
    tessera: version,
    commit: commit === null ? null : `${commit}${changed ? '+' : ''}`,
  };
}

function git(...args: string[]): string | null {
  const run = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return run.status === 0 ? run.stdout.trim() : null;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

/** Two machines that look alike share measurements; memory to the gigabyte, because kernels keep some of it. */
export function machineId(): string {
  const { cpu, cores, memoryBytes } = machine();
  const text = [process.platform, process.arch, cpu, cores, Math.round(memoryBytes / 1e9)].join(
    '|',
  );
  return createHash('md5').update(text).digest('hex').slice(0, 12);
}
