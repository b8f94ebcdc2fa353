import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process that holds something: a dataset's lock, a folder of temporary files. */
export interface Holder {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  /**
   * Start of the process, as the system counts it, and the boot that it counts from: another process may have the same pid
   * later, or after the machine was started again. Null where the system does not tell (no `/proc`).
   */
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
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const started = processStart(holder.pid);
  if (started === null || holder.started === null) return true;
  // Of an older version: without the boot.
  return holder.started.includes(' ')
    ? started === holder.started
    : started.endsWith(` ${holder.started}`);
}

/** What others are told of a holder. */
export function describeHolder({ owner, pid, host, since }: Holder): string {
  return `${owner}, process ${pid} on ${host}, since ${since}`;
}

/** Of the machine's last start; null where the system does not tell. */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}

/** Boot and start time in ticks since then, from Linux' /proc; null elsewhere. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold anything; the start is the 20th after it.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = bootId();
    return ticks === undefined || boot === null ? null : `${boot} ${ticks}`;
  } catch {
    return null;
  }
}
