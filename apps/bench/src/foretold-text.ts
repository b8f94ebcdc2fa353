import { formatBytes } from './bytes.js';
import { type Both, type Foretold, ratioOf } from './foretold.js';

const times = (both: Both) => `${ratioOf(both).toFixed(2)}×`;

/** `foretold 17.1 s (0.98×), 1.5 GB (1.03×); 20,000,000 rows and 405 MB as planned`. */
export function foretoldText({ seconds, peakBytes, rows, bytes, routes }: Foretold): string {
  const time = `${seconds.estimate.toFixed(2)} s of ${seconds.actual.toFixed(2)} s (${times(seconds)})`;
  const peak = `${formatBytes(peakBytes.estimate)} of ${formatBytes(peakBytes.actual)} (${times(peakBytes)})`;
  return `foretold ${time}, ${peak}; ${rows.toLocaleString('en')} rows and ${formatBytes(bytes)} as planned; ${routes.join(', ')}`;
}

/** A line per stage of a run: what was foretold and what it took; those of next to nothing are left out. */
export function stageLines({ stages }: Foretold): string[] {
  const told = Object.entries(stages).filter(
    ([, { estimate, actual }]) => Math.max(estimate, actual) >= 0.01,
  );
  return told.map(([name, { estimate, actual, cpuSeconds }]) =>
    [
      name.padEnd(12),
      `${estimate.toFixed(2)} s foretold`.padStart(18),
      `${actual.toFixed(2)} s`.padStart(9),
      `CPU ${cpuSeconds.toFixed(2)} s`.padStart(13),
    ].join('  '),
  );
}
