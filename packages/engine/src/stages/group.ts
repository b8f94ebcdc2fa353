/** Neighbouring items in groups of about `size` rows; items of one `unit` stay together. */
export function group<T>(
  items: readonly T[],
  rowsOf: (item: T) => number,
  unitOf: (item: T) => string,
  size: number,
): T[][] {
  const groups: T[][] = [];
  let rows = 0;
  let unit: string | null = null;
  for (const item of items) {
    const last = groups.at(-1);
    if (last && (rows < size || unitOf(item) === unit)) last.push(item);
    else {
      groups.push([item]);
      rows = 0;
    }
    rows += rowsOf(item);
    unit = unitOf(item);
  }
  return groups;
}
