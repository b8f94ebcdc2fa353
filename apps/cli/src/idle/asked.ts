import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { cacheFolder } from '../project/cache-folder.js';

type Env = Readonly<Record<string, string | undefined>>;

/** A command line, and all of the process that decides what it means. */
export interface Asked {
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Env;
  /** When the process began, by the clock of files: what is older than that it has seen as it is. */
  readonly beganMs: number;
}

/** `off`: every run looks at everything. `tell`: say on stderr whether this one did, and why. */
export const IDLE_SETTING = 'TESSERA_IDLE';

/** Commands that can find nothing to do. */
const COMMANDS: ReadonlySet<string | undefined> = new Set(['train-set', 'backfill']);

/** Of the environment, what Tessera, the loader of definitions and Node read; definitions that read it are told apart. */
const DECIDES = /^(TESSERA|JITI|NODE)_/;

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Where the verdict on this very command line is remembered; null where none ever is. */
export function verdictFile({ argv, cwd, env }: Omit<Asked, 'beganMs'>): string | null {
  const isFaulty = Object.keys(env).some((name) => name.includes('_FAULT'));
  if (!COMMANDS.has(argv[0]) || env[IDLE_SETTING] === 'off' || isFaulty) return null;
  const variables = Object.entries(env)
    .filter(([name]) => DECIDES.test(name) && name !== IDLE_SETTING)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const machine = [os.hostname(), os.totalmem(), os.availableParallelism(), process.platform];
  const memory = process.constrainedMemory?.() ?? null;
  const who = [process.getuid?.() ?? null, process.version];
  const whole = JSON.stringify([argv, cwd, variables, machine, memory, who]);
  return path.join(verdictFolder(env), `${digestOf(whole).slice(0, 32)}.txt`);
}

export function verdictFolder(env: Env): string {
  return path.join(cacheFolder(env), 'idle');
}
