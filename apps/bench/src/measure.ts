import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from './contender.js';
import { type Foretold, readForetold } from './foretold.js';
import { readPeak } from './peak.js';
import { watchTree } from './process-tree.js';
import { readTold, type Told } from './told.js';

/** One run of one command. What the system does not tell is null. */
export interface Measured {
  /** From start to end of the whole process. */
  readonly seconds: number;
  readonly peakBytes: number | null;
  /** User and system time of the process and of all that it waited for. */
  readonly cpuSeconds: number | null;
  /** Bytes asked for by `read`, in the page cache or not, also of what was spilled. */
  readonly readBytes: number | null;
  /** Bytes that had to come from the disk. */
  readonly diskReadBytes: number | null;
  /** What a run of ours foretold of itself. */
  readonly foretold?: Foretold;
  /** What it measured inside itself. */
  readonly told?: Told;
}

/** The time limit was reached and the process ended. */
export interface Stopped {
  readonly stoppedAfterSeconds: number;
}

export interface MeasureOptions {
  /** Working directory, also of the file with the counters. */
  readonly work: string;
  readonly stopAfterSeconds: number;
  readonly signal?: AbortSignal;
  /** What it has to print. */
  readonly says?: RegExp;
  /** Is told the programs and libraries of the command; looking for them takes a little of its time. */
  readonly onFiles?: (files: ReadonlySet<string>) => void;
}

/**
 * The shell waits for the command, and then holds the sums of all descendants: their time and their bytes. Only their
 * memory has to be watched from outside.
 */
const WRAPPER =
  '"$@"; code=$?; { times; cat /proc/$$/io; } > "$TESSERA_BENCH_COUNTERS" 2>/dev/null; exit $code';

/**
 * Run a command in a process group of its own and measure it.
 *
 * Throws   Error with the last lines it wrote, if it fails; whatever `signal` says, after ending it.
 */
export async function measure(
  command: Command,
  options: MeasureOptions,
): Promise<Measured | Stopped> {
  options.signal?.throwIfAborted();
  const counters = join(options.work, 'counters');
  rmSync(counters, { force: true });
  const start = performance.now();
  const child = spawn('sh', ['-c', WRAPPER, 'sh', command.file, ...command.args], {
    cwd: options.work,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...command.env, TESSERA_BENCH_COUNTERS: counters },
  });
  const { pid } = child;
  const said = { out: '', err: '' };
  child.stdout.on('data', (data) => {
    said.out = tail(said.out + data);
  });
  child.stderr.on('data', (data) => {
    said.err = tail(said.err + data);
  });
  const end = () => {
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (pid !== undefined && !ended) process.kill(-pid, 'SIGKILL');
  };
  let stopped = false;
  const limit = setTimeout(() => {
    stopped = true;
    end();
  }, options.stopAfterSeconds * 1000);
  options.signal?.addEventListener('abort', end, { once: true });
  const forFiles = options.onFiles !== undefined;
  const tree = pid === undefined ? null : watchTree(pid, { forFiles });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const seconds = (performance.now() - start) / 1000;
    const watched = tree?.stop() ?? { peakBytes: 0, files: new Set<string>() };
    options.onFiles?.(watched.files);
    options.signal?.throwIfAborted();
    if (stopped) return { stoppedAfterSeconds: options.stopAfterSeconds };
    if (code !== 0) throw new Error(failure(command, code, said.err));
    if (options.says?.test(said.out) === false)
      throw new Error(`${command.args.join(' ')} did not say ${options.says}:\n${said.out}`);
    const peakBytes = Math.max(watched.peakBytes, readPeak(said.out) ?? 0);
    const foretold = readForetold(said.out);
    const told = readTold(said.out);
    return {
      seconds,
      peakBytes: peakBytes || null,
      ...readCounters(counters),
      ...(foretold !== null && { foretold }),
      ...(told !== null && { told }),
    };
  } finally {
    tree?.stop();
    clearTimeout(limit);
    options.signal?.removeEventListener('abort', end);
  }
}

const KEPT_CHARACTERS = 20_000;
const tail = (text: string) => text.slice(-KEPT_CHARACTERS);

function failure(command: Command, code: number | null, err: string): string {
  const name = [command.file, command.args[0] ?? ''].join(' ');
  return `${name} ended with ${code ?? 'a signal'}\n${err.trim().split('\n').slice(-20).join('\n')}`;
}

function readCounters(file: string): Omit<Measured, 'seconds' | 'peakBytes' | 'foretold' | 'told'> {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Without it nothing is known, which is what is returned.
  }
  const counter = (name: string) => {
    const found = new RegExp(`^${name}: (\\d+)$`, 'm').exec(text);
    return found === null ? null : Number(found[1]);
  };
  return {
    cpuSeconds: readTimes(text),
    readBytes: counter('rchar'),
    diskReadBytes: counter('read_bytes'),
  };
}

/** The second line of POSIX `times`: `1m2.5s 0m0.3s`, user and system time of the children. */
function readTimes(text: string): number | null {
  const found = /^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/.exec(text.split('\n')[1] ?? '');
  if (found === null) return null;
  const [, userMinutes, user, systemMinutes, system] = found;
  return (Number(userMinutes) + Number(systemMinutes)) * 60 + Number(user) + Number(system);
}
