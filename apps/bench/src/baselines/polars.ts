import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Baseline } from '../contender.js';
import type { WindowedCase } from '../windowed.js';

const SCRIPTS = fileURLToPath(new URL('../../peers', import.meta.url));
const REQUIREMENTS = join(SCRIPTS, 'requirements.txt');

const run = promisify(execFile);

/** `polars 2.1.0`, as pinned. */
export function polarsVersion(): string {
  const found = /^polars==(\S+)$/m.exec(readFileSync(REQUIREMENTS, 'utf8'));
  if (found === null) throw new Error(`no version of polars in ${REQUIREMENTS}`);
  return `polars ${found[1]}`;
}

const environment = (cache: string) => join(cache, 'peers', polarsVersion().replace(' ', '-'));
const python = (cache: string) => join(environment(cache), 'bin', 'python');

/**
 * A Python environment in the cache that holds the pinned Polars, made once from the package registry.
 *
 * Returns  why there is none: no Python, or its packages cannot be had
 */
async function installPolars(cache: string): Promise<string | null> {
  if (existsSync(python(cache))) return null;
  const place = environment(cache);
  const staging = `${place}.tmp-${process.pid}`;
  try {
    mkdirSync(join(cache, 'peers'), { recursive: true });
    await run('python3', ['-m', 'venv', staging]);
    const pip = ['-m', 'pip', 'install', '--quiet', '-r', REQUIREMENTS];
    await run(join(staging, 'bin', 'python'), pip);
    renameSync(staging, place);
    return null;
  } catch (error) {
    return `no ${polarsVersion()}: ${error instanceof Error ? error.message.trim().split('\n').at(-1) : error}`;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

interface Script {
  readonly name: string;
  readonly title: string;
  /** In `peers/`. */
  readonly file: string;
  /** After the data's folder and the result's file. */
  readonly args: readonly string[];
}

/** A script in a process of its own, with as many threads as everyone has. */
export function polarsScript({ name, title, file, args }: Script): Baseline {
  return {
    name,
    title,
    family: 'polars',
    prepare: ({ cache }) => installPolars(cache),
    version: polarsVersion,
    place: ({ work }) => join(work, `${name}.parquet`),
    command: ({ data, workers, cache }, place) => ({
      file: python(cache),
      args: [join(SCRIPTS, file), data.dir, place, ...args],
      env: {
        POLARS_MAX_THREADS: String(workers),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    }),
    result: (place) => place,
  };
}

/** `few`: most events are of keys without left rows, so they are left out first, as one would. */
export type EventShare = 'few' | 'all';

function asked({ features }: WindowedCase, share: EventShare): string[] {
  const plain = features.map(({ name, operation, input, window }) => ({
    ...{ name, operation, input, window },
  }));
  return [JSON.stringify(plain), share];
}

/** A pass a window over slices of the sorted frame. */
export function polarsRolling(of: WindowedCase, share: EventShare = 'all'): Baseline {
  return polarsScript({
    name: 'polars_rolling',
    title: 'Polars rolling',
    file: 'polars_rolling.py',
    args: asked(of, share),
  });
}

/** An expression a feature, per key. */
export function polarsRollingBy(of: WindowedCase, share: EventShare = 'all'): Baseline {
  return polarsScript({
    name: 'polars_rolling_by',
    title: 'Polars rolling_*_by over key',
    file: 'polars_rolling_by.py',
    args: asked(of, share),
  });
}
