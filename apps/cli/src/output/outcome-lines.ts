import type { RunResult } from '@tessera/engine';
import { formatAmount, formatBytes, formatCount, formatElapsed } from './numbers.js';
import { doneLine, INDENT, type Style } from './style.js';

export interface OutcomeWords {
  /** The dataset's folder as the user would type it; null when nothing was kept. */
  readonly shownPath: string | null;
  readonly format: 'parquet' | 'csv' | 'arrow';
  /** Which option asked for nothing to be kept. */
  readonly because: '--limit' | '--dry-run';
}

/** `✔ built  out/tiles  90 days and 11 blocks of tiles, 20,000 rows read, peak 612 MB   6.8 s`. */
export function builtLine(
  { counters, elapsedMs, peakBytes }: RunResult,
  path: string,
  style: Style,
) {
  const facts = [
    `${builtText(counters)} of tiles`,
    `${formatAmount(counters.rowsScanned, 'row')} read`,
    `peak ${formatBytes(peakBytes)}`,
  ];
  return doneLine(style, 'built', `${path}  ${facts.join(', ')}   ${formatElapsed(elapsedMs)}`);
}

function builtText({ tilePartitionsBuilt, tileBlocksBuilt }: RunResult['counters']): string {
  const days = tilePartitionsBuilt > 0 ? [formatAmount(tilePartitionsBuilt, 'day')] : [];
  const blocks = tileBlocksBuilt > 0 ? [formatAmount(tileBlocksBuilt, 'block')] : [];
  return [...days, ...blocks].join(' and ');
}

/** What was really read, built and written, below the outcome; nothing for a run that only removed. */
export function workLines({ counters, bytesWritten, peakBytes }: RunResult): string[] {
  const { rowsScanned, filesRead, tilesRead, tileBytesRead } = counters;
  const built = builtText(counters);
  const tiles = `${formatAmount(tilesRead, 'tile')} (${formatBytes(tileBytesRead)})`;
  const read = [
    ...(filesRead > 0
      ? [`${formatAmount(rowsScanned, 'row')} of ${formatAmount(filesRead, 'file')}`]
      : []),
    ...(counters.tilePlacesRead > 0 ? [tiles] : []),
  ];
  const facts = [
    ...(built === '' ? [] : [`built tiles of ${built}`]),
    ...(read.length === 0 ? [] : [`read ${read.join(' and ')}`]),
    ...(bytesWritten === 0 ? [] : [`wrote ${formatBytes(bytesWritten)}`]),
  ];
  if (facts.length > 0) facts.push(`peak ${formatBytes(peakBytes)}`);
  return facts.length === 0 ? [] : [`${INDENT}${facts.join(' · ')}`];
}

/** `✔ published  out/train-sets/fraud_v2/ds=…  90 partitions, 2,000,000 rows, 41 columns   6.8 s`. */
export function outcomeLine(result: RunResult, words: OutcomeWords, style: Style): string {
  // The plan knows the features only; the summary also has the left's columns.
  const columns =
    result.summary === null
      ? formatAmount(result.plan.columns.length, 'feature column')
      : formatAmount(result.summary.length, 'column');
  const rows = formatAmount(result.rows, 'row');
  const elapsed = formatElapsed(result.elapsedMs);
  if (words.shownPath === null) {
    return doneLine(
      style,
      'computed',
      `${rows}, ${columns}; not published (${words.because})   ${elapsed}`,
    );
  }
  const written = result.partitionsWritten.length;
  const gone = result.partitionsRemoved.length;
  if (written === 0 && gone > 0) {
    const what = formatAmount(gone, 'partition');
    return doneLine(style, 'removed', `${words.shownPath}/ds=…  ${what}   ${elapsed}`);
  }
  const all = result.plan.partitions;
  const partitions =
    written < all
      ? `${formatCount(written)} of ${formatAmount(all, 'partition')}`
      : formatAmount(written, 'partition');
  const label = words.format === 'parquet' ? 'published' : 'exported';
  return doneLine(
    style,
    label,
    `${words.shownPath}/ds=…  ${partitions}, ${rows}, ${columns}   ${elapsed}`,
  );
}
