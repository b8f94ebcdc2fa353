import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from './fs-error.js';

/** A process that holds something: a dataset's lock, a folder of temporary files. */
export interface Holder {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  /** Start of the process, as the system counts it: another process may have the same pid later. */
  readonly started: string | null;
  readonly token: string;
}

/** This process, under a token of its own. */
export function thisProcess(owner: string): Holder {
  return {
    owner,
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    started: processStart(process.pid),
    token: randomUUID(),
  };
}

/** Null when the text does not name a holder. */
export function readHolder(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Partial<Holder>;
    const { owner, pid, host, since, started = null, token } = holder;
    if (typeof owner === 'string' && typeof pid === 'number' && typeof host === 'string') {
      if (typeof since === 'string' && typeof token === 'string' && /^[0-9a-f-]+$/.test(token)) {
        return { owner, pid, host, since, started, token };
      }
    }
  } catch {
    // Cut short, or somebody else's.
  }
  return null;
}

/** A process of another host is taken to live: nobody here can know. */
export function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (cause) {
    // EPERM: it is there, and another user's.
    if (codeOf(cause) === 'ESRCH') return false;
  }
  const started = processStart(holder.pid);
  return started === null || holder.started === null || started === holder.started;
}

/** Start time in ticks since boot, from Linux' /proc; null elsewhere. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold anything; the start is the 20th after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
