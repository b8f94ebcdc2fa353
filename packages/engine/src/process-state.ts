import { TesseraError } from '@tessera/api';

/** Throws INTERRUPTED. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new TesseraError('INTERRUPTED', {});
}

/** The kernel's high-water mark of the whole process. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
