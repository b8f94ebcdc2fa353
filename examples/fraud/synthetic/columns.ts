/** Rows in the making: named integer columns that grow together. -1 stands for null where a column has nulls. */
export interface Rows<Name extends string> {
  rows: number;
  capacity: number;
  readonly names: readonly Name[];
  readonly columns: Record<Name, Int32Array>;
}

export function newRows<Name extends string>(names: readonly Name[], capacity = 1024): Rows<Name> {
  const columns = Object.fromEntries(
    names.map((name) => [name, new Int32Array(capacity)]),
  ) as Record<Name, Int32Array>; // fromEntries forgets the names
  return { rows: 0, capacity, names, columns };
}

/** Makes room for one more row and returns its position. */
export function addRow<Name extends string>(rows: Rows<Name>): number {
  if (rows.rows === rows.capacity) {
    rows.capacity *= 2;
    for (const name of rows.names) {
      const grown = new Int32Array(rows.capacity);
      grown.set(rows.columns[name]);
      rows.columns[name] = grown;
    }
  }
  return rows.rows++;
}
