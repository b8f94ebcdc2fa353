import { TesseraError } from '@tessera/api';

/** Throws INTERRUPTED. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new TesseraError('INTERRUPTED', {});
}

/**
 * Whether a run that ends leaves its finished tasks to the next: it was told to end (`abort('SIGTERM')`), as machines that go
 * down do, instead of given up.
 */
export function leavesTasks(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && signal.reason === 'SIGTERM';
}

/** The kernel's high-water mark of the whole process. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
