import { type DataType, isInteger } from '@tessera/api';
import type { Distribution } from '@tessera/lake';
import { formatCount, formatDouble, formatShare } from './numbers.js';
import { paint, type Style } from './style.js';
import { formatValue } from './summary-table.js';
import { cutText, padLeft, padRight, printable, textCells } from './text-width.js';

const MAX_LABEL_CELLS = 32;
const MAX_BAR_CELLS = 40;

/** How a column's values lie: figures, then a bar per bin or value. */
export function distributionLines(
  found: Distribution,
  type: DataType | null,
  style: Style,
): string[] {
  const value = (printed: string | null) =>
    printed === null ? '–' : type === null ? printable(printed) : formatValue(printed, type);
  const nulls = `nulls ${formatShare(found.nulls, found.rows)}`;
  if (found.kind === 'values') {
    const what = found.of === 'sizes' ? 'sizes' : 'values';
    const shown = found.top.reduce((sum, { rows }) => sum + rows, 0);
    const rest = found.rows - found.nulls - shown;
    const bars = found.top.map((one) => ({
      label: one.value === '' ? "''" : printable(one.value),
      rows: one.rows,
    }));
    return [
      `  ${nulls}   ${formatCount(found.distinct)} different ${what}`,
      ...barLines(
        rest > 0 ? [...bars, { label: '(all others)', rows: rest }] : bars,
        found.rows,
        style,
      ),
    ];
  }
  const middle = found.isEstimated ? 'p50 ≈' : 'p50';
  const figures = [
    `min ${value(found.min)}`,
    `${middle} ${value(found.p50)}`,
    `max ${value(found.max)}`,
  ];
  if (found.kind === 'times') return [`  ${[...figures, nulls].join('   ')}`];
  const mean = found.mean === null ? [] : [`mean ${formatDouble(String(found.mean))}`];
  const isWhole =
    type !== null &&
    isInteger(type) &&
    found.bins.every(({ from, to }) => Number.isInteger(from) && Number.isInteger(to));
  const isSingle = found.bins.every(({ from, to }) => to - from === 1);
  const edge = (edgeValue: number) => formatDouble(String(edgeValue)).replace(/\.00$/, '');
  const bins = found.bins.map(({ from, to, rows }) => ({
    // A bin of integers ends with the one before the next bin.
    label: isSingle ? edge(from) : `${edge(from)} … ${edge(isWhole ? to - 1 : to)}`,
    rows,
  }));
  const first = found.bins[0];
  const last = found.bins.at(-1);
  return [
    `  ${[...figures, ...mean, nulls].join('   ')}`,
    ...barLines(
      [
        ...(found.below > 0
          ? [{ label: `below ${edge(first?.from ?? 0)}`, rows: found.below }]
          : []),
        ...bins,
        ...(found.above > 0
          ? [{ label: `above ${edge((last?.to ?? 0) - (isWhole ? 1 : 0))}`, rows: found.above }]
          : []),
      ],
      found.rows,
      style,
    ),
  ];
}

/** `  label  ███████  1,234   5.6 %`; whatever has rows has at least a sliver. */
function barLines(
  bars: readonly { readonly label: string; readonly rows: number }[],
  total: number,
  style: Style,
): string[] {
  const labels = bars.map(({ label }) => cutText(label, MAX_LABEL_CELLS));
  const labelCells = Math.max(0, ...labels.map(textCells));
  const most = Math.max(1, ...bars.map(({ rows }) => rows));
  const room = style.columns - labelCells - 28;
  const cells = Math.max(4, Math.min(MAX_BAR_CELLS, room));
  return bars.map(({ rows }, idx) => {
    const full = rows === 0 ? 0 : Math.max(1, Math.round((cells * rows) / most));
    const bar = paint(style, 'green', '█'.repeat(full)) + ' '.repeat(cells - full);
    return `  ${padRight(labels[idx]!, labelCells)}  ${bar}  ${padLeft(formatCount(rows), 12)}  ${formatShare(rows, total).padStart(7)}`;
  });
}
