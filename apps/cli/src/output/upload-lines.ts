import type { UploadResult } from '@tessera/engine';
import { formatAmount, formatBytes, formatElapsed } from './numbers.js';
import { doneLine, noteLine, type Style, stepLine } from './style.js';

/** `2025-03-01T00:00:00Z`. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.000Z$/, 'Z');
}

/** What was uploaded, where it is, and until when it answers. */
export function uploadLines(result: UploadResult, store: string, style: Style): string[] {
  const { unit, version, outcome, meta, served, leftOut, previous, dropped, tilesBuilt } = result;
  const size = `${formatAmount(meta.entries, 'entry', 'entries')}, ${formatBytes(meta.bytes)}`;
  const took = formatElapsed(result.elapsedMs);
  const parts = formatAmount(served.parts.length, 'part');
  const head =
    outcome === 'current'
      ? doneLine(style, 'upload', `nothing to do: ${unit} of this data is current   ${took}`)
      : doneLine(style, 'uploaded', `${unit} → ${store}   ${parts}, ${size}   ${took}`);
  const until = Math.min(...served.parts.map(({ lastMs, lagMs }) => lastMs + lagMs));
  const all = Math.max(...served.parts.map(({ lastMs, lagMs }) => lastMs + lagMs));
  const answered = `requests from ${instantText(served.asOfMs)} to ${instantText(all)}`;
  return [
    head,
    stepLine('version', `${version}${previous === null ? '' : `   previous ${previous}`}`),
    stepLine('answers', answered),
    ...(until < all
      ? [
          stepLine(
            '',
            `${served.parts
              .filter(({ lastMs, lagMs }) => lastMs + lagMs < all)
              .map(({ groupBy }) => groupBy)
              .join(', ')} until ${instantText(until)}: the next day's dump is not there yet`,
          ),
        ]
      : []),
    ...(tilesBuilt > 0
      ? [stepLine('tiles', `${formatAmount(tilesBuilt, 'partition')} built`)]
      : []),
    ...(outcome === 'activated'
      ? [stepLine('', 'it was in the store already, and is current now')]
      : []),
    ...(dropped.length > 0
      ? [stepLine('removed', formatAmount(dropped.length, 'old version'))]
      : []),
    ...(meta.entries === 0
      ? [
          noteLine(
            style,
            'empty',
            `nothing is known before ${instantText(served.asOfMs)}: every key has the values of one without events`,
          ),
        ]
      : []),
    ...(leftOut.length === 0
      ? []
      : [noteLine(style, 'not online', `${leftOut.join(', ')}: not uploaded`)]),
  ];
}

/** For `--json`: without the layout of every part. */
export function uploadDocument({ meta, served, ...result }: UploadResult): object {
  const { served: _, ...own } = meta;
  const parts = served.parts.map(({ part, groupBy, lagMs, firstMs, lastMs, holds }) => ({
    part,
    groupBy,
    holds,
    firstMs: firstMs + lagMs,
    lastMs: lastMs + lagMs,
  }));
  return { command: 'upload', ...result, meta: own, parts };
}
