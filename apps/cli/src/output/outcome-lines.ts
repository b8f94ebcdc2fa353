import type { RunResult } from '@tessera/engine';
import { formatAmount, formatCount, formatElapsed } from './numbers.js';
import { doneLine, type Style } from './style.js';

export interface OutcomeWords {
  /** The dataset's folder as the user would type it; null when nothing was kept. */
  readonly shownPath: string | null;
  readonly format: 'parquet' | 'csv' | 'arrow';
  /** Which option asked for nothing to be kept. */
  readonly because: '--limit' | '--dry-run';
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
