import type { RunResult } from '@tessera/engine';

/** What `--json` prints for one run: plain data, the engine's own names, times in milliseconds. */
export function runDocument(result: RunResult) {
  const {
    plan,
    report,
    path,
    rows,
    partitionsWritten,
    partitionsRemoved,
    bytesWritten,
    elapsedMs,
    peakBytes,
    counters,
    summary,
    profile,
  } = result;
  return {
    plan,
    report,
    path,
    rows,
    partitionsWritten,
    partitionsRemoved,
    bytesWritten,
    elapsedMs,
    peakBytes,
    counters,
    summary,
    ...(profile !== null && { profile }),
  };
}

/** One document, ending in a line break. */
export function printJson(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
