/** A SQL identifier: always quoted, so spaces, keywords, quotes and any script are names like others. */
export function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A SQL string literal. DuckDB knows no backslash escapes in plain literals, so doubling quotes is all. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A path as DuckDB's readers take it: glob characters in a file's own name are put in brackets, or a file named
 * `part[1].parquet` would be looked for as `part1.parquet`.
 */
export function quotePath(path: string): string {
  return quoteLiteral(path.replace(/[*?[]/g, (char) => `[${char}]`));
}

export function quotePaths(paths: readonly string[]): string {
  return `[${paths.map(quotePath).join(', ')}]`;
}
