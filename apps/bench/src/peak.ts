import { readFileSync } from 'node:fs';

/**
 * Highest resident memory of a living process in bytes, as the kernel counts it (VmHWM); null if it is gone, or where
 * there is no /proc.
 */
export function highWaterBytes(pid: number | 'self'): number | null {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? null : Number(found[1]) * 1024;
  } catch {
    return null;
  }
}

/** Our own scripts end their output with their peak: whoever samples from outside may miss the last moment. */
export function printPeak(): void {
  console.log(`peak_bytes ${highWaterBytes('self') ?? process.resourceUsage().maxRSS * 1024}`);
}

/** Reads what `printPeak` printed; null if there is none. */
export function readPeak(output: string): number | null {
  const found = /^peak_bytes (\d+)$/m.exec(output);
  return found === null ? null : Number(found[1]);
}
