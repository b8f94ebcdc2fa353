import type { DataType } from '@tessera/api';
import type { Value } from '@tessera/engine';
import { formatAmount } from './numbers.js';
import { paint, type Style } from './style.js';
import { formatValue } from './summary-table.js';
import { alignRows, cutText, printable, textCells } from './text-width.js';

export interface ShownColumn {
  readonly name: string;
  readonly type: DataType | null;
  /** Where the columns do not all fit, lesser ones come first: 0 what says which row it is, 1 features, 2 the rest. */
  readonly rank?: number;
}

const MAX_CELLS = 24;
const MARGIN = '  ';
const GAP = '  ';

/**
 * Rows as a table that fits the screen: columns while there is room, the last line says how many are left.
 * Null is an empty cell.
 */
export function rowTable(
  columns: readonly ShownColumn[],
  rows: readonly (readonly (string | null)[])[],
  style: Style,
): string[] {
  const { length: all } = columns;
  const order = [...columns.keys()];
  const fitting = shownColumns(columns, rows, style);
  if (fitting < all) order.sort((a, b) => (columns[a]!.rank ?? 0) - (columns[b]!.rank ?? 0));
  return ordered(
    order.map((idx) => columns[idx]!),
    rows.map((row) => order.map((idx) => row[idx] ?? null)),
    style,
  );
}

type Rows = readonly (readonly (string | null)[])[];

function measured(columns: readonly ShownColumn[], rows: Rows) {
  const cells = rows.map((row) => columns.map((column, idx) => cellText(row[idx] ?? null, column)));
  const widths = columns.map(({ name }, idx) =>
    Math.max(
      textCells(cutText(printable(name), MAX_CELLS * 2)),
      ...cells.map((row) => textCells(row[idx]!)),
    ),
  );
  return { cells, widths };
}

/** How many columns fit, from the left. */
function shownColumns(columns: readonly ShownColumn[], rows: Rows, style: Style): number {
  let room = style.columns - MARGIN.length;
  let shown = 0;
  for (const width of measured(columns, rows).widths) {
    room -= width + (shown === 0 ? 0 : GAP.length);
    // A first column is shown even where it does not fit.
    if (room < 0 && shown > 0) break;
    shown += 1;
  }
  return shown;
}

function ordered(columns: readonly ShownColumn[], rows: Rows, style: Style): string[] {
  const { cells } = measured(columns, rows);
  const shown = shownColumns(columns, rows, style);
  const kept = columns.slice(0, shown);
  const header = kept.map(({ name }) => cutText(printable(name), MAX_CELLS * 2));
  const sides = kept.map(({ type }) => (isRight(type) ? ('right' as const) : ('left' as const)));
  const [head = '', ...lines] = alignRows(
    [header, ...cells.map((row) => row.slice(0, shown))],
    sides,
    GAP,
  );
  const rest = columns.length - shown;
  return [
    paint(style, 'dim', MARGIN + head),
    ...lines.map((line) => MARGIN + line),
    ...(rest > 0 ? [`${MARGIN}… and ${formatAmount(rest, 'more column')}`] : []),
  ];
}

function cellText(value: string | null, { type }: ShownColumn): string {
  if (value === null) return '';
  const shown = type === null ? printable(value) : formatValue(value, type);
  return cutText(shown, MAX_CELLS);
}

function isRight(type: DataType | null): boolean {
  return type !== null && ['int32', 'int64', 'float', 'double', 'decimal'].includes(type.kind);
}

/** A value as DuckDB would print it: `[a, b]`, `{web=1, app=2}`. */
export function valueText(value: Value): string | null {
  if (value === null) return null;
  const inside = (inner: Value) => valueText(inner) ?? 'NULL';
  if (value instanceof Map) {
    const entries = [...value].map(([key, inner]) => `${inside(key)}=${inside(inner)}`);
    return `{${entries.join(', ')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(inside).join(', ')}]`;
  return String(value);
}
