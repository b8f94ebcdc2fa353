import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { newFolder } from '../files/workspace.js';

/** Reads of a file: half-open ranges of bytes. */
export interface FileRead {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

export interface Traced {
  readonly stdout: string;
  /** Paths of files that were opened, each once, sorted. */
  readonly opened: readonly string[];
  readonly reads: readonly FileRead[];
}

/** Whether system calls can be watched here. */
export function canTrace(): boolean {
  return spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
}

/** Run a Node program and watch which files below a folder it opens, and what it reads of them. */
export function trace(program: readonly string[], folder: string): Traced {
  const log = joinPath(newFolder(), 'strace.log');
  const watch = [
    '-f',
    '-y',
    '-s',
    '0',
    '-e',
    'trace=openat,open,read,pread64,preadv,mmap',
    '-o',
    log,
  ];
  const run = spawnSync('strace', [...watch, process.execPath, ...program], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  const opened = new Set<string>();
  const reads: FileRead[] = [];
  /** Where the next read without an offset begins, by process and descriptor. */
  const positions = new Map<string, number>();
  for (const { name, args, result } of calls(readFileSync(log, 'utf8'))) {
    const path = /<([^>]*)>/.exec(name.startsWith('open') ? result : args)?.[1];
    if (path === undefined || !path.startsWith(`${folder}/`)) continue;
    // A folder that is listed is no file.
    if (args.includes('O_DIRECTORY')) continue;
    const descriptor = /^(\d+)</.exec(name.startsWith('open') ? result : args)?.[1] ?? '';
    if (name.startsWith('open')) {
      opened.add(path);
      positions.set(descriptor, 0);
      continue;
    }
    if (name === 'mmap' || name === 'preadv') throw new Error(`${path} was read with ${name}`);
    const bytes = Number(/^\d+/.exec(result)?.[0] ?? 0);
    const start =
      name === 'pread64'
        ? Number(args.slice(args.lastIndexOf(',') + 1))
        : positions.get(descriptor)!;
    if (name === 'read') positions.set(descriptor, start + bytes);
    if (bytes > 0) reads.push({ path, start, end: start + bytes });
  }
  return { stdout: run.stdout, opened: [...opened].sort(), reads };
}

interface Call {
  readonly name: string;
  readonly args: string;
  readonly result: string;
}

/** Calls in the order in which they ended: other threads may begin theirs meanwhile. */
function calls(log: string): Call[] {
  const begun = new Map<string, string>();
  return log.split('\n').flatMap((line): Call[] => {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(pid, rest.slice(0, -'<unfinished ...>'.length));
      return [];
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const whole = resumed === null ? rest : `${begun.get(pid) ?? ''}${resumed[1]}`;
    const call = /^(\w+)\((.*)\)\s+= (.*)$/.exec(whole);
    return call === null ? [] : [{ name: call[1]!, args: call[2]!, result: call[3]! }];
  });
}
