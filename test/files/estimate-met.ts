import type { RunResult } from '@tessera/engine';

/** In what a run did not do what its plan said; none where it did, or where nothing was foretold. */
export function unmet({ plan: { estimate }, counters }: RunResult): string[] {
  if (estimate === null) return [];
  const { rows, rowsAtMost, bytes, tileBytes, stages, seconds, peakBytes } = estimate;
  const { rowsScanned, bytesRead, tileBytesRead } = counters;
  const isMet = {
    [`${rowsScanned} rows, not ${rows} to ${rowsAtMost}`]:
      rowsScanned >= rows && rowsScanned <= rowsAtMost,
    [`${bytesRead} bytes, not ${bytes}`]: bytesRead === bytes,
    [`${tileBytesRead} bytes of tiles, not ${tileBytes}`]:
      tileBytes === null || tileBytesRead === tileBytes,
    [`${rows} or more rows, though no tiles are built`]:
      rowsAtMost === rows || counters.tilePartitionsBuilt + counters.tileBlocksBuilt > 0,
    [`${seconds} s, in all ${JSON.stringify(stages)}`]:
      Math.abs(Object.values(stages).reduce((sum, own) => sum + own, 0) - seconds) < 1e-6 &&
      Object.values(stages).every((own) => own >= 0 && Number.isFinite(own)),
    [`a peak of ${peakBytes}`]: peakBytes > 0 && Number.isFinite(peakBytes),
  };
  return Object.entries(isMet).flatMap(([what, holds]) => (holds ? [] : [what]));
}
