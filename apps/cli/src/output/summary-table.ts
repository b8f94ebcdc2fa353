import { type DataType, formatType } from '@tessera/api';
import type { ColumnSummary } from '@tessera/engine';
import { formatCount, formatDouble, formatShare } from './numbers.js';
import { paint, type Style } from './style.js';
import { alignRows, cutText, printable } from './text-width.js';

const MAX_VALUE_CELLS = 20;
const MAX_TYPE_CELLS = 22;
const MAX_COLUMNS_SHOWN = 200;

/** The table after a run: one line per column of the result, values in a form to look at. */
export function summaryLines(summary: readonly ColumnSummary[], style: Style): string[] {
  if (summary.length === 0) return [];
  const shown = summary.slice(0, MAX_COLUMNS_SHOWN);
  const rows = shown.map((column) => [
    column.name,
    cutText(formatType(column.type), MAX_TYPE_CELLS),
    formatShare(column.nulls, column.rows),
    formatValue(column.min, column.type),
    formatValue(column.median, column.type),
    formatValue(column.max, column.type),
  ]);
  const [header = '', ...lines] = alignRows(
    [['column', 'type', 'nulls', 'min', 'p50', 'max'], ...rows],
    ['left', 'left', 'right', 'right', 'right', 'right'],
  ).map((line) => `  ${line}`);
  const rest = summary.length - shown.length;
  const more = rest > 0 ? [`  … and ${formatCount(rest)} more columns (--json has all)`] : [];
  return [paint(style, 'dim', header), ...lines, ...more];
}

/** One printed value, by type: numbers with thousands, long text cut, nothing for what has no order. */
export function formatValue(printed: string | null, type: DataType): string {
  if (printed === null) return '';
  switch (type.kind) {
    case 'float':
    case 'double':
      return formatDouble(printed);
    case 'int32':
    case 'int64':
    case 'decimal':
      return /^-?\d+(\.\d+)?$/.test(printed) ? formatCount(printed) : printed;
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return printable(printed)
        .replace('T', ' ')
        .replace(/\.0+(?=Z|$)/, '')
        .replace(/Z$/, '');
    default:
      return cutText(printable(printed), MAX_VALUE_CELLS);
  }
}
