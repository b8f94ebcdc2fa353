import type { PlanSummary, TilesSummary } from '@tessera/engine';
import { formatAmount, formatBytes, formatCount } from './numbers.js';
import { cutText, textCells } from './text-width.js';

const LABEL = 'tiles  ';
const INDENT = ' '.repeat(LABEL.length + 2);
const MAX_REASON_CELLS = 60;
const MAX_REASONS = 2;

/** `payments by user_id`: a tile set as a user would call it. */
export function tileSetName({ source, keys }: Pick<TilesSummary, 'source' | 'keys'>): string {
  return `${source} by ${keys.join(', ')}`;
}

/** A line per tile set that is read or built; where it is more than `cells` wide, a line for each of what is done. */
export function tileLines(sets: readonly TilesSummary[], cells: number): string[] {
  return sets.flatMap((set) => {
    const says = [readText(set), buildText(set)].filter((text) => text !== null);
    if (says.length === 0) return [];
    const name = `${LABEL}${tileSetName(set)}:`;
    const line = `${name} ${says.join('; ')}`;
    return textCells(line) <= cells ? [line] : [name, ...says.map((text) => `${INDENT}${text}`)];
  });
}

/** `read 1 × 64d, 3 × 8d, 10 × 1d (16,803 tiles, 0.6 MB)`, coarse to fine. */
function readText({ reads }: TilesSummary): string | null {
  if (reads.length === 0) return null;
  const levels = reads.map(({ level, places }) => `${formatCount(places)} × ${level}`).reverse();
  const sum = (of: 'tiles' | 'bytes' | 'toBuild') => reads.reduce((n, read) => n + read[of], 0);
  const size = `${formatAmount(sum('tiles'), 'tile')}, ${formatBytes(sum('bytes'))}`;
  // Of what is yet to be built nothing is known.
  const known = sum('toBuild') === 0 ? ` (${size})` : sum('tiles') > 0 ? ` (so far ${size})` : '';
  return `read ${levels.join(', ')}${known}`;
}

/** `build 90 of 180 days (never built) and 11 blocks`. */
function buildText({ partitions, toBuild, reasons, blocksToBuild }: TilesSummary): string | null {
  const days =
    toBuild > 0
      ? [
          `${formatCount(toBuild)} of ${formatAmount(partitions, 'day')} (${reasonsText(reasons, toBuild)})`,
        ]
      : [];
  const blocks = blocksToBuild > 0 ? [formatAmount(blocksToBuild, 'block')] : [];
  const all = [...days, ...blocks];
  return all.length === 0 ? null : `build ${all.join(' and ')}`;
}

function reasonsText(reasons: TilesSummary['reasons'], toBuild: number): string {
  const [first] = reasons;
  if (first?.partitions === toBuild) return cutText(first.reason, MAX_REASON_CELLS);
  const shown = reasons
    .slice(0, MAX_REASONS)
    .map(
      ({ reason, partitions }) => `${formatCount(partitions)} ${cutText(reason, MAX_REASON_CELLS)}`,
    );
  const more = reasons.length - shown.length;
  return [...shown, ...(more > 0 ? [formatAmount(more, 'more reason')] : [])].join(', ');
}

/** Why rows alone are read, where that is the same for all parts of events; null where it is not, or where tiles are. */
export function whyRowsOfAll(parts: PlanSummary['parts']): string | null {
  const events = parts.filter(({ route }) => route !== 'snapshot');
  const why = events[0]?.whyRows ?? null;
  return why !== null && events.every(({ whyRows }) => whyRows === why) ? why : null;
}
