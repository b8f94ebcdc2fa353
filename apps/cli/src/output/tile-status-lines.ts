import type { TileSetStatus } from '@tessera/engine';
import { formatAmount, formatBytes } from './numbers.js';
import {
  barLines,
  daysText,
  indented,
  reasonLines,
  statesText,
  underHead,
} from './partition-lines.js';
import { paint, type Style } from './style.js';
import { alignRows } from './text-width.js';
import { tileSetName } from './tile-lines.js';

/** A tile set that nothing was ever built of. */
export function isNeverBuilt({ levels, problem }: TileSetStatus): boolean {
  return levels.length === 0 && problem === null;
}

/** One tile set: who can read it, a bar of its days, what it holds of each level, and why it would be built. */
export function tileSetLines(set: TileSetStatus, style: Style): string[] {
  const { partitions, usedBy, lackedBy, problem } = set;
  const lacking = lackedBy.length === 0 ? '' : `; not yet all for ${lackedBy.join(', ')}`;
  const lines = [
    `${paint(style, 'bold', tileSetName(set))}  tiles, for ${usedBy.join(', ')}${lacking}`,
  ];
  if (problem !== null) lines.push(`${paint(style, 'red', problem.code)} ${problem.message}`);
  lines.push(...barLines(partitions, style), countsText(set));
  const levels = set.levels.map(
    ({ level, rows, bytes }) => `${level} ${formatAmount(rows, 'tile')}, ${formatBytes(bytes)}`,
  );
  if (levels.length > 0) lines.push(levels.join(' · '));
  lines.push(...reasonLines(partitions));
  return underHead(lines);
}

function countsText({ partitions, states, bytes, blocksToBuild }: TileSetStatus): string {
  const holds = bytes > 0 ? ` · ${formatAmount(states, 'state')}, ${formatBytes(bytes)}` : '';
  const blocks = blocksToBuild > 0 ? ` · ${formatAmount(blocksToBuild, 'block')} to build` : '';
  return `${statesText(partitions)}${blocks}${holds}`;
}

/** Tile sets that nothing was built of, a line each. */
export function neverBuiltLines(sets: readonly TileSetStatus[]): string[] {
  const rows = sets.map((set) => [
    tileSetName(set),
    formatAmount(set.partitions.length, 'day'),
    daysText(set.partitions[0]?.ds ?? '', set.partitions.at(-1)?.ds ?? ''),
    `for ${set.usedBy.join(', ')}`,
  ]);
  return alignRows(rows, ['left', 'right', 'left', 'left']).map(indented);
}
