/**
 * Neighbouring items in groups of about `size` rows; items of one `unit` stay together.
 *
 * @param size of the next group, by the rows that are left
 */
export function group<T>(
  items: readonly T[],
  rowsOf: (item: T) => number,
  unitOf: (item: T) => string,
  size: (rowsLeft: number) => number,
): T[][] {
  const groups: T[][] = [];
  let left = items.reduce((sum, item) => sum + rowsOf(item), 0);
  let wanted = 0;
  let rows = 0;
  let unit: string | null = null;
  for (const item of items) {
    const last = groups.at(-1);
    if (last && (rows < wanted || unitOf(item) === unit)) last.push(item);
    else {
      groups.push([item]);
      rows = 0;
      wanted = size(left);
    }
    rows += rowsOf(item);
    left -= rowsOf(item);
    unit = unitOf(item);
  }
  return groups;
}
