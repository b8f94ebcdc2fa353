import type { RunResult } from '@tessera/engine';
import { formatAmount, formatBytes, formatCount, formatElapsed, formatSeconds } from './numbers.js';
import { doneLine, INDENT, type Style } from './style.js';

export interface OutcomeWords {
  /** The dataset's folder as the user would type it; null when nothing was kept. */
  readonly shownPath: string | null;
  readonly format: 'parquet' | 'csv' | 'arrow';
  /** Which option asked for nothing to be kept. */
  readonly because: '--limit' | '--dry-run';
}

/** `✔ built  out/tiles  90 days and 11 blocks of tiles   6.8 s`. */
export function builtLine({ counters, elapsedMs }: RunResult, path: string, style: Style) {
  const what = `${builtText(counters)} of tiles`;
  return doneLine(style, 'built', `${path}  ${what}   ${formatElapsed(elapsedMs)}`);
}

function builtText({ tilePartitionsBuilt, tileBlocksBuilt }: RunResult['counters']): string {
  const days = tilePartitionsBuilt > 0 ? [formatAmount(tilePartitionsBuilt, 'day')] : [];
  const blocks = tileBlocksBuilt > 0 ? [formatAmount(tileBlocksBuilt, 'block')] : [];
  return [...days, ...blocks].join(' and ');
}

/** What was really read, built and written, and took, below the outcome; nothing for a run that only removed. */
export function workLines(result: RunResult): string[] {
  const { counters, bytesWritten, plan } = result;
  const { tasks, tasksResumed } = counters;
  const built = builtText(counters);
  const read = readText(result);
  const facts = [
    // Of tiles alone that is told above.
    ...(built === '' || plan.kind === 'tiles' ? [] : [`built tiles of ${built}`]),
    ...(read === '' ? [] : [read]),
    ...(bytesWritten === 0 ? [] : [`wrote ${formatBytes(bytesWritten)}`]),
    ...(tasksResumed > 0
      ? [`resumed ${formatCount(tasksResumed)} of ${formatAmount(tasks + tasksResumed, 'task')}`]
      : []),
  ];
  if (built === '' && facts.length === 0) return [];
  const lines = [...(facts.length === 0 ? [] : [facts.join(' · ')]), tookText(result)];
  return lines.map((line) => INDENT + line);
}

/** `read 20,000 rows of 90 files (1.1 MB) and 16,803 tiles (600 kB)`; where an estimate was not met, that as well. */
function readText({ counters, plan }: RunResult): string {
  const { rowsScanned, filesRead, bytesRead, tilesRead, tileBytesRead } = counters;
  const told = plan.estimate;
  const rows = formatAmount(rowsScanned, 'row');
  const files = formatAmount(filesRead, 'file');
  const isElse = told !== null && (told.rows !== rowsScanned || told.bytes !== bytesRead);
  const estimate = isElse
    ? `, estimate ${formatAmount(told.rows, 'row')}, ${formatBytes(told.bytes)}`
    : '';
  const tiles = `${formatAmount(tilesRead, 'tile')} (${formatBytes(tileBytesRead)})`;
  const read = [
    ...(filesRead > 0 ? [`${rows} of ${files} (${formatBytes(bytesRead)}${estimate})`] : []),
    ...(counters.tilePlacesRead > 0 ? [tiles] : []),
  ];
  return read.length === 0 ? '' : `read ${read.join(' and ')}`;
}

/** `took 6.8 s (estimate 7 s) · peak 612 MB (estimate 650 MB)`. */
function tookText({ elapsedMs, peakBytes, plan: { estimate } }: RunResult): string {
  const seconds = estimate === null ? '' : ` (estimate ${formatSeconds(estimate.seconds)})`;
  const bytes = estimate === null ? '' : ` (estimate ${formatBytes(estimate.peakBytes)})`;
  return `took ${formatElapsed(elapsedMs)}${seconds} · peak ${formatBytes(peakBytes)}${bytes}`;
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
