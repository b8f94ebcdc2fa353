import { setTimeout as sleep } from 'node:timers/promises';
import { isTesseraError } from '@tessera/api';

/**
 * What may be over the next moment: a disk or network that stumbles, handles or processes that are used up. Not a full
 * disk, which waiting does not empty.
 */
const PASSING: ReadonlySet<string> = new Set([
  'EIO',
  'EAGAIN',
  'EBUSY',
  'EINTR',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ESTALE',
  'ETIMEDOUT',
]);

/** DuckDB tells errors of the system in words. */
const PASSING_TEXT =
  /^IO Error: .*(Input\/output error|Too many open files|Resource temporarily unavailable|Device or resource busy|Interrupted system call|Stale (NFS )?file handle|timed out)/is;

/** Whether an error, or what caused it, is of the environment and may not come again. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isTesseraError(error) && error.kind !== 'environment') return false;
  if (/No space left|Disk quota/i.test(error.message)) return false;
  if ('code' in error && PASSING.has(String(error.code))) return true;
  return PASSING_TEXT.test(error.message) || isPassing(error.cause);
}

/** Pauses before the second, third … attempt. */
export const PAUSES_MS = [50, 200, 800] as const;

/**
 * Try again, a few times and ever later, what fails for a passing reason; all other failures are final at once.
 *
 * @param undo run before each further attempt
 * Throws   what the last attempt threw
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  undo: () => void | Promise<void> = () => undefined,
): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await sleep(pauseMs);
      await undo();
    }
  }
  return attempt();
}
