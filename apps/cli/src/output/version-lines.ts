import type { UnitVersions } from '../commands/versions.js';
import { formatAmount, formatBytes } from './numbers.js';
import { doneLine, INDENT, noteLine, paint, type Style } from './style.js';
import { alignRows } from './text-width.js';
import { instantText } from './upload-lines.js';

/** Versions by unit, newest first. */
export function versionLines(
  units: readonly UnitVersions[],
  store: string,
  style: Style,
): string[] {
  if (units.length === 0) return [noteLine(style, 'versions', `${store} holds nothing yet`)];
  return units.flatMap(({ unit, versions }) => [
    doneLine(style, 'versions', `${unit} in ${store}`),
    ...alignRows(
      versions.map(({ version, isCurrent, isPrevious, meta, startedMs }) => [
        version,
        isCurrent ? paint(style, 'green', 'current') : isPrevious ? 'previous' : '',
        meta === null ? 'not finished' : `as of ${instantText(meta.asOfMs)}`,
        meta === null ? '' : formatAmount(meta.entries, 'entry', 'entries'),
        meta === null ? '' : formatBytes(meta.bytes),
        `uploaded ${instantText(Math.floor((meta?.uploadedMs ?? startedMs) / 1000) * 1000)}`,
      ]),
      ['left', 'left', 'left', 'right', 'right', 'left'],
    ).map((line) => INDENT + line),
  ]);
}
