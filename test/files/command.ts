import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../apps/cli/bin/tessera.cjs', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The environment without what the test runner, pnpm and the user's own shell put there. */
function environment(): NodeJS.ProcessEnv {
  const {
    INIT_CWD: _,
    TESSERA_DEFAULT_PROJECT: __,
    NO_COLOR: ___,
    FORCE_COLOR: ____,
    ...rest
  } = process.env;
  return rest;
}

export interface Started {
  readonly child: ChildProcess;
  /** Settles once stderr holds a line that matches. */
  readonly said: (words: RegExp) => Promise<void>;
  readonly ended: Promise<Outcome>;
}

/** The real command in a process of its own, its output to pipes. */
export function start(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(process.execPath, [BIN, ...argv], { cwd, env: { ...environment(), ...env } });
  let out = '';
  let err = '';
  const listeners = new Set<() => void>();
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
    for (const look of listeners) look();
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
  const said = (words: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (words.test(err)) resolve();
      };
      listeners.add(look);
      look();
      ended.then((outcome) =>
        reject(new Error(`it ended without ${words}: ${JSON.stringify(outcome)}`)),
      );
    });
  return { child, said, ended };
}

export function tessera(argv: readonly string[], cwd: string): Promise<Outcome> {
  return start(argv, cwd).ended;
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
