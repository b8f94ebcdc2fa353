import type { NullCell } from '@tessera/lake';
import { formatAmount, formatShare } from './numbers.js';
import { paint, type Style } from './style.js';
import { cutText, padRight, printable } from './text-width.js';

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇'] as const;
const NONE = '·';
const ALL = '█';
const MAX_NAME_CELLS = 44;
const SHARE_CELLS = 10;

/** Cells of one row beside the longest name and the share. */
export function nullCellCount(names: readonly string[], style: Style): number {
  return Math.max(8, style.columns - nameWidth(names) - SHARE_CELLS - 6);
}

function nameWidth(names: readonly string[]): number {
  return Math.min(MAX_NAME_CELLS, Math.max(...names.map((name) => name.length), 1));
}

/** Nulls of each column over time, a row of small blocks per column, and what a block means. */
export function nullLines(
  names: readonly string[],
  cells: readonly NullCell[],
  style: Style,
): string[] {
  const width = nameWidth(names);
  const rows = cells.reduce((sum, cell) => sum + cell.rows, 0);
  const lines = names.map((name, idx) => {
    const nulls = cells.reduce((sum, cell) => sum + cell.nulls[idx]!, 0);
    const blocks = cells.map((cell) => blockOf(cell.nulls[idx]!, cell.rows)).join('');
    const share = formatShare(nulls, rows).padStart(SHARE_CELLS);
    return `  ${padRight(cutText(printable(name), width), width)}${share}  ${blocks}`;
  });
  const [first, last] = [cells[0]?.first ?? '', cells.at(-1)?.last ?? ''];
  const days = `each block is ${formatAmount(cells[0]?.partitions ?? 0, 'partition')}, ${first} … ${last}`;
  const legend = `${NONE} none   ${BLOCKS[0]} few   ${BLOCKS[3]} half   ${ALL} all`;
  const both = `  ${legend}   ${days}`;
  const below = both.length <= style.columns ? [both] : [`  ${legend}`, `  ${days}`];
  return [
    paint(
      style,
      'dim',
      `  ${padRight('nulls', width)}${'all days'.padStart(SHARE_CELLS)}  ${formatAmount(rows, 'row')}`,
    ),
    ...lines,
    ...below.map((line) => paint(style, 'dim', line)),
  ];
}

/** Any null shows, and so does any value. */
export function blockOf(nulls: number, rows: number): string {
  if (rows === 0) return ' ';
  if (nulls === 0) return NONE;
  if (nulls === rows) return ALL;
  return BLOCKS[Math.min(BLOCKS.length - 1, Math.floor((nulls / rows) * BLOCKS.length))]!;
}
