import type { Column } from '@tessera/columnar';

/** What S4.4 makes of a column: ±Infinity is null, -0 is 0. */
export interface Cleaned {
  readonly column: Column;
  /** Values that were ±Infinity. */
  readonly infinite: number;
}

/** The column itself when there is nothing to change, which is nearly always. */
export function cleanColumn(column: Column): Cleaned {
  switch (column.kind) {
    case 'f64':
      return cleanNumbers(column.values);
    case 'list': {
      const child = cleanColumn(column.child);
      if (child.column === column.child) return { column, infinite: 0 };
      return { column: { ...column, child: child.column }, infinite: child.infinite };
    }
    case 'map': {
      const values = cleanColumn(column.values);
      if (values.column === column.values) return { column, infinite: 0 };
      return { column: { ...column, values: values.column }, infinite: values.infinite };
    }
    default:
      return { column, infinite: 0 };
  }
}

/** Whether row `row` holds ±Infinity, in itself or in a child. */
export function hasInfinity(column: Column, row: number): boolean {
  if (column.kind === 'f64') return Math.abs(column.values[row]!) === Infinity;
  if (column.kind !== 'list' && column.kind !== 'map') return false;
  const child = column.kind === 'list' ? column.child : column.values;
  for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
    if (hasInfinity(child, i)) return true;
  }
  return false;
}

function cleanNumbers(values: Float64Array): Cleaned {
  const infinite = countInfinite(values);
  if (infinite === 0 && !hasNegativeZero(values))
    return { column: { kind: 'f64', values }, infinite };
  return { column: { kind: 'f64', values: cleaned(values) }, infinite };
}

function countInfinite(values: Float64Array): number {
  let infinite = 0;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]!) === Infinity) infinite++;
  return infinite;
}

function hasNegativeZero(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (Object.is(values[i]!, -0)) return true;
  return false;
}

function cleaned(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    out[i] = Math.abs(v) === Infinity ? Number.NaN : v + 0;
  }
  return out;
}
