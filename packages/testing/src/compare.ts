/** One cell that two sets of rows do not agree on. */
export interface Mismatch {
  readonly key: Readonly<Record<string, unknown>>;
  /** Null = the row is on one side only. */
  readonly column: string | null;
  readonly left: unknown;
  readonly right: unknown;
}

function equal(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, at) => equal(value, b[at]));
  if (a instanceof Map && b instanceof Map) return equal([...a], [...b]);
  return Object.is(a ?? null, b ?? null);
}

function keyOf(row: Readonly<Record<string, unknown>>, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => [typeof row[key], String(row[key])]));
}

/**
 * Compare two sets of rows cell by cell under a key; null equals null, and every value only itself (no tolerance).
 *
 * Returns  mismatches in the left's order, then rows that only the right has. Rows with one key pair up in order.
 */
export function compareRows(
  left: readonly Readonly<Record<string, unknown>>[],
  right: readonly Readonly<Record<string, unknown>>[],
  keys: readonly string[],
): Mismatch[] {
  const waiting = new Map<string, Readonly<Record<string, unknown>>[]>();
  for (const row of right) {
    const key = keyOf(row, keys);
    const queue = waiting.get(key);
    if (queue) queue.push(row);
    else waiting.set(key, [row]);
  }
  const found: Mismatch[] = [];
  const named = (row: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(keys.map((key) => [key, row[key]]));
  for (const row of left) {
    const other = waiting.get(keyOf(row, keys))?.shift();
    if (!other) {
      found.push({ key: named(row), column: null, left: row, right: null });
      continue;
    }
    for (const column of new Set([...Object.keys(row), ...Object.keys(other)])) {
      if (!keys.includes(column) && !equal(row[column], other[column])) {
        found.push({
          key: named(row),
          column,
          left: row[column] ?? null,
          right: other[column] ?? null,
        });
      }
    }
  }
  for (const row of [...waiting.values()].flat())
    found.push({ key: named(row), column: null, left: null, right: row });
  return found;
}
